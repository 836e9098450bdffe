"""The frame of a sample server's HTTP interface: access, errors, and the serving of it.

It is for loopback only: it has no users and no passwords, so nobody else may reach it.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from socket import IPPROTO_TCP, TCP_NODELAY, socket

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from workflows.library.sample_server import answers, reading
from workflows.library.sample_server.file import KeyReused
from workflows.library.sample_server.gate import LOOPBACK, LoopbackOnly
from workflows.library.sample_server.outage import Outage, OutOnDemand

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time, unless a test brings its own clock."""
    return datetime.now(UTC)


def application(
    routes: Sequence[Route], *, name: str, outage: Outage, out: Collection[str], hosts: Iterable[str] = ()
) -> Starlette:
    """Return the server as an ASGI application, with /healthz and /outage besides its own routes.

    `name`: its name in a sentence. `out`: the first parts of the paths that an outage concerns. `hosts`: host names to
    answer for besides the loopback ones, such as `testserver`.
    """

    async def stage_outage(request: Request) -> Response:
        order = reading.read_outage(await reading.read_body(request))
        outage.last(order.seconds, only_changes=order.only_changes)
        return answers.facts({"seconds": order.seconds})

    def unavailable(request: Request, error: Exception) -> Response:
        log.error("the file of the %s cannot be used: %s", name, error)
        return answers.error(503, "unavailable", f"The {name} cannot reach its file now.", {"Retry-After": "1"})

    def failed(request: Request, error: Exception) -> Response:
        return answers.error(500, "failed", f"Something went wrong in the {name}; its log has the rest.")

    app = Starlette(
        routes=[*routes, Route("/healthz", _tell_health), Route("/outage", stage_outage, methods=["POST"])],
        middleware=[
            Middleware(LoopbackOnly, hosts=hosts),
            Middleware(OutOnDemand, outage=outage, name=name, paths=frozenset(out)),
        ],
        exception_handlers={
            reading.Refused: _refused,
            KeyReused: _key_reused,
            HTTPException: _not_here,
            ClientDisconnect: _gone,
            sqlite3.OperationalError: unavailable,
            Exception: failed,
        },
    )
    app.router.redirect_slashes = False
    return app


def check_host(host: str, name: str) -> None:
    """Raise `ValueError` if `host` is not a loopback host."""
    if host not in LOOPBACK | {"::1"}:
        raise ValueError(f"The sample {name} knows no users, so it listens on loopback only, not on {host}.")


def run(app: Starlette, listening: socket) -> None:
    """Serve at a socket until it is stopped."""
    # Without it each answer waits 40 ms for the client to acknowledge the headers.
    listening.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    uvicorn.Server(uvicorn.Config(app, proxy_headers=False, server_header=False)).run(sockets=[listening])


async def _tell_health(request: Request) -> Response:
    return answers.facts({"ok": True})


def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, reading.Refused)
    return answers.error(refused.status, refused.code, refused.message)


def _key_reused(request: Request, reused: Exception) -> Response:
    return answers.error(422, "idempotency_key_reused", str(reused))


def _not_here(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, HTTPException)
    status = HTTPStatus(exception.status_code)
    return answers.error(status, status.name.lower(), f"{status.description or status.phrase}.", exception.headers)


def _gone(request: Request, gone: Exception) -> Response:
    # Nobody reads this answer; without it, a caller who hangs up would be logged as a failure of the server.
    return answers.error(400, "body_cut_off", "The body ended too early.")
