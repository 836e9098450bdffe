"""The way of a case whose quotes are on the pages of its document, from the model's answer to the card."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, JsonValue

from store.db.database import Database
from tests.paper import pdf
from tests.world import World, why
from workflows import Autonomy, Document, Place, Proposal, Run, Workflow
from workflows.documents.document import FileKind
from workflows.documents.documents import Documents
from workflows.documents.pictures.kinds import picture_kind
from workflows.documents.shelf import FolderShelf
from workflows.engine.case.intake import accept, take_in
from workflows.engine.documents.keeping import keep
from workflows.engine.documents.marks import marked_pages
from workflows.engine.review.cards import card_view
from workflows.model.port import Answer
from workflows.model.scripted import ScriptedModel, says

pytestmark = pytest.mark.slow

PAGE = "ACME Ltd   Invoice A-17\nNet 473.00   VAT 56.87   Total 529.87\n"


class Mail(BaseModel):
    number: str
    invoice: Document


class Bill(BaseModel):
    supplier: str
    total: Decimal


def bills(other: Mapping[str, object] | None) -> Workflow[Mail, Bill]:
    """Return a workflow that pays alone what it is sure of. `other`: its second reading."""
    made = Workflow(
        name="bills",
        decision="What is to be paid?",
        owner="U0MARIA",
        input=Mail,
        output=Bill,
        key=lambda mail: mail.number,
        autonomy=Autonomy.floor(0.9),
        evidence=("supplier", "total"),
        is_sample=True,
    )

    @made.place("total")
    def is_total(place: Place, total: Decimal) -> bool:
        return place.before.rstrip().endswith("Total")

    @made.second_reading("the data in the file")
    def data(mail: Mail) -> Mapping[str, object] | None:
        return other

    @made.deliver
    def pay(bill: Bill, run: Run[Mail]) -> str:
        return "paid"

    return made


Worked = Callable[..., int]


@pytest.fixture
def world(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[World]:
    """A Countersign whose documents are in a folder; nothing here depends on the database."""
    database = Database(migrated_sqlite_url)
    yield World(database=database, model=ScriptedModel(), documents=Documents(FolderShelf(tmp_path / "shelf")))
    database.close()


@pytest.fixture
def worked(world: World) -> Worked:
    """Take a case in and work on it; returns its number."""

    def work(answer: Answer, *, other: Mapping[str, object] | None = None) -> int:
        workflow = bills(other)
        world.registry.add(workflow)
        world.model = ScriptedModel([answer])
        document = keep(world.context, pdf(PAGE), name="invoice.pdf")
        accepted = accept(workflow, {"number": "1", "invoice": "a"}, arrived=lambda _: document)
        (receipt,) = take_in(world.context, workflow, [accepted], source="test", actor="tester")
        world.work()
        return receipt.case

    return work


def answer(total: str, *, quote: str) -> Answer:
    values: dict[str, JsonValue] = {"supplier": "ACME Ltd", "total": total}
    return says(values, confidence=0.97, evidence={"supplier": "ACME Ltd", "total": quote})


def test_what_is_proven_on_the_page_goes_alone(world: World, worked: Worked) -> None:
    case = worked(answer("529.87", quote="Net 473.00 VAT 56.87 Total 529.87"), other={"total": "529.870"})
    assert world.state(case) == "delivered"


@pytest.mark.parametrize(
    ("total", "quote", "other", "said"),
    [
        ("473.00", "473.00", None, "the quote for Total stands beside something else on the page"),
        ("539.87", "Total 539.87", None, "the quote for Total stands on no page"),
        (
            "529.87",
            "Total 529.87",
            {"total": Decimal("539.87")},
            "Total: proposed 529.87; the data in the file: 539.87",
        ),
    ],
)
def test_what_is_not_is_a_persons_case_with_the_reason_on_its_card(
    world: World, worked: Worked, total: str, quote: str, other: Mapping[str, object] | None, said: str
) -> None:
    case = worked(answer(total, quote=quote), other=other)
    review = world.review(case)
    assert why(review) == [said, "confidence is below 0.9: Total 0.50"]
    assert why(card_view(world.context, review.id)) == why(review)


def test_the_marks_are_those_of_the_proposal_that_was_kept(world: World, worked: Worked) -> None:
    case = worked(answer("529.87", quote="Total 529.87"), other={"total": 1})
    workflow = world.registry.get("bills")
    mail = Mail(number="1", invoice=world.documents.keep(pdf(PAGE), name="invoice.pdf"))
    values = card_view(world.context, world.review(case).id).values
    proposal = Proposal(
        output=Bill(supplier="ACME Ltd", total=Decimal("529.87")),
        confidence={value.name: value.confidence for value in values},
        evidence={value.name: value.evidence or "" for value in values},
    )
    (page,) = marked_pages(world.context, workflow, mail, proposal)
    assert [(mark.label, mark.is_doubted) for mark in page.marks] == [("Supplier", False), ("Total", True)]
    assert picture_kind(world.documents.picture(page)) is FileKind.PNG
