"""Failures that are alike are one cause, which is counted, mended, resolved, ignored, and comes back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from store import schema
from store.cases import target_outages
from store.states import CauseState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from workflows import NotDone, OutcomeUnknown
from workflows.engine.causes.counting import MOST_ALIKE
from workflows.engine.causes.moves import CAUSE_MOVES
from workflows.engine.errors import Refused, Stale
from workflows.engine.read.cause_views import CauseView
from workflows.engine.read.causes import cause_lines, cause_named, cause_view, state_called
from workflows.engine.review import doubts
from workflows.engine.review.rerun import mending, reruns
from workflows.engine.review.rerun.mending import Until
from workflows.engine.run.waking import awaken

HOUR = timedelta(hours=1)


def failing(scene: Scene, *numbers: int, message: str = "ticket {} is not known") -> list[int]:
    """Cases whose step fails, each with its number in the message."""
    cases = []
    for number in numbers:
        scene.desk.look_up_errors.append(ValueError(message.format(number)))
        cases.append(scene.worked(id=number))
    return cases


def the_cause(scene: Scene) -> schema.Cause:
    """The only cause."""
    (cause,) = rows(scene.world, schema.Cause)
    return cause


def view_of(scene: Scene) -> CauseView:
    """The only cause, as its card shows it."""
    return cause_view(scene.world.context, the_cause(scene).id)


def stands(scene: Scene) -> tuple[str, int]:
    """The state and the count of the only cause."""
    cause = the_cause(scene)
    return cause.state, cause.count


def act(scene: Scene, what: Callable[..., None], *, by: str = "U0KIM", **how: Until) -> None:
    """Do something about the only cause, as it is shown now."""
    cause = the_cause(scene)
    what(scene.world.context, cause.id, cause.version, by=by, **how)


def acts(scene: Scene) -> list[str]:
    """Return the acts on causes in the audit, in order."""
    return [row.action for row in rows(scene.world, schema.AuditRow) if row.action.startswith("cause.")]


def test_failures_that_are_alike_are_one_cause_and_one_card(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = failing(scene, 1, 2)
    scene.world.clock.move(HOUR)
    cases += failing(scene, 3)
    cause, view = the_cause(scene), view_of(scene)
    assert (cause.step, cause.error, cause.dependency, cause.message) == (
        "look_up",
        "ValueError",
        None,
        "ticket … is not known",
    )
    assert (view.line.state, view.line.count, view.failed, view.line.last_at - view.line.first_at) == (
        "open",
        3,
        3,
        HOUR,
    )
    assert [one.case for one in view.examples] == cases
    assert list(view.hours[-2:]) == [2, 1]
    assert scene.outbox() == [("cause", f"cause:{cause.id}", "failures", "due")]
    assert {run.cause_id for run in rows(scene.world, schema.Run)} == {cause.id}
    assert acts(scene) == ["cause.opened"]


def test_another_step_error_or_message_is_another_cause(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    failing(scene, 2, message="ticket {} is closed")
    scene.desk.look_up_errors.append(KeyError("x"))
    scene.worked(id=3)
    scene.desk.errors.append(NotDone("ticket 4 is not known"))
    scene.worked(id=4)
    found = {(row.step, row.error, row.dependency) for row in rows(scene.world, schema.Cause)}
    assert found == {
        ("look_up", "ValueError", None),
        ("look_up", "KeyError", None),
        ("deliver", "NotDone", "the target of sample"),
    }
    assert len(rows(scene.world, schema.Cause)) == 4


def test_nothing_of_a_case_is_kept_in_a_cause(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    said = "Ana Lee of Vienna was charged twice"
    scene.desk.look_up_errors.append(ValueError(f"no customer for {said} (Vienna)"))
    scene.worked(id=1, text=said)
    cause = the_cause(scene)
    assert cause.message == "no customer for … (Vienna)"
    kept = str([vars(row) for row in rows(scene.world, schema.Cause)])
    assert "Ana" not in kept


def test_messages_that_say_something_new_each_time_come_to_be_one_cause(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    for number in range(MOST_ALIKE + 5):
        failing(scene, number, message=f"the {'x' * (number + 1)} is wrong")
    found = rows(scene.world, schema.Cause)
    assert len(found) == MOST_ALIKE + 1
    assert (found[-1].message, found[-1].count) == ("…", 5)


def test_what_it_cost_is_the_cost_of_the_failed_runs(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.errors += [NotDone("closed"), NotDone("closed")]
    cases = [scene.worked(id=1), scene.worked(id=2)]
    spent = sum(row.cost for row in rows(scene.world, schema.Step))
    assert the_cause(scene).cost == spent
    scene.desk.errors.append(NotDone("closed"))
    reruns.rerun(scene.world.context, cases[0], by="U0KIM")
    scene.world.work()
    assert the_cause(scene).cost == spent + Decimal(0), "what was recalled cost nothing again"


def test_somebody_mends_it_and_says_that_it_is_resolved(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    act(scene, mending.take_over)
    assert (view_of(scene).line.state, view_of(scene).line.changed_by) == ("mending", "U0KIM")
    act(scene, mending.take_over, by="U0LEE")
    act(scene, mending.resolve, by="U0LEE")
    cause = the_cause(scene)
    assert (cause.state, cause.resolved_by, cause.resolved_in) == ("resolved", "U0LEE", cause.failed_in)
    assert acts(scene) == ["cause.opened", "cause.mending", "cause.mending", "cause.resolved"]


def test_who_acts_on_what_was_shown_before_is_told_so(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    cause = the_cause(scene)
    act(scene, mending.take_over)
    for what in (mending.take_over, mending.resolve, mending.open_again):
        with pytest.raises(Stale):
            what(scene.world.context, cause.id, cause.version, by="U0LEE")
    with pytest.raises(Stale):
        act(scene, mending.open_again)
    assert stands(scene) == ("mending", 1)


def test_it_comes_back_once_it_was_resolved_and_its_people_are_called(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    act(scene, mending.resolve)
    scene.world.clock.move(HOUR)
    failing(scene, 2)
    assert stands(scene) == ("regressed", 2)
    assert view_of(scene).line.resolved_in == view_of(scene).line.failed_in, "the very same code"
    assert [row.about for row in rows(scene.world, schema.OutboxRow) if row.kind == "cause_note"] == [
        {"occasion": "back"}
    ]
    act(scene, mending.resolve)
    scene.world.clock.move(HOUR)
    failing(scene, 3)
    assert [row.kind for row in rows(scene.world, schema.OutboxRow)].count("cause_note") == 2


def test_a_run_that_had_begun_before_brings_back_nothing_that_a_person_resolved(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    scene.submit(id=2)
    (begun,) = scene.world.claim()
    scene.world.clock.move(HOUR)
    act(scene, mending.resolve)
    scene.desk.look_up_errors.append(ValueError("ticket 2 is not known"))
    scene.world.runner.advance(begun)
    assert stands(scene) == ("resolved", 2)
    assert view_of(scene).failed == 2, "the case is not out of sight"


def test_when_its_reruns_are_through_it_says_so_and_closes_by_itself(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = failing(scene, 1, 2, 3)
    act(scene, mending.take_over)
    for left, case in enumerate(cases[:-1], 1):
        reruns.rerun(scene.world.context, case, by="U0KIM")
        assert (view_of(scene).under_way, view_of(scene).failed) == (1, 3 - left)
        scene.world.work()
        assert (view_of(scene).through, view_of(scene).failed, stands(scene)[0]) == (left, 3 - left, "mending")
    reruns.rerun(scene.world.context, cases[-1], by="U0KIM")
    scene.world.work()
    view = view_of(scene)
    assert (view.line.state, view.is_by_itself, view.through, view.failed) == ("resolved", True, 3, 0)
    assert view.line.resolved_in == rows(scene.world, schema.Run)[-1].code_version


def test_a_rerun_that_fails_for_the_same_cause_is_counted_and_it_stays_open(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    (case,) = failing(scene, 1)
    scene.desk.look_up_errors.append(ValueError("ticket 1 is not known"))
    reruns.rerun(scene.world.context, case, by="U0KIM")
    scene.world.work()
    assert stands(scene) == ("open", 2)
    assert (view_of(scene).failed, view_of(scene).through) == (1, 0)


def test_a_rerun_that_fails_for_another_cause_closes_the_first(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    (case,) = failing(scene, 1)
    scene.desk.errors.append(NotDone("closed"))
    reruns.rerun(scene.world.context, case, by="U0KIM")
    scene.world.work()
    assert [(row.step, row.state) for row in rows(scene.world, schema.Cause)] == [
        ("look_up", "resolved"),
        ("deliver", "open"),
    ]


def test_a_rerun_that_comes_to_a_person_is_through(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    (case,) = failing(scene, 1)
    reruns.rerun(scene.world.context, case, by="U0KIM")
    scene.world.work()
    assert scene.run(case).state == "waiting"
    assert (stands(scene), view_of(scene).through) == (("resolved", 1), 1)


def test_a_newer_revision_takes_the_last_failed_run_away_and_it_closes(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    scene.worked(id=1, text="another text")
    assert stands(scene) == ("resolved", 1)


def test_a_delivery_in_doubt_belongs_to_its_cause_until_it_is_settled(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    scene.desk.errors.append(OutcomeUnknown("the connection dropped"))
    case = scene.worked()
    assert (view_of(scene).in_doubt, view_of(scene).next_run) == (1, None)
    doubts.settle(scene.world.context, case, happened=True, by="U0ANA")
    assert stands(scene) == ("resolved", 1)


def test_a_failure_of_a_target_that_is_down_belongs_to_the_cause_of_that_target(make_world: MakeWorld) -> None:
    """The outage has a message of its own, so the card only says that there is one."""
    scene = sample(make_world)
    scene.desk.errors.append(NotDone("closed"))
    scene.worked(id=1)
    assert view_of(scene).down_since is None
    with scene.world.database.write() as session:
        at, team = scene.world.clock(), scene.world.context.team
        (problem, *_) = [row.id for row in session.query(schema.Content)]
        target = the_cause(scene).dependency
        assert target is not None
        target_outages.begin(session, team=team, target=target, problem_id=problem, at=at, next_at=at)
    assert view_of(scene).down_since == at


@pytest.mark.parametrize(("until", "failures"), [(Until(count=2), 3), (Until(rate=2), 3)], ids=["a count", "a rate"])
def test_it_is_ignored_until_it_has_failed_too_often(make_world: MakeWorld, until: Until, failures: int) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    scene.world.clock.move(HOUR)
    act(scene, mending.ignore, until=until)
    failing(scene, *range(10, 10 + failures - 1))
    assert stands(scene) == ("ignored", failures)
    failing(scene, 99)
    assert stands(scene) == ("open", failures + 1)
    assert the_cause(scene).ignored_count is the_cause(scene).ignored_rate is None


def test_few_failures_in_each_hour_open_nothing_that_is_ignored_until_a_rate(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    act(scene, mending.ignore, until=Until(rate=2))
    for number in range(2, 6):
        scene.world.clock.move(HOUR)
        failing(scene, number)
    assert stands(scene) == ("ignored", 5)


def test_it_is_ignored_until_a_time_and_then_opens_by_itself(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    act(scene, mending.ignore, until=Until(time=HOUR))
    failing(scene, 2)
    assert stands(scene) == ("ignored", 2)
    scene.world.clock.move(HOUR)
    awaken(scene.world.context)
    assert stands(scene) == ("open", 2)
    assert rows(scene.world, schema.AuditRow)[-1].details == {"from": "ignored", "why": "time"}


def test_one_case_is_run_again_and_a_second_press_runs_no_other(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = failing(scene, 1, 2)
    view = view_of(scene)
    assert view.next_run == scene.run(cases[0]).id
    begun = mending.rerun_one(scene.world.context, view.cause, view.next_run or 0, by="U0KIM")
    assert begun.from_step == "look_up"
    with pytest.raises(Stale):
        mending.rerun_one(scene.world.context, view.cause, view.next_run or 0, by="U0KIM")
    assert view_of(scene).next_run == scene.run(cases[1]).id


def test_it_is_found_by_the_beginning_of_its_fingerprint(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    failing(scene, 1)
    (line,) = cause_lines(scene.world.context, workflows=["sample"], states=[CauseState.OPEN], limit=10)
    assert cause_named(scene.world.context, line.name.upper()) == the_cause(scene).id
    assert cause_lines(scene.world.context, workflows=None, states=[CauseState.RESOLVED], limit=10) == []
    for name in ("xyz", line.name[:3], "0000000000" if line.name[0] != "0" else "ffffffffff"):
        with pytest.raises(Refused):
            cause_named(scene.world.context, name)
    with pytest.raises(Refused, match="regressed"):
        state_called("gone")


def test_every_state_of_a_cause_can_be_left(make_world: MakeWorld) -> None:
    assert set(CAUSE_MOVES) == set(CauseState)
    assert all(CAUSE_MOVES.values())
