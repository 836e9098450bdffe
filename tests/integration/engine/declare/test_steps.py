"""A step that fails: what is tried again and for how long, and how a run that stops is made visible."""

import json

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Office, office_scene, rows, sample
from tests.sample import Ticket, Triage
from workflows import Ask, NotDone, OutcomeUnknown, Proposal, TryAgain, step
from workflows.engine.declare.calls.backoff import LONGEST_WAIT


@pytest.mark.parametrize(
    "error", [TryAgain("busy"), ConnectionError("reset"), ConnectionResetError("reset"), TimeoutError("slow")], ids=repr
)
def test_an_error_that_may_pass_is_tried_again(make_sqlite_world: MakeWorld, error: Exception) -> None:
    scene = sample(make_sqlite_world)
    scene.desk.look_up_errors += [error, error]

    case = scene.worked()

    assert scene.run(case).state == "delivered"
    attempts = scene.attempts(case, "look_up")
    said = f"{type(error).__name__}: {error}"
    assert [(line.attempt, line.state, line.error) for line in attempts] == [
        (1, "failed", said),
        (2, "failed", said),
        (3, "finished", None),
    ]
    assert [line.output for line in attempts] == [None, None, "customer of 1"]
    assert all(line.input == {"ticket": 1} for line in attempts)


def test_there_is_a_growing_pause_between_the_attempts(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.desk.look_up_errors += [TryAgain("busy"), TryAgain("busy")]
    scene.worked()
    first, second = scene.world.waits
    assert 0.5 <= first <= 1.0 <= second <= 1.5


@pytest.mark.parametrize(("asked", "waited"), [(7.5, 7.5), (0.0, 0.5), (3_600.0, LONGEST_WAIT), (None, 0.5)])
def test_the_wait_that_the_other_system_asks_for_is_kept_up_to_a_limit(
    make_sqlite_world: MakeWorld, asked: float | None, waited: float
) -> None:
    scene = sample(make_sqlite_world)
    scene.desk.look_up_errors.append(TryAgain("busy", after=asked))
    scene.worked()
    (wait,) = scene.world.waits
    assert waited <= wait <= waited + (0.5 if waited < 1 else 0)


def test_the_attempts_have_an_end(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.look_up_errors += [TryAgain("busy")] * 9

    case = scene.worked()

    assert scene.run(case).state == "failed"
    assert len(scene.attempts(case, "look_up")) == 3
    assert len(scene.desk.look_up_errors) == 6
    assert len(scene.world.waits) == 2


@pytest.mark.parametrize(
    "error", [ValueError("no such ticket"), NotDone("refused"), OutcomeUnknown("lost"), KeyError("id")], ids=repr
)
def test_an_error_that_stays_is_not_tried_again(make_sqlite_world: MakeWorld, error: Exception) -> None:
    scene = sample(make_sqlite_world)
    scene.desk.look_up_errors.append(error)

    case = scene.worked()

    assert scene.run(case).state == "failed"
    assert len(scene.attempts(case, "look_up")) == 1
    assert scene.world.waits == []


def test_a_failed_step_stops_the_run_visibly(make_world: MakeWorld) -> None:
    """The problem, the step, and what was known; a note for the failures channel is in the same transaction."""
    scene = sample(make_world)
    scene.desk.look_up_errors.append(ValueError("no such ticket"))

    case = scene.worked()

    run = scene.run(case)
    assert run.state == "failed"
    assert run.problem == {"step": "look_up", "type": "ValueError", "message": "no such ticket"}
    assert run.input == {"id": 1, "language": "en", "text": "charged twice"}
    (attempt,) = scene.attempts(case, "look_up")
    assert (attempt.input, attempt.error) == ({"ticket": 1}, "ValueError: no such ticket")
    assert scene.outbox() == [("cause", "cause:1", "failures", "due")]
    assert scene.world.model.questions == ()
    assert scene.desk.attempts == []


def test_what_was_found_before_the_failure_is_kept(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("read_note", None, ValueError("torn"))

    case = scene.worked()

    assert scene.steps(case) == ["find_customer", "last_orders", "read_note"]
    run = scene.run(case)
    assert run.problem == {"step": "read_note", "type": "ValueError", "message": "torn"}
    assert run.steps[0].output == {"name": "customer of 1", "since": "2020-02-29", "balance": "-12.50"}
    assert [(line.nth, line.state) for line in scene.attempts(case, "read_note")] == [(1, "finished"), (2, "failed")]


def test_the_other_cases_go_on(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.desk.look_up_errors.append(ValueError("no such ticket"))
    failing, fine = scene.submit(id=1), scene.submit(id=2)
    scene.world.work()
    assert (scene.run(failing).state, scene.run(fine).state) == ("failed", "delivered")


def test_a_failure_outside_of_any_step_names_none(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.workflow.propose(lambda ticket, ask: ask(**{}) if ticket.id != 1 else 1 / 0)  # type: ignore[arg-type,return-value]  # on purpose
    case = scene.worked()
    assert scene.run(case).problem == {"step": None, "type": "ZeroDivisionError", "message": "division by zero"}


def test_a_step_may_name_the_errors_that_pass(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    turns: list[Exception] = [LookupError("not yet"), ConnectionError("reset")]

    @step(tries=5, retry_on=(LookupError,))
    def find(ticket: int) -> str:
        raise turns.pop(0)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(found=find(ticket.id))

    case = scene.worked()

    assert [line.error for line in scene.attempts(case, "find")] == [
        "LookupError: not yet",
        "ConnectionError: reset",
    ]


def test_a_result_that_has_no_json_form_stops_the_run(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)

    @step
    def find(ticket: int) -> object:
        return object()

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(found=str(find(ticket.id)))

    case = scene.worked()

    assert scene.run(case).state == "failed"
    assert [line.state for line in scene.attempts(case, "find")] == ["failed"]


def test_an_error_message_is_kept_as_far_as_it_can_be(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.look_up_errors.append(ValueError("a\0b\ud800" + "x" * 10_000))

    case = scene.worked()

    said = scene.problem(case)
    assert said.startswith("a\\0b\\ud800xxx")
    assert 4_000 <= len(said) < 4_100
    assert all("\0" not in row.body for row in rows(scene.world, schema.Content))


def test_a_step_inside_of_a_step_belongs_to_it(make_sqlite_world: MakeWorld) -> None:
    """The journal holds the outer one, and the inner one is the plain function."""
    scene = sample(make_sqlite_world)
    inner_calls: list[int] = []

    @step(tries=3)
    def inner(number: int) -> int:
        inner_calls.append(number)
        return number + 1

    @step(tries=2)
    def outer(number: int) -> int:
        return inner(number) + inner(number + 1)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(sum=outer(1), next=inner(7))

    case = scene.worked()

    assert scene.steps(case) == ["outer", "inner", "ask"]
    assert inner_calls == [1, 2, 7]
    assert [line.output for line in scene.run(case).steps][:2] == [5, 8]


def test_each_call_of_a_step_has_its_number(make_sqlite_world: MakeWorld) -> None:
    scene = office_scene(make_sqlite_world, Office())
    case = scene.worked()
    assert [(line.name, line.nth) for line in scene.run(case).steps][:4] == [
        ("find_customer", 1),
        ("last_orders", 1),
        ("read_note", 1),
        ("read_note", 2),
    ]
    bodies = [json.loads(row.body) for row in rows(scene.world, schema.Step)]
    assert bodies[3]["input"] == {"order": {"day": "2026-01-02", "number": 2}}


def test_a_step_in_the_delivery_is_tried_again_as_well(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    turns: list[Exception] = [TryAgain("busy")]

    @step(tries=2)
    def reserve(key: str) -> str:
        if turns:
            raise turns.pop()
        return f"slot for {key}"

    scene.workflow.deliver(lambda triage, run: reserve(run.key))
    case = scene.worked()

    assert scene.run(case).state == "delivered"
    assert scene.delivery(case).receipt == "slot for sample/ticket-1"
    assert [(line.attempt, line.state) for line in scene.attempts(case, "deliver/reserve")] == [
        (1, "failed"),
        (2, "finished"),
    ]
