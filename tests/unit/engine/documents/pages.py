"""A workflow whose input holds documents, and documents that are written down as the text of their pages."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256

from pydantic import BaseModel

from workflows import Document, Place, Proposal, Workflow
from workflows.documents.document import FileKind, Page, ReadBy


class Post(BaseModel):
    """The input: what arrived."""

    invoice: Document
    delivery_note: Document | None = None
    words: str = ""


class Bill(BaseModel):
    """The output."""

    supplier: str | None = None
    number: str | None = None
    issued: date | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    currency: str | None = None
    amounts: tuple[Decimal, ...] = ()
    urgent: bool | None = None
    topic: str | None = None


def bills(*, rules: bool = True) -> Workflow[Post, Bill]:
    """Return the workflow. `rules`: whether it says where a net amount and a total may stand."""
    bills = Workflow(
        name="bills", decision="What is to be paid?", owner="U0MARIA", input=Post, output=Bill, key=lambda _: "1"
    )
    if not rules:
        return bills

    @bills.place("total")
    def is_total(place: Place, total: Decimal) -> bool:
        return "Total" in place.before and place.document != "note.pdf"

    @bills.place("net")
    def is_net(place: Place, net: Decimal) -> bool:
        return "Net" in place.before

    return bills


def paper(*pages: str, name: str = "invoice.pdf", read_by: ReadBy = ReadBy.TEXT) -> Document:
    """Return a document with these pages."""
    return Document(
        sha256=sha256("\f".join((name, *pages)).encode()).hexdigest(),
        name=name,
        kind=FileKind.PDF,
        size=1,
        pages=tuple(Page(text=text, read_by=read_by) for text in pages),
    )


def read(bill: Bill, **quotes: str) -> Proposal[Bill]:
    """Return a proposal that is sure of everything. `quotes`: its evidence, by field."""
    return Proposal(output=bill, confidence=dict.fromkeys(Bill.model_fields, 0.97), evidence=quotes)


def texts_of(place_document: Document, page: int, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Return what stands in stretches of a page."""
    return [place_document.pages[page - 1].text[start:end] for start, end in spans]
