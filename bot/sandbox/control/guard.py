"""The guard of the control API: it asks for the sandbox's token, and tells in JSON what was refused."""

from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.control import orders
from bot.sandbox.errors import BadRequest, NotPossible
from bot.sandbox.http.gate import answer, content_type, read_body
from bot.sandbox.json import Object
from bot.sandbox.state.sandbox import Sandbox

Handler = Callable[[Request], Awaitable[Response]]
Kind = TypeVar("Kind", bound=orders.Order)


class Guard:
    """The guard of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def check_token(self, request: Request) -> None:
        """Raise `NotPossible` for a request without the sandbox's token."""
        token = request.headers.get("x-sandbox-token", "").encode()
        if not compare_digest(token, self._sandbox.control_token.encode()):
            raise NotPossible(401, "X-Sandbox-Token is not the sandbox's")

    def told(self, act: Callable[[Request], Awaitable[Object]]) -> Handler:
        """Return a handler that answers in JSON with what `act` tells, or why it refuses."""

        async def handle(request: Request) -> Response:
            try:
                self.check_token(request)
                return answer({**await act(request), "change": self._sandbox.changes.number})
            except BadRequest as refused:
                return answer({"error": refused.code}, refused.status)
            except NotPossible as refused:
                return answer({"error": refused.reason}, refused.status)

        return handle

    def ordered(self, kind: type[Kind], act: Callable[[Kind], Awaitable[Object]]) -> Handler:
        """Return a handler that reads an order of this kind, and answers as `told` does."""

        async def handle(request: Request) -> Object:
            body = await read_body(request)
            if body and content_type(request) != "application/json":
                raise BadRequest(415, "invalid_post_type")
            return await act(orders.read_order(kind, body))

        return self.told(handle)
