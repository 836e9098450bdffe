"""Documents that a case's source sends with an answer: told to the model, quoted, marked, and gone with the case."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, JsonValue

from store import schema
from store.db.database import Database
from tests.paper import pdf
from tests.world import World, why
from workflows import Autonomy, Document, Place, Run, Workflow, source_answers
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.case.intake import accept, take_in
from workflows.engine.documents.keeping import keep
from workflows.engine.errors import InvalidInput
from workflows.engine.privacy.forgetting import forget
from workflows.engine.review.cards import card_view
from workflows.engine.review.pages.originals import originals_of
from workflows.engine.review.pages.pictures import pages_of
from workflows.engine.review.source import questions
from workflows.model.port import Answer
from workflows.model.scripted import ScriptedModel, says

pytestmark = pytest.mark.slow

INVOICE = "Invoice A-17\nTotal 529.87"
NOTE = "Delivery note L-4\nReceived by Karin Weber\nTotal 473.00"


class Arrival(BaseModel):
    number: str
    invoice: Document


class Bill(BaseModel):
    total: Decimal
    receiver: str


def bills(**more: str) -> Workflow[Arrival, Bill]:
    """Return a workflow that pays what is delivered. `more`: further options of the declaration."""
    made = Workflow(
        name="bills",
        decision="What is to be paid?",
        owner="U0MARIA",
        input=Arrival,
        output=Bill,
        key=lambda arrival: arrival.number,
        autonomy=Autonomy.draft(),
        evidence=("total", "receiver"),
        documents="pages" if more.get("documents") == "pages" else "text",
    )

    @made.place("total")
    def is_billed(place: Place, total: Decimal) -> bool:
        return place.text.startswith("Invoice")

    @made.missing
    def lacks(arrival: Arrival) -> Sequence[str]:
        return [] if any(one.documents for one in source_answers()) else ["the delivery note"]

    @made.ask_source(idempotent=True)
    def ask(question: str, run: Run[Arrival]) -> str:
        return "sent"

    @made.deliver
    def pay(bill: Bill, run: Run[Arrival]) -> str:
        return "paid"

    return made


@pytest.fixture
def world(migrated_url: str, tmp_path: Path) -> Iterator[World]:
    database = Database(migrated_url)
    yield World(database=database, model=ScriptedModel(), documents=Documents(FolderShelf(tmp_path / "shelf")))
    database.close()


Begun = Callable[..., int]


@pytest.fixture
def begun(world: World) -> Begun:
    """Take a case in whose source is asked for the note; returns its number."""

    def begin(*answers: Answer, **more: str) -> int:
        workflow = bills(**more)
        world.registry.add(workflow)
        world.model = ScriptedModel(answers)
        invoice = keep(world.context, pdf(INVOICE), name="invoice.pdf")
        accepted = accept(workflow, {"number": "1", "invoice": "a"}, arrived=lambda _: invoice)
        (receipt,) = take_in(world.context, workflow, [accepted], source="test", actor="tester")
        world.work()
        return receipt.case

    return begin


def answer(total: str, *, quote: str) -> Answer:
    values: dict[str, JsonValue] = {"total": total, "receiver": "Karin Weber"}
    return says(values, confidence=0.9, evidence={"receiver": "Received by Karin Weber", "total": quote})


def reply(world: World, case: int, *pages: str, text: str = "") -> None:
    """Send files that say these texts."""
    files = [keep(world.context, pdf(page), name=f"note-{number}.pdf") for number, page in enumerate(pages, 1)]
    questions.reply(world.context, case, text, by="shop", documents=files)
    world.work()


def asked(world: World) -> ScriptedModel:
    """Return the model, which remembers what it was asked."""
    assert isinstance(world.model, ScriptedModel)
    return world.model


def test_a_quote_may_stand_on_a_page_of_an_answer_alone(world: World, begun: Begun) -> None:
    """It is evidence there, it is marked there, and the original can be had."""
    case = begun(answer("529.87", quote="Total 529.87"))
    assert not asked(world).questions
    reply(world, case, NOTE)
    review = world.review(case)
    assert not [said for said in why(review) if "quote" in said or "missing" in said]
    pages = pages_of(world.context, review.id)
    assert pages is not None
    marked = [(page.document, [mark.field for mark in page.marks]) for page in pages.pages]
    assert marked == [("invoice.pdf", ["total"]), ("note-1.pdf", ["receiver"])]
    for seen in (originals_of(world.context, case), card_view(world.context, review.id).documents):
        assert [(one.place, one.name) for one in seen] == [(1, "invoice.pdf"), (2, "note-1.pdf")]


def test_a_figure_of_the_note_is_no_evidence_where_the_rule_wants_the_invoice(world: World, begun: Begun) -> None:
    case = begun(answer("473.00", quote="Total 473.00"))
    reply(world, case, NOTE)
    assert "the quote for Total stands beside something else on the page" in why(world.review(case))


def test_the_name_of_a_file_is_no_evidence(world: World, begun: Begun) -> None:
    """Although it stands for the words of an answer that has none."""
    case = begun(says({"total": "1", "receiver": "note-1.pdf"}, evidence={"receiver": "Files: note-1.pdf"}))
    reply(world, case, "Nothing")
    assert "the quote for Receiver stands on no page" in why(world.review(case))


def test_the_model_is_told_of_the_files_within_their_answer(world: World, begun: Begun) -> None:
    """One that the case has already is named, and not told twice. The journal keeps what was told, and hashes."""
    case = begun(answer("529.87", quote="Total 529.87"))
    reply(world, case, NOTE, INVOICE, text="Both, once more")
    (question,) = asked(world).questions
    assert [(one.number, one.name) for one in question.documents] == [(1, "invoice.pdf"), (2, "note-1.pdf")]
    assert question.answer_documents is not None
    note = {"document": 2, "name": "note-1.pdf", "kind": "application/pdf"}
    pages: list[JsonValue] = [{"page": 1, "text": keep(world.context, pdf(NOTE), name="n").pages[0].text}]
    again: JsonValue = {"document": 1, "name": "note-2.pdf", "kind": "application/pdf"}
    assert question.answer_documents(()) == [[{**note, "text": pages}, again]]
    assert "Karin Weber" in question.text
    [arguments] = [step.input for step in world.case(case).newest.steps if step.name.startswith("ask")]
    assert str(arguments).count("Karin Weber") == 1
    assert "e_invoice" not in str(arguments)


def test_pages_of_an_answer_are_shown_where_the_workflow_shows_pages(world: World, begun: Begun) -> None:
    case = begun(answer("529.87", quote="Total 529.87"), documents="pages")
    reply(world, case, NOTE)
    (question,) = asked(world).questions
    assert [one.given for one in question.documents] == ["pages", "pages"]
    assert question.answer_documents is not None
    assert "Karin Weber" not in str(question.answer_documents(()))
    assert "Karin Weber" in str(question.answer_documents((2,)))
    assert not [said for said in why(world.review(case)) if "quote" in said]


def test_the_files_of_an_answer_go_with_the_case(world: World, begun: Begun) -> None:
    case = begun(answer("529.87", quote="Total 529.87"))
    reply(world, case, NOTE)
    (note,) = [one for one in originals_of(world.context, case) if one.place == 2]
    assert world.documents.shelf is not None
    assert world.documents.shelf.holds(note.sha256)
    forget(world.context, case, by="U0MARIA")
    assert not world.documents.shelf.holds(note.sha256)
    assert world.rows(schema.DocumentUse) == []


def test_texts_that_are_too_long_together_are_no_answer(world: World, begun: Begun) -> None:
    """Nothing is recorded of them."""
    case = begun(answer("529.87", quote="Total 529.87"))
    long = keep(world.context, pdf(NOTE), name="long.pdf")
    page = long.pages[0].model_copy(update={"text": "x" * 2_100_000})
    with pytest.raises(InvalidInput, match="too long together"):
        questions.reply(world.context, case, "", by="shop", documents=[long.model_copy(update={"pages": (page,)})])
    (asked_for,) = card_view(world.context, world.rows(schema.Review)[-1].id).questions
    assert asked_for.answer is None
