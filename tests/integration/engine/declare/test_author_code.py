"""F63, F67: whatever an author's code raises, or if it never returns, concerns its own case; the worker goes on."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from threading import Event
from types import SimpleNamespace

import pytest

from store import schema
from store.cases import journal
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows
from tests.sample import Ticket, Triage
from tests.time_limits import time_is_up
from tests.waiting import LONGEST, wait_until
from tests.world import sure, why
from workflows import Ask, Autonomy, CodeExited, Proposal, Rejection, Review, Run, TimeLimits, Workflow, step
from workflows.engine.declare.calls import author_threads
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import NeverBroken
from workflows.engine.review.decisions import Follows
from workflows.engine.run.runner import MOST_STUCK
from workflows.model.port import Answer, Question
from workflows.model.scripted import says


class Unspeakable(Exception):
    """An error that ends the program when it is asked what it is."""

    def __str__(self) -> str:
        raise SystemExit(4)


RAISED: tuple[Callable[[], BaseException], ...] = (
    lambda: SystemExit(3),
    KeyboardInterrupt,
    asyncio.CancelledError,
    GeneratorExit,
    lambda: BaseExceptionGroup("several", [SystemExit(), ValueError("x")]),
    lambda: ExceptionGroup("several", [ValueError("x")]),
    MemoryError,
    RecursionError,
    StopIteration,
    Unspeakable,
)
"""Exceptions that code may raise beside ordinary errors."""


@dataclass(kw_only=True)
class Author:
    """Code with places where something is made to happen, for the cases whose text names the place."""

    turns: dict[str, Callable[[], object]] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)

    def at(self, place: str, text: str) -> bool:
        """A place is reached."""
        self.reached.append(place)
        if place in text.split():
            self.turns[place]()
        return True


def scene_of(
    make_world: MakeWorld, author: Author, *, idempotent: bool = False, limits: TimeLimits | None = None
) -> Scene:
    """An automation with one of everything that an author writes."""
    workflow = Workflow(
        name="sample",
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        autonomy=Autonomy.floor(0.8),
        review=Review(),
        scope=lambda ticket: author.at("scope", ticket.text),
        time_limits=limits,
    )

    @step
    def look_up(text: str) -> str:
        author.at("step", text)
        return "customer"

    @workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        author.at("propose", ticket.text)
        return ask(text=ticket.text, customer=look_up(ticket.text))

    @workflow.check("the sky is up")
    def holds(ticket: Ticket, triage: Triage) -> bool:
        author.at("check", ticket.text)
        return True

    @workflow.never("send out nonsense")
    def is_nonsense(ticket: Ticket, triage: Triage) -> bool:
        author.at("never", ticket.text)
        return False

    @workflow.deliver(idempotent=idempotent)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        author.at("deliver", run.input.text)
        return "receipt"

    @workflow.on_reject(idempotent=idempotent)
    def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
        author.at("reject", run.input.text)
        return "noted"

    world = make_world(sure(0.95, queue="billing", reply="Hello"))
    world.registry.add(workflow)
    return Scene(world=world, workflow=workflow)


def raising(error: Callable[[], BaseException]) -> Callable[[], object]:
    """Code that raises it."""

    def fail() -> object:
        raise error()

    return fail


@contextmanager
def hanging() -> Iterator[Callable[[], object]]:
    """Code that does not return before the end of the block, and is given up at once; then all of it has."""
    over = Event()

    def hang() -> None:
        time_is_up()
        over.wait()

    try:
        yield hang
    finally:
        over.set()
        wait_until(lambda: not author_threads.stuck())


ENDS = {
    "scope": "failed",
    "propose": "failed",
    "step": "failed",
    "check": "waiting",
    "never": "waiting",
    "deliver": "doubtful",
}
"""Place -> where a case stands in which the code there raises or hangs; the target knows no keys."""
AMPLE = TimeLimits(code=LONGEST, rule=LONGEST)


def test_whatever_code_raises_stops_its_case_visibly_and_the_next_one_goes_on(make_world: MakeWorld) -> None:
    author = Author()
    scene = scene_of(make_world, author)
    places = cycle(ENDS)
    # Each error at two places, and each place with three or four of them.
    tried = [(error, next(places)) for error in RAISED for _ in range(2)]
    for number, (error, place) in enumerate(tried, 1):
        author.turns[place] = raising(error)
        case = scene.worked(id=number, text=f"x {place}")
        assert scene.run(case).state == ENDS[place], (place, error)
        assert why(scene.review(case)) if ENDS[place] == "waiting" else scene.problem(case), (place, error)
    assert scene.run(scene.worked(id=99)).state == "delivered"
    assert sum(row.count for row in rows(scene.world, schema.Cause)) == sum(
        ENDS[place] != "waiting" for _, place in tried
    )


def test_what_ends_a_program_is_named_as_the_cause(make_world: MakeWorld) -> None:
    author = Author(turns={"step": raising(lambda: SystemExit(3))})
    scene = scene_of(make_world, author)
    case = scene.worked(text="step")
    assert scene.problem(case).startswith("the code raised SystemExit (3), which is meant to end a program")
    (attempt,) = scene.attempts(case, "look_up")
    assert (attempt.state, attempt.error) == ("failed", f"CodeExited: {scene.problem(case)}")


def test_what_a_step_raises_can_be_caught_by_its_own_workflow_as_any_error(make_world: MakeWorld) -> None:
    scene = scene_of(make_world, Author())

    @step
    def exits() -> str:
        raise SystemExit

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        try:
            exits()
        except CodeExited:
            return Proposal(output=Triage(queue="billing", reply="caught"), confidence={"queue": 1.0, "reply": 1.0})
        raise AssertionError

    assert scene.run(scene.worked()).state == "delivered"


def test_a_rejection_s_effect_that_exits_is_in_doubt(make_world: MakeWorld) -> None:
    author = Author(turns={"reject": raising(SystemExit), "never": raising(SystemExit)})
    scene = scene_of(make_world, author)
    case = scene.worked(text="reject never")
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    assert scene.run(case).state == "doubtful"


@pytest.mark.parametrize("places", [("scope", "propose", "step"), ("never", "check", "deliver"), ("never",) * 3])
def test_code_that_does_not_return_is_given_up_and_its_case_stops_visibly(
    make_world: MakeWorld, places: Sequence[str]
) -> None:
    author = Author()
    scene = scene_of(make_world, author, limits=AMPLE)
    with hanging() as hang:
        for number, place in enumerate(places, 1):
            end = ENDS[place]
            author.turns[place] = hang
            case = scene.worked(id=number, text=f"x {place}")
            assert scene.run(case).state == end, place
            if end != "waiting":
                assert "did not return within" in scene.problem(case), place
        # Nothing more of it is begun: each keeps a thread. What people decided waits with it.
        assert len(author_threads.stuck()) == MOST_STUCK
        assert scene.run(scene.worked(id=5, text="x propose")).state == "waiting"
        (status,) = workflow_pauses.pause_statuses(scene.world.context, ["sample"])
        assert status.pause is not None
        assert status.pause.by_itself
        assert status.pause.holds_deliveries
    assert len([row for row in rows(scene.world, schema.OutboxRow) if row.kind == "paused"]) == 1


def test_one_or_two_that_hang_pause_nothing(make_world: MakeWorld) -> None:
    author = Author()
    scene = scene_of(make_world, author, limits=AMPLE)
    with hanging() as author.turns["deliver"]:
        for number in range(1, MOST_STUCK):
            scene.worked(id=number, text="deliver")
        (status,) = workflow_pauses.pause_statuses(scene.world.context, ["sample"])
        assert status.pause is None
    assert scene.run(scene.worked(id=9)).state == "delivered"


def test_what_comes_of_it_after_it_was_given_up_changes_nothing(make_world: MakeWorld) -> None:
    author = Author()
    scene = scene_of(make_world, author, limits=AMPLE)
    with hanging() as author.turns["deliver"]:
        case = scene.worked(text="deliver")
    assert scene.run(case).state == "doubtful"
    assert scene.delivery(case).receipt is None
    with hanging() as author.turns["propose"]:
        case = scene.worked(id=2, text="propose")
    # It went on to its step, which nobody waits for any more.
    assert "step" not in author.reached[author.reached.index("propose") :][2:]
    with scene.world.database.read() as session:
        assert journal.of_run(session, scene.run(case).id, team=scene.world.context.team) == []


def test_a_delivery_under_a_key_that_hangs_is_not_made_three_times_at_once(make_world: MakeWorld) -> None:
    author = Author()
    scene = scene_of(make_world, author, idempotent=True, limits=AMPLE)
    with hanging() as author.turns["deliver"]:
        case = scene.worked(text="deliver")
        assert author.reached.count("deliver") == 1
    # It waits, and is made again under its key.
    assert scene.run(case).state == "holding"
    assert [row.maybe_applied for row in rows(scene.world, schema.Delivery)] == [True]


def test_only_its_own_time_counts_for_a_piece_of_code(make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step has its own limit, and a model its own patience: the proposal around them does not run out meanwhile."""
    scene = scene_of(make_world, Author(), limits=AMPLE)
    ahead = [0.0]
    moved = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0])
    monkeypatch.setattr("workflows.engine.declare.calls.author_threads.time", moved)

    @step(timeout=10 * LONGEST)
    def takes_long() -> str:
        ahead[0] += 2 * LONGEST
        return "found"

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(text=takes_long())

    def answer(question: Question) -> Answer:
        ahead[0] += 2 * LONGEST
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95)

    scene.world.model._always = answer
    assert scene.run(scene.worked()).state == "delivered"


def test_a_rule_that_does_not_return_counts_as_broken_where_a_person_decides(make_world: MakeWorld) -> None:
    author = Author()
    scene = scene_of(make_world, author, limits=AMPLE)
    scene.workflow.autonomy = Autonomy.draft()
    with hanging() as author.turns["never"]:
        case = scene.worked(text="never")
        with pytest.raises(NeverBroken, match="send out nonsense"):
            scene.edit(case, queue="delivery", reply="x")
        scene.edit(case, queue="delivery", reply="x", confirmed=True)
    scene.world.work()
    assert scene.run(case).state == "delivered"
