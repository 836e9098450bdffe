"""A local server that speaks as Bedrock and Vertex AI do, and gives out tokens as Google does."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.integration.model.server import AnthropicServer, Reply

TOKEN = "ya29.a-token-that-google-gave"


class CloudServer(AnthropicServer):
    """Answers questions and counts of tokens with what it was told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses_tokens = False
        """True to refuse the credentials."""
        self.assertions: list[str] = []
        """A vendor's answer to a request for tokens."""

    def _routes(self) -> list[Route]:
        return [
            Route("/model/{model}/{what}", self._answer, methods=["POST"]),
            Route(
                "/v1/projects/{project}/locations/{region}/publishers/anthropic/models/{call}",
                self._answer,
                methods=["POST"],
            ),
            Route("/token", self._give_token, methods=["POST"]),
        ]

    async def _give_token(self, request: Request) -> Response:
        told = parse_qs((await request.body()).decode())
        self.assertions.append(told["assertion"][0])
        if self.refuses_tokens:
            return JSONResponse(
                {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, status_code=400
            )
        return JSONResponse({"access_token": TOKEN, "expires_in": 3_600, "token_type": "Bearer"})


def amazon_failed(status: int, kind: str, words: str) -> Reply:
    """Return an error as Bedrock has it: its type is in a header."""
    headers: Mapping[str, str] = {"content-type": "application/json", "x-amzn-errortype": f"{kind}:http://aws/"}
    return Reply(status=status, body=json.dumps({"message": words}).encode(), headers=headers)


def google_failed(status: int, kind: str, words: str) -> Reply:
    """Return an error as Vertex AI has it for what its own front refuses."""
    body = json.dumps([{"error": {"code": status, "message": words, "status": kind}}]).encode()
    return Reply(status=status, body=body, headers={"content-type": "application/json"})
