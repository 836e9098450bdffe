"""The kept value is the delivered one: the same alone, by a person and after a crash (F71)."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, PlainSerializer, SecretStr, model_validator

from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Crash, Scene, sample
from tests.sample import Ticket, Triage
from tests.world import sure, why
from workflows import Ask, Autonomy, Proposal, Run, step
from workflows.engine.errors import InvalidOutput
from workflows.engine.review import reviews
from workflows.engine.review.wrong import corrections
from workflows.engine.text.canonical_json import MAX_MESSAGE, MAX_RESULT


class Rounded(Triage):
    """A serializer that loses something."""

    amount: Annotated[Decimal, PlainSerializer(lambda value: f"{value:.1f}", return_type=str)] = Decimal("0.0")


class Growing(Triage):
    """A validator that is not done with what it made itself."""

    amount: int = 0

    @model_validator(mode="after")
    def _grow(self) -> "Growing":
        self.amount += 1
        return self


class Fuller(Triage):
    """More than the form has."""

    note: str = "for the desk"


def unchecked(**values: Any) -> Triage:
    """Return a value that an author made without validation."""
    return Triage.model_construct(**values)


def proposing(make_world: MakeWorld, output: Callable[[], BaseModel], *, form: type[BaseModel] = Triage) -> Scene:
    """An automation that is sure of what its own code makes."""
    scene = sample(make_world)
    scene.workflow.output = form  # type: ignore[assignment]  # as another author would have it

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Any]) -> Proposal[Any]:
        made = output()
        return Proposal(output=made, confidence=dict.fromkeys(form.model_fields, 0.99))

    return scene


@pytest.mark.parametrize(
    ("form", "output", "field"),
    [
        (Triage, lambda: unchecked(queue="nowhere"), "queue: has to be billing, delivery or safety"),
        (Triage, lambda: unchecked(reply="no queue"), "queue: is missing"),
        (Triage, lambda: Fuller(queue="billing"), "note: is not a field of Triage and would be lost"),
        (Rounded, lambda: Rounded(queue="billing", amount=Decimal("10.49")), "amount: would be read back as another"),
        (Growing, lambda: Growing(queue="billing"), "amount: would be read back as another value"),
    ],
    ids=["unchecked", "incomplete", "subclass", "lossy", "growing"],
)
def test_what_would_be_delivered_as_something_else_is_not_proposed(
    make_sqlite_world: MakeWorld, form: type[BaseModel], output: Callable[[], BaseModel], field: str
) -> None:
    """A person gets the case, with the field and what is wrong with it."""
    scene = proposing(make_sqlite_world, output, form=form)
    case = scene.worked()
    review = scene.review(case)
    assert not review.has_proposal
    assert why(review)[0].startswith("the proposal cannot be kept as it is: ")
    assert field in why(review)[0]
    assert scene.desk.attempts == []


@pytest.mark.parametrize("part", [{"reasons": "one text"}, {"evidence": {"queue": 7}}, {"model": "x\0"}, {"second": 1}])
def test_what_goes_with_a_proposal_has_its_form_too(make_sqlite_world: MakeWorld, part: dict[str, Any]) -> None:
    scene = sample(make_sqlite_world)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return replace(ask(text=ticket.text), **part)

    case = scene.worked()
    assert f"its {next(iter(part))}" in why(scene.review(case))[0]


def test_a_persons_values_that_would_be_delivered_as_others_are_refused(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.5, queue="billing", amount="1.0"))
    scene.workflow.output = Rounded
    case = scene.worked()
    review, values = scene.review(case), Rounded(queue="billing", amount=Decimal("10.49"))
    with pytest.raises(InvalidOutput, match="amount: would be read back as another value"):
        reviews.edit(scene.world.context, review.id, 1, values, by="U1")
    assert scene.run(case).state == "waiting"
    scene.approve(case)
    scene.world.work()
    with pytest.raises(InvalidOutput, match="amount: would be read back as another value"):
        corrections.correct(scene.world.context, case, values, by="U1")


@pytest.mark.parametrize("way", ["alone", "by a person", "after a crash"])
def test_what_the_code_on_the_way_made_of_its_own_is_not_delivered(make_sqlite_world: MakeWorld, way: str) -> None:
    """`propose`, a check and a never each change what they were given."""
    seen: list[tuple[str, str]] = []
    crashing = [Crash()] if way == "after a crash" else []
    autonomy = DRAFT if way == "by a person" else Autonomy.floor(0.8)
    scene = sample(make_sqlite_world, autonomy=autonomy)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        proposal = ask(text=ticket.text)
        ticket.text = "changed by propose"
        return proposal

    @scene.workflow.check("it is as it was")
    def check(ticket: Ticket, triage: Triage) -> bool:
        triage.reply = "changed by a check"
        return True

    @scene.workflow.never("change it")
    def never(ticket: Ticket, triage: Triage) -> bool:
        triage.reply = "changed by a never"
        return False

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        seen.append((triage.reply, run.input.text))
        if crashing:
            raise crashing.pop()
        return "done"

    case = scene.submit()
    if way == "after a crash":
        scene.crash()
    scene.world.work()
    if way == "by a person":
        scene.approve(case)
        scene.world.work()
    assert scene.run(case).state == "delivered"
    assert set(seen) == {("Hello", "charged twice")}


class Login(BaseModel):
    """A result that a step should not return."""

    token: SecretStr


def test_a_result_that_would_be_recalled_as_another_one_stops_the_run(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)

    @step
    def log_in() -> Login:
        return Login(token=SecretStr("s3cret"))

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        log_in()
        return ask(text=ticket.text)

    case = scene.worked()
    assert scene.run(case).state == "failed"
    assert "the step log_in gives a result that would change when it is recalled: token: " in scene.problem(case)
    assert "s3cret" not in str(scene.world.case(case))


MIB = 1024 * 1024


@pytest.mark.parametrize("kind", ["text", "list", "argument"])
def test_a_result_of_a_hundred_megabytes_is_refused_with_memory_bounded(
    make_sqlite_world: MakeWorld, kind: str
) -> None:
    """F80: nothing is made of it beside what the step holds itself."""
    scene = sample(make_sqlite_world)
    large = ["x" * MIB] * 100 if kind == "list" else "x" * (100 * MIB)

    @step
    def load(given: Any) -> Any:
        return large if kind != "argument" else "small"

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        load(large if kind == "argument" else "small")
        return ask(text=ticket.text)

    case, other = scene.submit(), scene.submit(id=2)
    tracemalloc.start()
    scene.world.work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert scene.run(case).state == scene.run(other).state == "failed"
    assert f"{MAX_RESULT:,} bytes, the limit" in scene.problem(case)
    assert peak < 20 * MIB


def test_a_receipt_without_end_is_cut(make_sqlite_world: MakeWorld) -> None:
    """The delivery is made, whatever its receipt says: a receipt is no reason to doubt it."""
    scene = sample(make_sqlite_world)
    scene.workflow.deliver(idempotent=True)(lambda triage, run: "x" * MIB)
    case = scene.worked()
    assert scene.run(case).state == "delivered"
    receipt = scene.delivery(case).receipt
    assert receipt is not None
    assert len(receipt) == MAX_MESSAGE + 1


def test_a_proposal_with_more_reasons_than_anybody_reads_is_not_kept(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return replace(ask(text=ticket.text), reasons=("because " * 1_000,) * 1_000)

    case = scene.worked()
    assert "too large, the limit is 1,048,576 bytes" in why(scene.review(case))[0]
