"""The ledger's HTTP interface. Every write carries an Idempotency-Key, as in the sample help desk."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
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

from . import page, reading
from .bookings import Booking, Change, Invoice, Rejection
from .storage import Ledger
from .suppliers import SHIPPED, Supplier, key_of, read_suppliers

NAME = "ledger"
LISTED = 50
"""Invoices on the page, and in a listing without a limit."""


def create_app(
    storage: Ledger, *, suppliers: Path = SHIPPED, clock: Clock = utc_now, hosts: Iterable[str] = ()
) -> Starlette:
    """Return the ledger as an ASGI application.

    `hosts`: host names to answer for besides the loopback ones, such as `testserver`. Raise `OSError` or `ValueError`
    if the suppliers cannot be read.
    """
    outage = Outage(clock)
    ledger = _Endpoints(storage=storage, suppliers=read_suppliers(suppliers), clock=clock, outage=outage)
    routes = [
        Route("/", ledger.show_page),
        Route("/suppliers", ledger.look_up),
        Route("/invoices", ledger.list_invoices),
        Route("/invoices/{invoice}", ledger.show_invoice),
        Route("/invoices/{invoice}/booking", ledger.book, methods=["PUT"]),
        Route("/invoices/{invoice}/rejection", ledger.reject, methods=["PUT"]),
    ]
    return application(routes, name=NAME, outage=outage, out={"suppliers", "invoices"}, hosts=hosts)


def serve(path: Path, listening: socket) -> None:
    """Run the ledger over the file at `path` until it is stopped.

    Raise `ValueError` where `listening` is bound to anything but loopback.
    """
    check_host(listening.getsockname()[0], NAME)
    run(create_app(Ledger(path)), listening)


@dataclass(frozen=True, kw_only=True)
class _Endpoints:
    storage: Ledger
    suppliers: Mapping[str, Supplier]
    clock: Clock
    outage: Outage

    # Plain functions run in Starlette's thread pool, so that a wait for the file does not delay other requests.

    def show_page(self, request: Request) -> Response:
        invoices = self.storage.invoices(LISTED)
        return HTMLResponse(page.render_page(invoices, outage_seconds=self.outage.seconds_left()), headers=HEADERS)

    def look_up(self, request: Request) -> Response:
        """Return the facts about a supplier, and any booking of its invoice with this number, except this very one.

        With a date and a total, also return another booking that has both.
        """
        query = request.query_params
        name, number, this = (reading.read_query(query, part) for part in ("name", "number", "but"))
        alike = None
        if "date" in query or "total" in query:
            date, total = reading.read_day(query, "date"), reading.read_amount(query, "total")
            alike = self.storage.alike(name, date=date, total=total, but=this)
        known = self.suppliers.get(key_of(name))
        earlier = known is not None and key_of(number) in map(key_of, known.booked)
        booked = "before this file" if earlier else self.storage.booked(name, number, but=this)
        supplier = {"name": known.name, "accounts": list(known.accounts)} if known is not None else None
        return facts({"supplier": supplier, "booked": booked, "alike": alike})

    def list_invoices(self, request: Request) -> Response:
        limit = read_limit(request.query_params.get("limit", str(LISTED)))
        return facts({"invoices": [_invoice_as_json(invoice) for invoice in self.storage.invoices(limit)]})

    def show_invoice(self, request: Request) -> Response:
        invoice = self.storage.invoice(reading.read_invoice_id(request.path_params["invoice"]))
        if invoice is None:
            raise Refused(404, "unknown_invoice", "There is no such invoice.")
        return facts(_invoice_as_json(invoice))

    async def book(self, request: Request) -> Response:
        return await self._apply(request, reading.read_booking(await read_body(request)))

    async def reject(self, request: Request) -> Response:
        return await self._apply(request, reading.read_rejection(await read_body(request)))

    async def _apply(self, request: Request, content: Booking | Rejection) -> Response:
        invoice = reading.read_invoice_id(request.path_params["invoice"])
        key = read_key(request.headers)
        receipt = await run_in_threadpool(self.storage.apply, invoice, content, key=key, at=self.clock())
        return facts(asdict(receipt))


def _invoice_as_json(invoice: Invoice) -> dict[str, object]:
    return {
        "invoice": invoice.invoice,
        "status": invoice.status,
        "history": [_change_as_json(change) for change in invoice.history],
    }


def _change_as_json(change: Change) -> dict[str, object]:
    return {
        "receipt": change.receipt,
        "kind": "booking" if isinstance(change.content, Booking) else "rejection",
        "key": change.key,
        "at": change.at.isoformat(),
        **asdict(change.content),
    }
