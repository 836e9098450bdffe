"""The way of an invoice's file, from its bytes to its marks, with a scripted stand-in for the model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.covered import Covered, covered
from tests.documents.scripted import FIELDS, quotes
from workflows import Proposal
from workflows.documents.document import Document, ReadBy
from workflows.documents.documents import Documents
from workflows.documents.places.boxes import boxes_of
from workflows.documents.places.marks import Mark, MarkedPage
from workflows.engine.documents.places import Standing, documents_of, places_in
from workflows.engine.propose.checks import broken_nevers, held_against_checks
from workflows.engine.propose.evidence.pages import page_evidence
from workflows.engine.propose.evidence.quotes import with_evidence
from workflows.engine.propose.evidence.second_readings import compared as compared_again
from workflows.engine.propose.evidence.second_readings import held_against_second_readings
from workflows.library.invoice_intake.accounts import accounts_in
from workflows.library.invoice_intake.invoice import Arrival, Invoice
from workflows.library.invoice_intake.known import compared
from workflows.library.invoice_intake.ledger import Known, Supplier
from workflows.library.invoice_intake.workflow import intake
from workflows.tools.dates import dates_in

_MONTHS = 12
_LONGEST = 200
"""Characters of a quote."""
CONFIDENCE = 0.97
"""Confidence of the stand-in in everything."""
AMOUNTS = ("net", "tax", "total", "due", "prepaid", "allowances", "charges")
"""The fields that are swapped with each other."""


@dataclass(kw_only=True)
class Outcome:
    """The result for one file."""

    name: str
    read_by: str
    """The ways in which it was read: text, OCR, XML."""
    fields: int
    """True values that are not empty, of the fields that have quotes."""
    stated: int
    """Those that stand on its pages as they were read."""
    marks: Covered
    differences: tuple[str, ...]
    """Fields in which the data of the file differs from the truth."""
    why: tuple[str, ...]
    """The reasons against booking it alone; none: it would go alone."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Field -> the row of its mark."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Field -> why its quote is no evidence."""


def proposed(arrival: Arrival, invoice: Invoice, evidence: Mapping[str, str]) -> Proposal[Invoice]:
    """Return what a model with these quotes would have proposed, with nothing held against it yet."""
    return Proposal(output=invoice, confidence=dict.fromkeys(Invoice.model_fields, CONFIDENCE), evidence=dict(evidence))


def outcome(documents: Documents, data: bytes, name: str, truth: Invoice, *, beside: Document | None = None) -> Outcome:
    """Return what becomes of a file. `beside`: a delivery note in the same case."""
    document = documents.keep(data, name=name)
    arrival = Arrival(document=document, received_from="post@supplier.example", delivery_note=beside)
    accounts = list(accounts_in(arrival.words))
    facts = compared(arrival, truth, Known(supplier=Supplier(name=truth.supplier, accounts=accounts), booked=None))
    output = truth.model_copy(update={"account": facts.account})
    given = quotes([document], output)
    bare = proposed(arrival, output, given)
    held = with_evidence(
        bare, shown=[arrival.words], needed=intake.evidence, pages=page_evidence(intake, arrival, documents)
    )
    held = held_against_second_readings(intake, arrival, held_against_checks(intake, arrival, held))
    found = places_in(intake, documents_of(arrival), bare)
    pages = marked(documents, arrival, bare)
    known = {name: getattr(output, name) for name in FIELDS if _is_there(output, name)}
    stated = {name for name, quote in given.items() if quote}
    return Outcome(
        name=name,
        read_by=_read_by(document),
        fields=len(known),
        stated=len(stated & known.keys()),
        marks=covered(
            pages,
            {name: value for name, value in known.items() if name in stated},
            reading=documents.reading,
            any_sign=intake.any_sign,
        ),
        differences=tuple(one.field for one in compared_again(intake, arrival, output).differences),
        why=(*broken_nevers(intake, arrival, output).sentences, *held.doubts),
        places={
            name: _row(one.place.document.pages[one.place.page - 1].text, one.place.spans[0].start)
            for name, one in found.items()
            if one.place is not None
        },
        refused={name: one.standing for name, one in found.items() if one.standing is not Standing.FOUND},
    )


def wrongly(documents: Documents, arrival: Arrival, truth: Invoice) -> tuple[int, list[str]]:
    """Return how many wrong readings were tried, and those whose wrong value got evidence.

    Each field of an amount is given the value, and the quote, of each other one that is not the same. The date is given
    each other date of the pages.
    """
    given = quotes(list(documents_of(arrival))[:1], truth)
    tried, passed = 0, list[str]()
    for one in AMOUNTS:
        for other in AMOUNTS:
            value = getattr(truth, other)
            if one == other or value == getattr(truth, one) or not value or not given.get(other):
                continue
            tried += 1
            read = proposed(arrival, truth.model_copy(update={one: value}), {one: given[other]})
            found = places_in(intake, documents_of(arrival), read)[one]
            if found.standing is Standing.FOUND:
                passed.append(f"{one} as {other}: {given[other]!r}")
    for day, row in _other_days(arrival, truth):
        tried += 1
        read = proposed(arrival, truth.model_copy(update={"date": day}), {"date": row})
        if places_in(intake, documents_of(arrival), read)["date"].standing is Standing.FOUND:
            passed.append(f"date as {day}: {row!r}")
    return tried, passed


def _other_days(arrival: Arrival, truth: Invoice) -> Iterator[tuple[date, str]]:
    """Yield the other dates of the pages, each with its row."""
    swapped = {truth.date}
    if truth.date.day <= _MONTHS:
        swapped.add(truth.date.replace(day=truth.date.month, month=truth.date.day))
    for row in dict.fromkeys(arrival.words.splitlines()):
        if 0 < len(row.strip()) <= _LONGEST:
            yield from ((day, row.strip()) for day in dates_in(row) if day not in swapped)


def marked(documents: Documents, arrival: Arrival, proposal: Proposal[Invoice]) -> list[MarkedPage]:
    marks: dict[tuple[str, str, int], list[Mark]] = {}
    for name, one in places_in(intake, documents_of(arrival), proposal).items():
        if one.place is None:
            continue
        sha = one.place.document.sha256
        page = documents.reading(sha).pages[one.place.page - 1]
        boxes = boxes_of(page, [(span.start, span.end) for span in one.place.spans])
        if boxes:
            mark = Mark(field=name, label=name, boxes=boxes)
            marks.setdefault((sha, one.place.document.name, one.place.page), []).append(mark)
    return [
        MarkedPage(sha256=sha, document=name, page=page, marks=tuple(some)) for (sha, name, page), some in marks.items()
    ]


def _is_there(invoice: Invoice, name: str) -> bool:
    return name in intake.evidence or bool(getattr(invoice, name))


def _read_by(document: Document) -> str:
    ways = {page.read_by for one in document.all for page in one.pages}
    named = [way.value for way in ReadBy if way in ways and way is not ReadBy.NOTHING]
    has_data = any(one.e_invoice is not None for one in document.all)
    return ", ".join([*named, *(["XML"] if has_data else [])]) or "nothing"


def _row(text: str, at: int) -> str:
    return " ".join(text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0].split())
