"""Who may come in: programs on this machine, under a loopback name, with a body of a sensible size.

A page in some browser tab must not act here. A name that its author points at 127.0.0.1 (DNS rebinding) arrives with
that name as its Host, and a form or a fetch from the page arrives with the page's Origin.
"""

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.errors import BadRequest
from bot.sandbox.json import Object, write

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
LARGEST_BODY = 1_000_000
"""Bytes."""


def answer(body: Object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON, which no browser takes for anything else."""
    return Response(
        write(body),
        status,
        {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", **(headers or {})},
        "application/json; charset=utf-8",
    )


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine, with a port or without."""
    split = re.fullmatch(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", host.lower())
    return split is not None and split[1] in LOOPBACK


class LoopbackOnly:
    """Answers requests and websockets for loopback hosts alone, and none that a page of another origin sends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_ours(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            refusal = answer({"ok": False, "error": "host_not_allowed"}, 403)
            await refusal(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not is_loopback(hosts[0]):
            return False
        # Another port is another program, and so another origin.
        return all(origin.lower() == f"http://{hosts[0]}".lower() for origin in headers.getlist("origin"))


async def read_body(request: Request) -> bytes:
    """The body. Raises BadRequest if it is too large."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise BadRequest(413, "request_too_large")
    return bytes(body)


def content_type(request: Request) -> str:
    """What the body is said to be, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
