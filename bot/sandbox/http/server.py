"""The HTTP and websocket interface of the sandbox, on loopback only, since every caller may do everything."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute

from bot.sandbox.control.endpoints import Control
from bot.sandbox.control.files import ControlOfFiles
from bot.sandbox.control.guard import Guard
from bot.sandbox.http.authorize import Authorize
from bot.sandbox.http.dropped_connections import DroppableProtocol
from bot.sandbox.http.files import FileHost
from bot.sandbox.http.gate import LARGEST_BODY, LOOPBACK, LoopbackOnly, answer
from bot.sandbox.http.live import Live
from bot.sandbox.http.pages import Page
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.endpoints import WebApi

PATIENCE = 2
"""Seconds that open requests have to end when the server stops."""


def create_app(sandbox: Sandbox) -> Starlette:
    """Return a workspace as an ASGI application; below it, each workspace beside it.

    The Web API is the same for all of them: the token says which one a call is about.
    """
    beside = [one for one in sandbox.workspaces if one is not sandbox] if sandbox is sandbox.workspaces[0] else []
    web, page, host, guard = WebApi(sandbox), Page(), FileHost(sandbox), Guard(sandbox)
    authorize = Authorize(sandbox)
    control, files = Control(sandbox, guard), ControlOfFiles(sandbox, guard)
    app = Starlette(
        routes=[
            Route("/", page.first),
            Route("/page/{name}", page.file),
            WebSocketRoute("/page/live", Live(sandbox).serve),
            Route("/api/{method}", web.call, methods=["GET", "POST"]),
            Route("/oauth/v2/authorize", authorize.page),
            Route("/oauth/v2/allow", authorize.allow),
            Route("/oauth/v2/cancel", authorize.cancel),
            Route("/reply/{key}", web.reply, methods=["POST"]),
            Route("/upload/v1/{key}", host.upload, methods=["POST"]),
            Route("/files-pri/{place}/{name}", host.shown),
            Route("/files-pri/{place}/download/{name}", host.downloaded),
            Route("/control/files", files.upload, methods=["POST"]),
            Route("/control/files/{file}", files.read),
            WebSocketRoute("/link/", sandbox.sockets.serve),
            *[_route(path, handler, "GET") for path, handler in control.reading.items()],
            *[_route(path, handler, "POST") for path, handler in {**control.acting, **files.acting}.items()],
            *[Mount(f"/{one.workspace.team.id}", create_app(one)) for one in beside],
        ],
        middleware=[Middleware(LoopbackOnly)],
        exception_handlers={HTTPException: _not_here, ClientDisconnect: _gone, Exception: _failed},
    )
    app.router.redirect_slashes = False
    return app


def create_server(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Server:
    """Return a server that is not running yet. Raise ValueError for a `host` that is not loopback."""
    if host not in LOOPBACK | {"::1"}:
        raise ValueError(f"The sandbox listens on loopback only, not on {host}.")
    config = uvicorn.Config(
        create_app(sandbox),
        host=host.strip("[]"),
        port=port,
        http=DroppableProtocol,
        ws="websockets-sansio",
        ws_max_size=LARGEST_BODY,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=PATIENCE,
    )
    return uvicorn.Server(config)


def _route(path: str, handler: Callable[[Request], Awaitable[Response]], method: str) -> Route:
    return Route(f"/control/{path}", handler, methods=[method])


def _not_here(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, HTTPException)
    error = HTTPStatus(exception.status_code).name.lower()
    return answer({"ok": False, "error": error}, exception.status_code)


def _gone(request: Request, gone: Exception) -> Response:
    # Nobody reads this answer, but without it a caller who hangs up would be logged as a failure of the sandbox.
    return answer({"ok": False, "error": "body_cut_off"}, 400)


def _failed(request: Request, error: Exception) -> Response:
    return answer({"ok": False, "error": "internal_error"}, 500)
