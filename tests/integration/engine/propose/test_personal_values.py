"""Personal values of a case: in what a model is told, and in the texts of errors that are kept."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Crash
from tests.world import World
from workflows import Ask, Autonomy, Example, FindPersonal, NotAllowed, Personal, Proposal, Run, Workflow, step
from workflows.documents.document import Document, FileKind, Page, ReadBy
from workflows.engine.case.source.heard import Heard
from workflows.engine.declare.steps import DELIVER, Call
from workflows.engine.errors import BadDeclaration
from workflows.engine.propose.examples.own_examples import learned
from workflows.engine.propose.model_answers import Asker
from workflows.engine.propose.placeholders import text_told
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.source import questions
from workflows.model.port import Answer, Question, SourceAnswer
from workflows.model.scripted import ScriptedModel, says

NAME, MAIL, PHONE = "Ana Silva", "ana.silva@example.org", "+44 161 234 5000"


class Letter(BaseModel):
    """A letter of a customer."""

    id: int
    customer: Annotated[str, Personal]
    text: Annotated[str, FindPersonal]


class Reply(BaseModel):
    """The decision."""

    queue: Literal["claims", "billing"]
    to: Annotated[str, Personal]


@dataclass(kw_only=True)
class Office:
    """A place where something can go wrong, saying what it knows."""

    errors: dict[str, list[BaseException]] = field(default_factory=dict)
    """Place -> the errors that it raises, in order."""

    def at(self, place: str) -> None:
        """Raise the next error of a place."""
        if self.errors.get(place):
            raise self.errors[place].pop(0)


def letters(office: Office, *, personal_to_model: bool = False) -> Workflow[Letter, Reply]:
    made = Workflow[Letter, Reply](
        name="letters",
        decision="Who answers?",
        owner="U0MARIA",
        input=Letter,
        output=Reply,
        key=lambda letter: f"letter-{letter.id}",
        autonomy=Autonomy.draft(),
        personal_to_model=personal_to_model,
        text=lambda letter: f"{letter.customer}: {letter.text}",
    )

    @step
    def look_up(id: int) -> str:
        office.at("look_up")
        return "nothing"

    @made.propose
    def propose(letter: Letter, ask: Ask[Reply]) -> Proposal[Reply]:
        made = ask(letter=letter)
        look_up(letter.id)
        return made

    @made.deliver(idempotent=True)
    def deliver(reply: Reply, run: Run[Letter]) -> str:
        office.at(DELIVER)
        return "done"

    @made.ask_source(idempotent=True)
    def ask_source(question: str, run: Run[Letter]) -> str:
        return "asked"

    return made


def told(question: Question) -> str:
    """Return all that a model is told of a case."""
    refused = [[dict(one.values), one.reason] for one in question.refused]
    answers = [[one.question, one.answer] for one in question.answers]
    return json.dumps([question.data, question.text, refused, answers], ensure_ascii=False)


def without_anybody(text: str) -> bool:
    return not any(part.casefold() in text.casefold() for part in ("Silva", "Ana ", MAIL, "161 234", "+44"))


def set_up(
    make_world: MakeWorld, office: Office, *, personal_to_model: bool = False
) -> tuple[World, Workflow[Letter, Reply]]:
    def tell(question: Question) -> Answer:
        return says({"queue": "claims", "to": "[customer 1]" if not personal_to_model else NAME}, confidence=0.9)

    world = make_world(tell)
    workflow = letters(office, personal_to_model=personal_to_model)
    world.registry.add(workflow)
    return world, workflow


def taken_in(world: World, workflow: Workflow[Letter, Reply]) -> int:
    text = f"Pay me back.\nCall {PHONE} or {MAIL}. Yours, ana silva"
    case = world.submit(workflow, id=1, customer=NAME, text=text).case
    world.work()
    return case


def test_after_a_crash_the_same_question_is_recalled(make_world: MakeWorld) -> None:
    """The placeholders are the same each time: otherwise the journal would hold another call."""
    office = Office(errors={"look_up": [Crash()]})
    world, workflow = set_up(make_world, office)
    with pytest.raises(Crash):
        taken_in(world, workflow)
    world.restart()
    world.work()
    (case,) = (row.id for row in world.rows(schema.Case))
    run = world.case(case).newest
    assert run.proposal is not None
    assert run.proposal.output["to"] == NAME
    (question,) = world.model.questions
    assert without_anybody(told(question))


def test_what_people_refused_and_what_the_source_answered_is_told_without_personal_values(
    make_world: MakeWorld,
) -> None:
    world, workflow = set_up(make_world, Office())
    case = taken_in(world, workflow)
    review = world.review(case)
    reviews.reject(
        world.context,
        review.id,
        review.version,
        by="U1",
        reason=f"{NAME} wrote to billing, not {MAIL}",
        follows=Follows.PROPOSE_AGAIN,
    )
    world.work()
    review = world.review(case)
    reviews.ask(world.context, review.id, review.version, question=f"{NAME}, where are you?", by="U1")
    world.work()
    questions.reply(world.context, case, "Call me: +49 30 901820", by="U1")
    world.work()
    asked = world.model.questions
    assert len(asked) == 3
    assert all(without_anybody(told(one)) for one in asked)
    assert "901820" not in told(asked[2])
    assert "[customer 1] wrote to billing, not [mail address 1]" in told(asked[1])
    assert "Call me: [phone number" in told(asked[2])


def test_documents_of_answers_are_told_without_personal_values() -> None:
    """Personal values of the case are hidden in them, and finds in them where the input is searched."""
    page = Page(text=f"{NAME} signed. Call +49 30 901820", read_by=ReadBy.TEXT)
    note = Document(sha256="0" * 64, name=f"note of {NAME}.pdf", kind=FileKind.PDF, size=1, pages=(page,))
    heard = Heard(answers=(SourceAnswer(question="Who?", answer="See the note", documents=(note,)),))
    letter, asked = Letter(id=1, customer=NAME, text="x"), list[Question]()

    class Recorded:
        def record(self, call: Call) -> object:
            assert "Silva" not in str(call.arguments)
            return call.invoke()

    def model(question: Question) -> Answer:
        asked.append(question)
        return says({"queue": "claims", "to": "[customer 1]"}, confidence=0.9)

    asker = Asker(
        letters(Office()),
        letter,
        prompt=None,
        account=None,
        recorder=Recorded(),
        model=lambda: ScriptedModel(model),
        heard=heard,
    )
    assert asker(letter=letter).output.to == NAME
    (question,) = asked
    assert question.answer_documents is not None
    seen = json.dumps([question.answer_documents(()), question.text, [one.documents for one in question.answers]])
    assert without_anybody(seen)
    assert "901820" not in seen
    assert "[customer 1] signed. Call [phone number 1]" in seen


def test_the_local_model_learns_and_reads_with_placeholders(make_sqlite_world: MakeWorld) -> None:
    _, workflow = set_up(make_sqlite_world, Office())
    letter = Letter(id=1, customer=NAME, text=f"Call {PHONE}")
    assert text_told(workflow, letter) == "[customer 1]: Call [phone number 1]"
    workflow.examples = lambda: [
        Example(
            input={"id": number, "customer": f"Bo Berg{number}", "text": f"{word} {'x' * number} please, Berg{number}"},
            output={"queue": queue},
        )
        for number, (word, queue) in enumerate([("refund", "claims"), ("bill", "billing")] * 10)
    ]
    phrases = " ".join(learned(workflow)._vocabulary.phrases)
    assert "berg" not in phrases.casefold()


def test_a_declaration_without_anything_personal_hides_nothing_and_is_refused() -> None:
    class Plain(BaseModel):
        id: int

    with pytest.raises(BadDeclaration, match="no field of Plain is Personal or FindPersonal"):
        Workflow(
            name="plain",
            decision="?",
            owner="U0MARIA",
            input=Plain,
            output=Reply,
            key=lambda plain: str(plain.id),
            personal_to_model=False,
        )


def everything_kept(world: World, *kinds: str) -> str:
    """Return all texts of these kinds of content, of steps' errors, of causes and of workflows."""
    kept = [row.body for row in world.rows(schema.Content) if isinstance(row, schema.Content) and row.kind in kinds]
    kept += [row.message for row in world.rows(schema.Cause) if isinstance(row, schema.Cause)]
    kept += [row.pause_reason or "" for row in world.rows(schema.Workflow) if isinstance(row, schema.Workflow)]
    return "\n".join(kept)


def test_no_text_of_an_error_keeps_a_personal_value(make_world: MakeWorld) -> None:
    """Short names are no words of the case that are long enough to be known by themselves."""
    said = f"no account of {NAME.upper()} <{MAIL}>, tel. +441612345000"
    office = Office(errors={"look_up": [ValueError(said)]})
    world, workflow = set_up(make_world, office, personal_to_model=True)
    case = taken_in(world, workflow)
    run = world.case(case).newest
    assert run.state == "failed"
    assert run.problem is not None
    failed = next(line.error for line in run.steps if line.name == "look_up")
    assert failed == "ValueError: no account of [personal] <[personal]>, tel. [personal]"
    assert without_anybody(everything_kept(world, "problem"))
    assert "441612345000" not in everything_kept(world, "problem")


@pytest.mark.parametrize("place", ["look_up", DELIVER])
def test_the_reason_of_a_pause_names_nobody(make_world: MakeWorld, place: str) -> None:
    office = Office(errors={place: [NotAllowed(f"the key of {NAME} is not valid")]})
    world, workflow = set_up(make_world, office, personal_to_model=True)
    case = taken_in(world, workflow)
    if place == DELIVER:
        review = world.review(case)
        reviews.approve(world.context, review.id, review.version, by="U1")
        world.work()
    paused = everything_kept(world)
    assert "the key of [personal] is not valid" in paused
    assert without_anybody(paused)
