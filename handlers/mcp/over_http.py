"""The server over HTTP: each request brings its key, and nothing is remembered of it. One path, and POST alone.

Keys, rates and limits are those of the API: who may call there may call here.
"""

from collections.abc import Callable
from functools import partial

from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from handlers.mcp.callers import CALLER
from handlers.mcp.server import Server
from handlers.web.api import problems
from handlers.web.api.app import Shared
from handlers.web.api.bodies import parsed
from handlers.web.api.problems import Kind, Problem, unavailable
from store.db.database import Unavailable
from workflows.engine.context import Context

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class OverHttp:
    """An ASGI application that may stand under any path of another one, and needs no lifespan."""

    def __init__(self, server_of: Callable[[Context], Server], shared: Shared, *, host: str) -> None:
        """Serve at an address. `server_of`: returns the server of a team's sources.

        `host`: on loopback, requests for another host's name are refused (DNS rebinding).
        """
        self._server_of = server_of
        self._shared = shared
        self._security = None if host in LOOPBACK else TransportSecuritySettings(enable_dns_rebinding_protection=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            if request.method != "POST":
                raise Problem(Kind.NOT_OFFERED, "messages are sent with POST", headers={"Allow": "POST"})
            _refuse_other_pages(request)
            admitted = await self._shared.access.admit(request)
            body = await self._shared.bodies.read(request, largest=admitted.caller.most_bytes)
            await self._shared.work.done(partial(parsed, body))
        except Problem as problem:
            await problems.answer(problem)(scope, receive, send)
            return
        except Unavailable:
            await problems.answer(unavailable("the database cannot do it now; send it again"))(scope, receive, send)
            return
        except ClientDisconnect:
            return
        # A manager of its own for each request, which it does not outlive: so nothing has to be started or ended.
        server = self._server_of(admitted.context)
        server.streamable_http_app(
            stateless_http=True, max_request_body_size=len(body) + 1, transport_security=self._security
        )
        manager = server.session_manager
        async with manager.run():
            await manager.handle_request({**scope, CALLER: admitted.caller}, _again(body, receive), send)


def _refuse_other_pages(request: Request) -> None:
    """Raise `Problem` where a web page of another host sends this."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise Problem(Kind.NOT_FOUND, "no other web page may call this")


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what receives a body that was read before, and then what comes after it."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return first.pop() if first else await receive()

    return receive_again
