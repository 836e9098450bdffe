"""The gate: only programs on this machine, under a loopback name, with a body of a sensible size.

A page in some browser tab must not act here. With DNS rebinding, a name that its author points at 127.0.0.1 arrives as
the Host; a form or a fetch of a page arrives with the page's Origin. Both are refused.
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
    """Return JSON with headers that keep a browser from taking it for anything else."""
    return Response(
        write(body),
        status,
        {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", **(headers or {})},
        "application/json; charset=utf-8",
    )


def is_loopback(host: str) -> bool:
    """Tell whether a Host header names this machine, with a port or without."""
    split = re.fullmatch(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", host.lower())
    return split is not None and split[1] in LOOPBACK


class LoopbackOnly:
    """Middleware that refuses hosts that are not loopback, and requests from pages of another origin."""

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


async def read_body(request: Request, *, most: int = LARGEST_BODY) -> bytes:
    """Return the body of a request. Raise BadRequest for one of more bytes than `most`."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise BadRequest(413, "request_too_large")
    return bytes(body)


def content_type(request: Request) -> str:
    """Return the media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
