"""Replies of a server that speaks like the Anthropic API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The server's handling of one request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    drops: bool = False
    """The connection ends after half of the body."""
    stalls: bool = False
    """Nothing is sent until the client gives up."""
    drips: float | None = None
    """Seconds between two bytes of the body."""


def message(text: str, *, thinking: str | None = None, **parts: object) -> Reply:
    """A whole message from the model. `parts` replace or add top-level parts; a `usage` counts 100 in and 10 out."""
    blocks: list[dict[str, str]] = [{"type": "text", "text": text}]
    if thinking is not None:
        blocks.insert(0, {"type": "thinking", "thinking": thinking, "signature": "c2ln"})
    whole = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5-20260901",
        "content": blocks,
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 10},
    }
    return Reply(body=json.dumps(whole | parts).encode())


def failure(
    status: int,
    *,
    kind: str = "api_error",
    words: str = "It failed.",
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An error as the API words it. `code`: the machine-readable cause in its details."""
    error: dict[str, object] = {"type": kind, "message": words}
    if code is not None:
        error["details"] = {"error_code": code}
    body = json.dumps({"type": "error", "error": error, "request_id": "req_01"}).encode()
    return Reply(status=status, body=body, headers={"content-type": "application/json", **(headers or {})})


def invalid(words: str) -> Reply:
    """A 400 as the API has it for a request that it does not take, for whatever reason."""
    return failure(400, kind="invalid_request_error", words=words)
