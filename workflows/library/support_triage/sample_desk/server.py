"""The desk's HTTP interface.

Every write carries an Idempotency-Key, in the manner of the IETF draft "The Idempotency-Key HTTP Header Field": a
caller that never heard an answer sends the same request again and gets the receipt it missed. Only for loopback: the
desk knows no users, so it must not be reachable by any.
"""

import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from . import answers, page, reading
from .changes import Receipt, Rejection, Status, Triage
from .gate import LOOPBACK, LoopbackOnly
from .orders import SHIPPED, Order, read_orders
from .outage import Clock, Outage, OutOnDemand
from .storage import HelpDesk, KeyReused

log = logging.getLogger(__name__)

LISTED = 50
"""Tickets on the page, and in a listing that names no limit."""


def utc_now() -> datetime:
    """The time, unless a test brings its own clock."""
    return datetime.now(UTC)


def create_app(
    storage: HelpDesk, *, orders: Path = SHIPPED, clock: Clock = utc_now, hosts: Iterable[str] = ()
) -> Starlette:
    """The desk as an ASGI application.

    `hosts` are names to answer for besides the loopback ones, such as `testserver`. Raises OSError or ValueError if
    the orders cannot be read.
    """
    outage = Outage(clock)
    desk = _Endpoints(storage=storage, orders=read_orders(orders), clock=clock, outage=outage)
    app = Starlette(
        routes=[
            Route("/", desk.show_page),
            Route("/healthz", desk.tell_health),
            Route("/customers/{customer}/orders", desk.list_orders),
            Route("/tickets", desk.list_tickets),
            Route("/tickets/{ticket}", desk.show_ticket),
            Route("/tickets/{ticket}/triage", desk.triage, methods=["PUT"]),
            Route("/tickets/{ticket}/rejection", desk.reject, methods=["PUT"]),
            Route("/outage", desk.stage_outage, methods=["POST"]),
        ],
        middleware=[Middleware(LoopbackOnly, hosts=hosts), Middleware(OutOnDemand, outage=outage)],
        exception_handlers={
            reading.Refused: _refused,
            KeyReused: _key_reused,
            HTTPException: _not_here,
            ClientDisconnect: _gone,
            sqlite3.OperationalError: _unavailable,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False
    return app


def serve(path: Path, port: int, host: str = "127.0.0.1") -> None:
    """Run the desk over the file at `path` until it is stopped.

    Raises ValueError if `host` is not a loopback host.
    """
    if host not in LOOPBACK | {"::1"}:
        raise ValueError(f"The sample help desk knows no users, so it listens on loopback only, not on {host}.")
    uvicorn.run(create_app(HelpDesk(path)), host=host.strip("[]"), port=port, proxy_headers=False, server_header=False)


@dataclass(frozen=True, kw_only=True)
class _Endpoints:
    storage: HelpDesk
    orders: dict[str, list[Order]]
    clock: Clock
    outage: Outage

    # Plain functions run in Starlette's thread pool, so that a wait for the file holds up nobody else.

    def show_page(self, request: Request) -> Response:
        tickets = self.storage.tickets(LISTED)
        return HTMLResponse(page.render_page(tickets, outage_seconds=self.outage.seconds_left()), headers=page.HEADERS)

    async def tell_health(self, request: Request) -> Response:
        return answers.facts({"ok": True})

    async def list_orders(self, request: Request) -> Response:
        customer = reading.read_customer_id(request.path_params["customer"])
        return answers.facts({"customer": customer, "orders": self.orders.get(customer, [])})

    def list_tickets(self, request: Request) -> Response:
        limit = reading.read_limit(request.query_params.get("limit", str(LISTED)))
        return answers.facts({"tickets": [answers.ticket_as_json(ticket) for ticket in self.storage.tickets(limit)]})

    def show_ticket(self, request: Request) -> Response:
        ticket = self.storage.ticket(reading.read_ticket_id(request.path_params["ticket"]))
        if ticket is None:
            raise reading.Refused(404, "unknown_ticket", "There is no such ticket.")
        return answers.facts(answers.ticket_as_json(ticket))

    async def triage(self, request: Request) -> Response:
        triage = reading.read_triage(await reading.read_body(request))
        return answers.facts(answers.receipt_as_json(await self._apply(request, triage), {"queue": triage.queue}))

    async def reject(self, request: Request) -> Response:
        rejection = reading.read_rejection(await reading.read_body(request))
        receipt = await self._apply(request, rejection)
        return answers.facts(answers.receipt_as_json(receipt, {"status": Status.LEFT_TO_PEOPLE}))

    async def stage_outage(self, request: Request) -> Response:
        seconds, only_changes = reading.read_outage(await reading.read_body(request))
        self.outage.last(seconds, only_changes=only_changes)
        return answers.facts({"seconds": seconds})

    async def _apply(self, request: Request, content: Triage | Rejection) -> Receipt:
        ticket = reading.read_ticket_id(request.path_params["ticket"])
        key = reading.read_key(request.headers)
        return await run_in_threadpool(self.storage.apply, ticket, content, key=key, at=self.clock())


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
    # Nobody is there to read it; without it, a caller who hangs up would be logged as a failure of the desk.
    return answers.error(400, "body_cut_off", "The body ended too early.")


def _unavailable(request: Request, error: Exception) -> Response:
    log.error("the desk's file cannot be used: %s", error)
    return answers.error(503, "unavailable", "The help desk cannot reach its file now.", {"Retry-After": "1"})


def _failed(request: Request, error: Exception) -> Response:
    return answers.error(500, "failed", "Something went wrong in the help desk; its log has the rest.")
