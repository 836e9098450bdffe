"""The journal makes it once: a finished step is recalled after a crash, and a run that no longer fits it is parked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import (
    ALL_STEPS,
    EVERY_PLACE,
    Crash,
    Office,
    Scene,
    office_scene,
    rows,
    sample,
)
from tests.sample import Ticket, Triage
from workflows import Ask, NoProposal, NotDone, Proposal, step
from workflows.engine.review.rerun import reruns
from workflows.model.port import ModelUnavailable

Propose = Callable[[Ticket, Ask[Triage]], Proposal[Triage]]


@pytest.mark.parametrize("index", range(len(EVERY_PLACE)), ids=lambda index: f"{index}-{EVERY_PLACE[index]}")
def test_after_a_crash_a_run_goes_on_where_it_was(make_sqlite_world: MakeWorld, index: int) -> None:
    """Exactly the call that was in flight is made again; what had finished is recalled."""
    office, place = Office(), EVERY_PLACE[index]
    scene = office_scene(make_sqlite_world, office)
    before = EVERY_PLACE[:index].count(place)
    office.will(place, *[None] * before, Crash())
    case = scene.submit()

    scene.crash()
    mark = len(office.reached)
    scene.world.work()

    assert office.reached[:mark] == EVERY_PLACE[: index + 1]
    # What a delivery does between its steps is no step, and is done again.
    again = EVERY_PLACE.index("book") if place in ("book", "booked", "notify") else index
    assert office.since(mark) == EVERY_PLACE[again:]
    assert scene.run(case).state == "delivered"
    assert scene.steps(case) == ALL_STEPS
    assert office.applied == {"office/ticket-1": Triage(queue="billing", reply="Hello")}
    assert {key for key, _ in office.delivered_by} == {"office/ticket-1"}


def test_a_crash_in_the_middle_costs_one_call_on_either_database(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("model", Crash())
    case = scene.submit()
    scene.crash()
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert office.reached.count("model") == 2
    assert [office.reached.count(place) for place in ("find_customer", "last_orders", "read_note")] == [1, 1, 2]
    assert sum(line.cost for line in scene.run(case).steps) == Decimal("0.01")


def test_a_crash_at_every_place_one_after_the_other_loses_nothing(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    for place in dict.fromkeys(EVERY_PLACE):
        office.will(place, Crash())
    case = scene.submit()
    for _ in dict.fromkeys(EVERY_PLACE):
        scene.crash()
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.steps(case) == ALL_STEPS
    assert office.applied == {"office/ticket-1": Triage(queue="billing", reply="Hello")}


def test_a_crash_while_a_person_decides_changes_nothing(make_world: MakeWorld) -> None:
    """A waiting case is a row, not a thread."""
    scene = sample(make_world)
    case = scene.worked(text="smoke")
    version = scene.review(case).version
    assert scene.world.restart() == 0
    assert scene.review(case).version == version
    scene.approve(case)
    assert scene.world.restart() == 0
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == ["sample/ticket-1"]


def test_a_case_that_kills_its_worker_every_time_is_set_aside(make_sqlite_world: MakeWorld) -> None:
    """A poison case has a bounded number of tries, and then an engineer looks; its neighbours finish."""
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("find_customer", *[Crash() for _ in range(50)])
    case = scene.submit(id=1)
    for _ in range(50):
        try:
            scene.world.work()
        except Crash:
            scene.world.restart()
    neighbour = scene.submit(id=2)
    office.turns.clear()

    assert scene.run(case).state in ("failed", "parked")
    scene.world.work()
    assert scene.run(neighbour).state == "delivered"


def test_a_failed_attempt_before_the_crash_is_not_the_same_attempt(make_sqlite_world: MakeWorld) -> None:
    """Attempts are numbered on, so that none is overwritten."""
    scene = sample(make_sqlite_world)
    turns: list[BaseException | None] = [ConnectionError("reset"), Crash(), ConnectionError("reset"), None]

    @step(tries=3)
    def find(ticket: int) -> str:
        turn = turns.pop(0)
        if turn is not None:
            raise turn
        return "found"

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(found=find(ticket.id))

    case = scene.submit()
    scene.crash()
    scene.world.work()

    assert [(line.attempt, line.state) for line in scene.attempts(case, "find")] == [
        (1, "failed"),
        (2, "failed"),
        (3, "finished"),
    ]
    assert scene.run(case).state == "delivered"


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class Point:
    x: float
    on: date


class Plain(BaseModel):
    name: str
    amount: Decimal


class Camel(BaseModel):
    order_id: int = Field(alias="orderId")


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)

    day: date
    amount: Decimal


class Summed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    net: int

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no property under a decorator
    @property
    def gross(self) -> int:
        return self.net * 2


RESULTS: list[tuple[Any, object]] = [
    (str, "Größe 😀"),
    (int, 7),
    (float, 0.1),
    (bool, True),
    (None, None),
    (str | None, None),
    (Decimal, Decimal("9.90")),
    (date, date(2026, 2, 28)),
    (datetime, datetime(2026, 2, 28, 9, 30, tzinfo=UTC)),
    (Colour, Colour.RED),
    (tuple[int, str], (1, "a")),
    (set[int], {8, 0}),
    (dict[int, Decimal], {1: Decimal("0.1")}),
    (Point, Point(0.5, date(2026, 2, 28))),
    (list[Point], [Point(0.5, date(2026, 2, 28))]),
    (Plain, Plain(name="x", amount=Decimal("1.10"))),
    (list[Plain], [Plain(name="x", amount=Decimal("1.10"))]),
    (Camel, Camel(orderId=7)),
    (Strict, Strict(day=date(2026, 2, 28), amount=Decimal("1.10"))),
    (Summed, Summed(net=2)),
    (bytes, b"abc"),
    (str, "a\0b"),
]


@pytest.mark.parametrize(("annotation", "result"), RESULTS, ids=lambda value: repr(value)[:40])
def test_a_recalled_result_is_what_the_code_went_on_with(
    make_sqlite_world: MakeWorld, annotation: Any, result: object
) -> None:
    """The same value of the same type, on the first run and after a crash."""
    scene = sample(make_sqlite_world)
    seen: list[object] = []

    def give():  # type: ignore[no-untyped-def]  # its annotation is the parameter of this test
        return result

    give.__annotations__["return"] = annotation
    give_step = step(name="give")(give)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        seen.append(give_step())
        return ask(text=ticket.text)

    def die(_: object) -> Any:
        raise Crash

    scene.world.model.enqueue(die)
    case = scene.submit()
    scene.crash()
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert seen == [result, result]
    assert [type(value) for value in seen] == [type(result)] * 2


def test_a_result_without_an_annotation_is_the_same_on_both_ways(make_sqlite_world: MakeWorld) -> None:
    """It is what JSON makes of it, from the first."""
    scene = sample(make_sqlite_world)
    seen: list[object] = []

    @step
    def give():  # type: ignore[no-untyped-def]  # an author who annotates nothing
        return Plain(name="x", amount=Decimal("1.10")), {1: (2, 3)}

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        seen.append(give())
        return ask(text=ticket.text)

    def die(_: object) -> Any:
        raise Crash

    scene.world.model.enqueue(die)
    scene.submit()
    scene.crash()
    scene.world.work()
    assert seen == [[{"name": "x", "amount": "1.10"}, {"1": [2, 3]}]] * 2


def redeployed(make_world: MakeWorld, propose: Callable[[Ticket, Ask[Triage]], Any]) -> tuple[Scene, int, list[str]]:
    """A case whose worker died while the model was asked, after the steps `find` (of 1) and `read` (of 1, then 2), and
    that goes on with another version of the code; with the calls that were made then."""
    scene = sample(make_world)

    @scene.workflow.propose
    def before(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        find(1)
        read(1)
        read(2)
        return ask(text=ticket.text)

    def die(_: object) -> Any:
        raise Crash

    scene.world.model.enqueue(die)
    case = scene.submit()
    scene.crash()
    CALLS.clear()
    scene.workflow.propose(propose)
    scene.world.work()
    return scene, case, list(CALLS)


CALLS: list[str] = []
"""The calls that were really made."""


@step
def find(number: int) -> str:
    CALLS.append(f"find {number}")
    return f"found {number}"


@step
def read(number: int) -> str:
    CALLS.append(f"read {number}")
    return f"read {number}"


@step
def extra(number: int) -> str:
    CALLS.append(f"extra {number}")
    return f"extra {number}"


def _another_name(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    extra(1)
    read(1)
    read(2)
    return ask(text=ticket.text)


def _another_input(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    find(1)
    read(1)
    read(3)
    return ask(text=ticket.text)


def _a_call_between(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    find(1)
    extra(1)
    read(1)
    read(2)
    return ask(text=ticket.text)


def _a_call_less(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    find(1)
    read(1)
    return ask(text=ticket.text)


def _calls_less_at_the_end(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    find(1)
    read(1)
    return Proposal(output=Triage(queue="billing"), confidence={"queue": 1.0, "reply": 1.0})


def _no_call_at_all(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    return Proposal(output=Triage(queue="billing"), confidence={"queue": 1.0, "reply": 1.0})


def _no_call_and_no_proposal(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    raise NoProposal("not today")


def _another_order(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    find(1)
    read(2)
    read(1)
    return ask(text=ticket.text)


def _another_order_of_names(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    read(1)
    find(1)
    read(2)
    return ask(text=ticket.text)


def _a_broad_except(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    """The drift happens under an author's `except Exception`."""
    try:
        found = find(2)
    except Exception:  # noqa: BLE001  # as authors do
        found = "nobody"
    read(1)
    read(2)
    return ask(text=ticket.text, found=found)


@pytest.mark.parametrize(
    ("propose", "said"),
    [
        (_another_name, "the journal has the step find (call 1) where the code calls extra (1)"),
        (_another_input, "the step read (call 2) is called with another input than the one in the journal"),
        (_a_call_between, "the journal has the step read (call 1) where the code calls extra (1)"),
        (_a_call_less, "the journal has the step read (call 2) where the code calls ask (1)"),
        (_calls_less_at_the_end, "the step read is in the journal, but the code no longer calls it there"),
        (_no_call_at_all, "the step find is in the journal, but the code no longer calls it there"),
        (_no_call_and_no_proposal, "the step find is in the journal, but the code no longer calls it there"),
        (_another_order, "the step read (call 1) is called with another input than the one in the journal"),
        (_another_order_of_names, "the journal has the step find (call 1) where the code calls read (1)"),
        (_a_broad_except, "the step find (call 1) is called with another input than the one in the journal"),
    ],
)
def test_a_run_that_no_longer_fits_its_journal_is_parked(
    make_sqlite_world: MakeWorld, propose: Propose, said: str
) -> None:
    """Nobody can say which results still hold, so nothing is called and an engineer is told the step."""
    scene, case, calls = redeployed(make_sqlite_world, propose)

    run = scene.run(case)
    assert run.state == "parked"
    assert scene.problem(case) == said
    assert run.problem is not None
    assert run.problem["type"] == "Drifted"
    assert scene.outbox() == [("cause", "cause:1", "failures", "due")]
    assert calls == []
    assert len(scene.world.model.questions) == 1
    assert scene.desk.attempts == []


def test_a_call_behind_what_had_finished_is_simply_made(make_sqlite_world: MakeWorld) -> None:
    def longer(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        find(1)
        read(1)
        read(2)
        extra(3)
        return ask(text=ticket.text)

    scene, case, calls = redeployed(make_sqlite_world, longer)

    assert scene.run(case).state == "delivered"
    assert calls == ["extra 3"]
    assert scene.steps(case) == ["find", "read", "read", "extra", "ask"]


def test_a_parked_run_goes_on_when_it_is_begun_anew(make_sqlite_world: MakeWorld) -> None:
    scene, case, _ = redeployed(make_sqlite_world, _another_name)
    rerun = reruns.rerun(scene.world.context, case, by="U0DEV")
    assert rerun.from_step == "start"
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.steps(case) == ["extra", "read", "read", "ask"]


def test_a_delivery_that_no_longer_fits_its_journal_is_parked(make_sqlite_world: MakeWorld) -> None:
    """Its target knows the key, so nothing is in doubt; the effect is not tried with other calls."""
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("book", Crash())
    case = scene.submit()
    scene.crash()

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: object) -> str:
        return find(1)

    scene.world.work()

    assert scene.run(case).state == "parked"
    assert scene.problem(case) == (
        "the journal has the step deliver/reserve (call 1) where the code calls deliver/find (1)"
    )
    assert office.applied == {}


def test_a_step_that_is_given_an_equal_set_is_the_same_call(make_sqlite_world: MakeWorld) -> None:
    """A set is written in whatever order it stands in memory, which is another one in another process."""
    scene = sample(make_sqlite_world)
    given = [{0, 8}, {8, 0}]

    @step
    def tagged(tags: set[int]) -> int:
        return len(tags)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        tagged(given.pop(0))
        return ask(text=ticket.text)

    def die(_: object) -> Any:
        raise Crash

    scene.world.model.enqueue(die)
    case = scene.submit()
    scene.crash()
    scene.world.work()
    assert scene.run(case).state == "delivered"


@step
def broken(number: int) -> str:
    CALLS.append(f"broken {number}")
    raise LookupError("nobody there")


def careful(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    """An author who can do without a step's result."""
    try:
        found = broken(1)
    except LookupError:
        found = find(1)
    return ask(text=ticket.text, found=found)


def test_a_failed_step_that_the_author_caught_is_not_in_the_way_of_a_recall(make_sqlite_world: MakeWorld) -> None:
    """The code is the same and repeats itself; only the worker died."""
    scene = sample(make_sqlite_world)
    scene.workflow.propose(careful)

    def die(_: object) -> Any:
        raise Crash

    scene.world.model.enqueue(die)
    CALLS.clear()
    case = scene.submit()
    scene.crash()
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert CALLS.count("find 1") == 1


def test_a_failed_step_that_the_author_caught_is_not_in_the_way_of_a_rerun(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.workflow.propose(careful)
    scene.desk.errors.append(NotDone("closed"))
    case = scene.worked()
    assert scene.run(case).state == "failed"
    CALLS.clear()

    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="ask")
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert "find 1" not in CALLS


def test_a_question_that_got_no_answer_is_not_in_the_way_of_the_next_one(make_sqlite_world: MakeWorld) -> None:
    """An author who asks again, with less, where the model gives nothing usable; then the worker dies."""
    scene = sample(make_sqlite_world)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        try:
            return ask(text=ticket.text, found="much")
        except NoProposal:
            proposal = ask(text=ticket.text)
        find(1)
        return proposal

    scene.world.model.enqueue(ModelUnavailable("too long"))
    dying: list[BaseException] = [Crash()]

    @step
    def find(number: int) -> str:
        if dying:
            raise dying.pop()
        return "found"

    case = scene.submit()
    scene.crash()
    scene.world.model.enqueue(ModelUnavailable("too long"))
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert len(scene.world.model.questions) <= 3


def test_an_attempt_is_one_row(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("last_orders", Crash())
    scene.submit()
    scene.crash()
    scene.world.work()
    lines = [(row.run_id, row.name, row.nth, row.attempt) for row in rows(scene.world, schema.Step)]
    assert len(lines) == len(set(lines)) == len(ALL_STEPS)
    assert [row.position for row in rows(scene.world, schema.Step)] == list(range(1, len(ALL_STEPS) + 1))
