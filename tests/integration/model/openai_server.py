"""A local server that speaks like OpenAI's API, and the replies of the servers that do: vLLM, Ollama, llama.cpp."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.model.server import AnthropicServer, Reply

KEY = "not-a-real-key-of-a-gateway"
MODEL = "qwen3"


class OpenAIServer(AnthropicServer):
    """Answers `POST /v1/chat/completions` with what it was told, in order, and tells of its models."""

    def __init__(self) -> None:
        super().__init__()
        self.models: Reply = Reply(body=json.dumps({"object": "list", "data": [{"id": MODEL}]}).encode())
        """The reply to a request for its models."""

    def _routes(self) -> list[Route]:
        return [
            Route("/v1/chat/completions", self._answer, methods=["POST"]),
            Route("/v1/models", self._tell_of_all, methods=["GET"]),
        ]

    async def _tell_of_all(self, request: Request) -> Response:
        told = self.models
        return Response(told.body, status_code=told.status, headers=dict(told.headers))


def completion(text: str | None, *, finish_reason: object = "stop", **parts: Any) -> Reply:
    """Return a completion. `parts`: of its message, or `usage` in place of 100 tokens in and 10 out."""
    usage = parts.pop("usage", {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110})
    message = {"role": "assistant", "content": text, **parts}
    whole = {
        "id": "chatcmpl-01",
        "object": "chat.completion",
        "model": f"{MODEL}-8b",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": usage,
    }
    return Reply(body=json.dumps(whole).encode())


def tool_call(arguments: object, *, name: str = "answer") -> Reply:
    """Return a completion that calls a tool."""
    called = {"id": "call_01", "type": "function", "function": {"name": name, "arguments": arguments}}
    return completion(None, finish_reason="tool_calls", tool_calls=[called])


def failed(
    status: int, words: str = "It failed.", *, headers: Mapping[str, str] | None = None, **parts: object
) -> Reply:
    """Return an error as these servers have it. `parts`: further ones, such as `type` and `code`."""
    body = json.dumps({"error": {"message": words, **parts}}).encode()
    return Reply(status=status, body=body, headers={"content-type": "application/json", **(headers or {})})
