"""The story of the demo: some cases that each show one thing, in order, then the rest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import JsonValue

import workflows.library.invoice_intake.workflow as invoice_intake
import workflows.library.support_triage.workflow as support_triage
from bot.demo.places import INVOICES, SUPPORT, Place
from workflows.engine.review.form.forms import entries
from workflows.library.invoice_intake.invoice import Invoice

TICKETS = Path(support_triage.__file__).with_name("tickets.jsonl")
PAPERS = Path(invoice_intake.__file__).with_name("examples.jsonl")
"""Invoices as text."""
FILES = Path(invoice_intake.__file__).with_name("documents.jsonl")
"""The same invoices as files, named by their paths from its folder."""
ALONE, GOOD, WRONG, SAFETY, UNLUCKY = 1016, 1009, 1023, 1017, 1032
"""Tickets by id: resolved alone; a good proposal; a wrong one; stopped by a rule; delivered while the help desk takes
no changes."""
BOOKED, FRAUD, MISREAD = "meridian-4471.pdf", "re-bankdetails.eml", "druckwerk-sammel.pdf"
"""Invoices by file: booked alone; a changed bank account; the order's number taken for the invoice's."""
DIFFERS = "meridian-4502.pdf"
"""Invoice whose data, carried in the file, says another total than its page."""
UNREAD = "telebel-2026-03.pdf"
"""Invoice without a sample answer."""
AS_FILES = frozenset({BOOKED, MISREAD, DIFFERS, UNREAD})
"""Invoices that arrive as PDFs, the others as text. None is a scan: tesseract may not be installed."""
REST = (
    "factura-2026-07.txt",
    "ticket-9917.md",
    "mahnung-bueroring.pdf",
    "brightline-0087.txt",
    "greenfield-si-2290.pdf",
    "rg-4410-chf.pdf",
    "invoice-april.txt",
    UNREAD,
)
REFUSED = {
    FRAUD: "The supplier knows nothing of a new account. We called the number that we had.",
    "mahnung-bueroring.pdf": "A reminder, no invoice.",
    "brightline-0087.txt": "It gives orders to whoever reads it. We ask the supplier for another one.",
}
"""Invoices that no person would book, with the reason."""
OUTAGE = 25
"""Seconds for which the help desk takes no changes."""
FIRST = 2
"""Cases that are there before the page is: one that is resolved alone, and the first to be decided."""
OPENING = 12
"""Number of cases that come quickly, one after the other."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A case, with the right answer as somebody wrote it down."""

    key: str
    place: Place
    values: Mapping[str, JsonValue]
    """Input of the case. A document is named by its path from the folder of the workflow."""
    answer: Mapping[str, str] | None
    """Right values by field, as the form shows them; None: to be rejected."""
    refusal: str = "This is not a matter for support."


@dataclass(frozen=True, kw_only=True)
class Try:
    """A case that somebody at the page is asked to decide."""

    case: str
    """Its key."""
    place: Place
    title: str
    text: str


def ticket_key(number: int) -> str:
    """Return the key of a ticket's case."""
    return f"ticket-{number}"


TRIES = (
    Try(
        case=ticket_key(GOOD),
        place=SUPPORT,
        title="Approve “vouchers for staff”",
        text="It is proposed well.",
    ),
    Try(
        case=ticket_key(WRONG),
        place=SUPPORT,
        title="Edit “label”",
        text="The label is to send something back, so it is a return: press Edit, choose returns, Decide.",
    ),
    Try(
        case=ticket_key(SAFETY),
        place=SUPPORT,
        title="Decide “Return of heater…”",
        text="It mentions a burnt child. The model is sure of returns; a rule brings it to you all the same.",
    ),
    Try(
        case=FRAUD,
        place=INVOICES,
        title=f"Reject {FRAUD}",
        text="It names another bank account than the ledger has.",
    ),
    Try(
        case=MISREAD,
        place=INVOICES,
        title=f"Correct {MISREAD}",
        text="Open its thread: the page, with what was read marked on it. No invoice number is marked, because the "
        "order's was taken for it. Press Edit, write DE-26-01994, Decide.",
    ),
    Try(
        case=DIFFERS,
        place=INVOICES,
        title=f"Approve {DIFFERS}",
        text="Its page says 675.00, the data in the file 657.00: the card shows both. Open its thread, look at the "
        "page, then approve.",
    ),
)
"""Things to try, in this order."""
NOTES = (
    "Invoices are proposed from sample answers, written by hand, as there is no key for an AI. No number counts them.",
)


def tickets() -> Sequence[Told]:
    """Return all tickets, in the order of the story."""
    found = {told.values["id"]: told for told in map(_ticket, _rows(TICKETS))}
    first = (ALONE, GOOD, WRONG, SAFETY, UNLUCKY)
    return [found[id] for id in (*first, *(id for id in found if id not in first))]


def invoices() -> Sequence[Told]:
    """Return some invoices, in the order of the story."""
    found = {told.key: told for told in map(_invoice, _rows(PAPERS))}
    found |= {told.key: told for told in map(_invoice, _rows(FILES)) if told.key in AS_FILES}
    return [found[key] for key in (BOOKED, MISREAD, FRAUD, DIFFERS, *REST)]


def arrivals() -> Sequence[Told]:
    """Return all cases in the order of their arrival: an invoice after every second ticket, while there are any."""
    papers, told = iter(invoices()), list[Told]()
    for number, ticket in enumerate(tickets(), 1):
        told += [ticket, *(islice(papers, 1) if number % 2 == 0 else ())]
    return told


def _rows(file: Path) -> list[dict[str, JsonValue]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _ticket(row: dict[str, JsonValue]) -> Told:
    queue, priority, number = row.pop("queue"), row.pop("priority"), row["id"]
    assert isinstance(number, int)
    answer = {"queue": str(queue), "priority": str(priority)} if queue is not None else None
    return Told(key=ticket_key(number), place=SUPPORT, values=row, answer=answer)


def _invoice(row: dict[str, JsonValue]) -> Told:
    values = row["input"]
    assert isinstance(values, dict)
    key = str(values["id"])
    output = row["output"]
    assert isinstance(output, dict)
    # Fields from the ledger are looked up by a step; a person fills them in only for an unread invoice.
    right = entries(Invoice.model_validate({**output, "account": "none named", "booked_before": False}))
    looked_up = () if key == UNREAD else ("account", "booked_before")
    answer = {name: value for name, value in right.items() if name not in looked_up} if key not in REFUSED else None
    return Told(key=key, place=INVOICES, values=values, answer=answer, refusal=REFUSED.get(key, ""))
