"""Marks on files: they cover what was read, and nothing else."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from tests.covered import covered
from tests.integration.engine.documents.sheets import SHEETS, TRUTH, Sheet
from tests.unit.engine.documents.pages import Bill, Post, read
from workflows import Place, Proposal, Workflow
from workflows.documents.documents import Documents
from workflows.documents.places.marks import MarkedPage
from workflows.documents.shelf import FolderShelf
from workflows.engine.context import Context
from workflows.engine.documents.marks import marked_pages
from workflows.engine.propose.evidence.pages import page_evidence
from workflows.engine.propose.evidence.quotes import CAP, with_evidence

pytestmark = pytest.mark.slow

BILL = Bill(
    supplier=TRUTH["supplier"],
    number=TRUTH["number"],
    issued=date(2026, 3, 3),
    net=Decimal("473"),
    tax=Decimal("56.87"),
    total=Decimal("529.87"),
    currency="EUR",
)
VALUES = {name: value for name, value in BILL if name in TRUTH}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    return Documents(FolderShelf(tmp_path_factory.mktemp("shelf")))


def marks_of(documents: Documents, post: Post, proposal: Proposal[Bill]) -> tuple[MarkedPage, ...]:
    # Of a context, only the documents are needed.
    context = cast(Context, _OnlyDocuments(documents))
    return marked_pages(context, bills(), post, proposal)


class _OnlyDocuments:
    def __init__(self, documents: Documents) -> None:
        self.documents = documents


def bills() -> Workflow[Post, Bill]:
    """Return a workflow that says where sums may stand: right of their label, or below it."""
    bills = Workflow(
        name="bills", decision="What is to be paid?", owner="U0MARIA", input=Post, output=Bill, key=lambda _: "1"
    )
    for field, label in (("net", "Net"), ("tax", "VAT"), ("total", "Total")):
        bills.place(field)(partial(_is_labelled, label))
    return bills


def _is_labelled(label: str, place: Place, value: Decimal) -> bool:
    if place.document == "note.pdf":
        return False
    if re.search(rf"{label}(?: \d+ %)?[a-z :]*\Z", place.before):
        return True
    above, begins = place.text[: place.start].splitlines()[:-1], len(place.before)
    heads = [row for row in above if re.search("Net|VAT|Total", row)]
    return bool(heads) and label in heads[-1][max(begins - 4, 0) : begins + 8]


@pytest.mark.parametrize("name", SHEETS)
def test_every_mark_covers_the_true_value_and_none_is_on_anothers(documents: Documents, name: str) -> None:
    draw, special = SHEETS[name]
    sheet = draw()
    post = Post(invoice=documents.keep(sheet.data(), name=f"{name}.pdf"))
    quotes = TRUTH | special
    pages = marks_of(documents, post, read(BILL, **quotes))
    found = covered(pages, VALUES, reading=documents.reading, places=sheet.places)
    assert (found.beside, found.others) == ([], [])
    assert found.covering == found.values == len(TRUTH)


def test_a_document_that_is_not_on_the_shelf_has_no_marks(documents: Documents) -> None:
    elsewhere = Documents(FolderShelf(Path("/nowhere")))
    post = Post(invoice=documents.keep(SHEETS["turned"][0]().data(), name="a.pdf"))
    assert marks_of(documents, post, read(BILL, number=TRUTH["number"]))
    assert marks_of(elsewhere, post, read(BILL, number=TRUTH["number"])) == ()
    assert marks_of(Documents(), post, read(BILL, number=TRUTH["number"])) == ()


def test_what_a_reader_should_look_at_first_is_marked_as_doubted(documents: Documents) -> None:
    post = Post(invoice=documents.keep(SHEETS["small print"][0]().data(), name="a.pdf"))
    proposal = read(BILL, number=TRUTH["number"], issued=TRUTH["issued"])
    (page,) = marks_of(documents, post, replace(proposal, confidence={**proposal.confidence, "number": 0.5}))
    assert [(one.field, one.label, one.is_doubted) for one in page.marks] == [
        ("number", "Number", True),
        ("issued", "Issued", False),
    ]


@pytest.mark.parametrize(
    ("field", "value", "quote"),
    [
        ("total", BILL.net, "Net 473,00"),
        ("total", BILL.net, "473,00"),
        ("net", BILL.total, "529,87"),
        ("tax", BILL.total, "Total 529,87"),
        ("total", Decimal("12.00"), "Total 12,00"),
        ("total", Decimal("529.87"), "To the note 529,87"),
        ("total", Decimal("99.00"), "parcels 99,00"),
    ],
)
def test_a_figure_of_another_field_page_or_document_gets_no_evidence(
    documents: Documents, field: str, value: Decimal, quote: str
) -> None:
    note = Sheet()
    note.say(60, 100, "Total parcels 99,00")
    note.say(60, 120, "To the note 529,87")
    post = Post(
        invoice=documents.keep(SHEETS["small print"][0]().data(), name="a.pdf"),
        delivery_note=documents.keep(note.data(), name="note.pdf"),
    )
    pages = page_evidence(bills(), post, documents)
    proposal = read(BILL.model_copy(update={field: value}), **{field: quote})
    found = with_evidence(proposal, shown=None, needed=[field], pages=pages)
    assert found.field_confidence()[field] == CAP
    assert len(found.doubts) == 1
    assert marks_of(documents, post, proposal) == ()
