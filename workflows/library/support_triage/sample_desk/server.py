"""The desk's HTTP interface.

Every write carries an Idempotency-Key, as in the IETF draft "The Idempotency-Key HTTP Header Field": a caller without
an answer sends the same request again and gets the receipt that it missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from workflows.library.sample_server.answers import facts
from workflows.library.sample_server.application import application, check_host, run, utc_now
from workflows.library.sample_server.outage import Clock, Outage
from workflows.library.sample_server.page import HEADERS
from workflows.library.sample_server.reading import Refused, read_body, read_key, read_limit

from . import answers, page, reading
from .changes import Receipt, Rejection, Status, Triage
from .orders import SHIPPED, Order, read_orders
from .storage import HelpDesk

NAME = "help desk"
LISTED = 50
"""Tickets on the page, and in a listing without a limit."""


def create_app(
    storage: HelpDesk, *, orders: Path = SHIPPED, clock: Clock = utc_now, hosts: Iterable[str] = ()
) -> Starlette:
    """Return the desk as an ASGI application.

    `hosts`: host names to answer for besides the loopback ones, such as `testserver`. Raise `OSError` or `ValueError`
    if the orders cannot be read.
    """
    outage = Outage(clock)
    desk = _Endpoints(storage=storage, orders=read_orders(orders), clock=clock, outage=outage)
    routes = [
        Route("/", desk.show_page),
        Route("/customers/{customer}/orders", desk.list_orders),
        Route("/tickets", desk.list_tickets),
        Route("/tickets/{ticket}", desk.show_ticket),
        Route("/tickets/{ticket}/triage", desk.triage, methods=["PUT"]),
        Route("/tickets/{ticket}/rejection", desk.reject, methods=["PUT"]),
        Route("/tickets/{ticket}/question", desk.ask, methods=["PUT"]),
        Route("/tickets/{ticket}/questions", desk.list_questions),
    ]
    return application(routes, name=NAME, outage=outage, out={"tickets", "customers"}, hosts=hosts)


def serve(path: Path, listening: socket) -> None:
    """Run the desk over the file at `path` until it is stopped.

    Raise `ValueError` where `listening` is bound to anything but loopback.
    """
    check_host(listening.getsockname()[0], NAME)
    run(create_app(HelpDesk(path)), listening)


@dataclass(frozen=True, kw_only=True)
class _Endpoints:
    storage: HelpDesk
    orders: dict[str, list[Order]]
    clock: Clock
    outage: Outage

    # Plain functions run in Starlette's thread pool, so that a wait for the file does not delay other requests.

    def show_page(self, request: Request) -> Response:
        tickets, questions = self.storage.tickets(LISTED), self.storage.questions(limit=LISTED)
        shown = page.render_page(tickets, questions, outage_seconds=self.outage.seconds_left())
        return HTMLResponse(shown, headers=HEADERS)

    async def list_orders(self, request: Request) -> Response:
        customer = reading.read_customer_id(request.path_params["customer"])
        return facts({"customer": customer, "orders": self.orders.get(customer, [])})

    def list_tickets(self, request: Request) -> Response:
        limit = read_limit(request.query_params.get("limit", str(LISTED)))
        return facts({"tickets": [answers.ticket_as_json(ticket) for ticket in self.storage.tickets(limit)]})

    def show_ticket(self, request: Request) -> Response:
        ticket = self.storage.ticket(reading.read_ticket_id(request.path_params["ticket"]))
        if ticket is None:
            raise Refused(404, "unknown_ticket", "There is no such ticket.")
        return facts(answers.ticket_as_json(ticket))

    async def triage(self, request: Request) -> Response:
        triage = reading.read_triage(await read_body(request))
        return facts(answers.receipt_as_json(await self._apply(request, triage), {"queue": triage.queue}))

    async def reject(self, request: Request) -> Response:
        rejection = reading.read_rejection(await read_body(request))
        receipt = await self._apply(request, rejection)
        return facts(answers.receipt_as_json(receipt, {"status": Status.LEFT_TO_PEOPLE}))

    async def ask(self, request: Request) -> Response:
        question = reading.read_question(await read_body(request))
        ticket, key = reading.read_ticket_id(request.path_params["ticket"]), read_key(request.headers)
        receipt = await run_in_threadpool(self.storage.ask, ticket, question, key=key, at=self.clock())
        return facts(answers.receipt_as_json(receipt, {"question": question}))

    def list_questions(self, request: Request) -> Response:
        ticket = reading.read_ticket_id(request.path_params["ticket"])
        found = self.storage.questions(limit=LISTED, ticket=ticket)
        return facts({"ticket": ticket, "questions": [answers.question_as_json(question) for question in found]})

    async def _apply(self, request: Request, content: Triage | Rejection) -> Receipt:
        ticket = reading.read_ticket_id(request.path_params["ticket"])
        key = read_key(request.headers)
        return await run_in_threadpool(self.storage.apply, ticket, content, key=key, at=self.clock())
