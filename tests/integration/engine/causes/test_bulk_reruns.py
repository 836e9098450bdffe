"""The stopped cases of a cause are run again: first a few, then the rest in waves, and each is delivered once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from tests.conftest import MakeWorld
from tests.integration.engine.causes.test_races import at_once
from tests.integration.engine.scene import CARDS, DRAFT, Crash, Scene, rows, sample
from workflows import NotDone, OutcomeUnknown, TryAgain
from workflows.engine.context import Context
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.read.causes import cause_view
from workflows.engine.review.rerun import bulk_reruns, reruns
from workflows.engine.review.rerun.bulk_rules import MOST, TRIAL
from workflows.engine.review.views import Rerun
from workflows.engine.run.waking import awaken, is_any_waiting

pytestmark = pytest.mark.slow

KIM = "U0KIM"
HOUR = timedelta(hours=1)


def down(scene: Scene, number: int, *, first: int = 1) -> list[int]:
    """Cases whose delivery failed for one cause."""
    scene.desk.errors += [NotDone("the desk is closed") for _ in range(number)]
    cases = [scene.submit(id=first + one) for one in range(number)]
    scene.world.work()
    return cases


def begin(scene: Scene, *, cause: int = 1) -> int:
    """Begin to run all again; returns the bulk rerun."""
    return bulk_reruns.begin(scene.world.context, cause, by=KIM).bulk


def the_bulk(scene: Scene) -> schema.BulkRerun:
    """The newest bulk rerun."""
    return rows(scene.world, schema.BulkRerun)[-1]


def stands(scene: Scene) -> tuple[str, int, str | None]:
    """The newest bulk rerun: its state, the number of its reruns, and why it stopped."""
    bulk = the_bulk(scene)
    return bulk.state, bulk.begun, bulk.why_stopped


def states(scene: Scene, cases: list[int]) -> set[str]:
    """The states of cases."""
    return {scene.world.state(case) for case in cases}


def acts(scene: Scene) -> list[tuple[str, str]]:
    """Return the acts on bulk reruns in the audit, each with its actor."""
    found = rows(scene.world, schema.AuditRow)
    return [(row.actor, row.action) for row in found if row.action.startswith("cause.rerun")]


def test_first_a_few_then_the_rest_and_each_is_delivered_once(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 20)
    attempts = len(scene.desk.attempts)
    begin(scene)
    assert is_any_waiting(scene.world.context)
    assert awaken(scene.world.context) == TRIAL
    assert awaken(scene.world.context) == 0, "nothing more is begun before the trial is through"
    assert stands(scene) == ("trial", TRIAL, None)
    scene.world.work()
    assert stands(scene) == ("done", 20, None)
    assert states(scene, cases) == {"delivered"}
    assert len(scene.desk.attempts) - attempts == len(scene.desk.applied) == 20, "one attempt for each"
    assert (rows(scene.world, schema.Cause)[0].state, cause_view(scene.world.context, 1).through) == ("resolved", 20)
    assert {run.asked_by for run in rows(scene.world, schema.Run) if run.bulk_id} == {KIM}
    assert acts(scene) == [(KIM, "cause.rerun_all"), ("countersign", "cause.rerun_done")]
    assert not is_any_waiting(scene.world.context)


@pytest.mark.slow
def test_waves_grow_and_never_more_are_under_way_than_a_limit(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 200)
    begin(scene)
    most = []
    while awaken(scene.world.context):
        ready = [run for run in rows(scene.world, schema.Run) if run.state == "ready"]
        most.append(len(ready))
        for lease in scene.world.claim(limit=MOST):
            scene.world.runner.advance(lease)
    assert most[:5] == [TRIAL, 10, 20, 40, MOST]
    assert max(most) == MOST
    assert stands(scene) == ("done", 200, None)


def test_where_the_cause_returns_in_the_trial_it_stops_by_itself_after_a_few(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 20)
    scene.desk.errors += [NotDone("the desk is closed")] * TRIAL
    begin(scene)
    scene.world.work()
    assert stands(scene) == ("stopped", TRIAL, "back_in_trial")
    assert states(scene, cases) == {"failed"}
    assert rows(scene.world, schema.Cause)[0].count == 20 + TRIAL
    assert [row.about for row in rows(scene.world, schema.OutboxRow) if row.kind == "cause_note"] == [
        {"occasion": "rerun"}
    ]
    # Mended at last, all are run again, those of the trial too.
    begin(scene)
    scene.world.work()
    assert stands(scene) == ("done", 20, None)
    assert states(scene, cases) == {"delivered"}


def test_where_the_trial_stops_for_another_cause_it_stops_too(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 20)
    scene.desk.errors += [NotDone("the desk wants another form")] * TRIAL
    begin(scene)
    scene.world.work()
    assert stands(scene) == ("stopped", TRIAL, "none_through")


@pytest.mark.slow
def test_where_the_cause_returns_later_it_stops_within_a_wave(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 100)
    begin(scene)
    assert awaken(scene.world.context) == TRIAL
    for lease in scene.world.claim(limit=TRIAL):
        scene.world.runner.advance(lease)
    scene.desk.errors += [NotDone("the desk is closed")] * 100
    scene.world.work()
    assert stands(scene) == ("stopped", 15, "back")


@pytest.mark.slow
def test_a_few_that_stop_for_other_reasons_keep_nobody_waiting(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 40)
    begin(scene)
    assert awaken(scene.world.context) == TRIAL
    scene.desk.errors += [NotDone("wrong form")]
    scene.world.work()
    assert stands(scene) == ("done", 40, None)
    view = cause_view(scene.world.context, 1)
    assert view.bulk is not None
    assert (view.bulk.through, view.bulk.again, view.bulk.otherwise) == (39, 0, 1)


def test_one_that_cannot_go_on_keeps_no_other_from_going_on(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = sample(make_world)
    (first,) = down(scene, 1)
    scene.desk.errors.append(NotDone("the desk has no such key"))
    second = scene.submit(id=2)
    scene.world.work()
    for cause in (1, 2):
        begin(scene, cause=cause)
    begun = reruns.rerun_within

    def rerun_within(session: Session, context: Context, case: int, **more: Any) -> Rerun:
        if case == first:
            raise RuntimeError("nobody expected this")
        return begun(session, context, case, **more)

    monkeypatch.setattr(reruns, "rerun_within", rerun_within)
    scene.world.work()
    assert (scene.world.state(first), scene.world.state(second)) == ("failed", "delivered")


def test_a_person_stops_it_and_no_more_are_begun(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 20)
    bulk = begin(scene)
    awaken(scene.world.context)
    bulk_reruns.stop(scene.world.context, 1, bulk, by="U0LEE")
    scene.world.work()
    assert stands(scene) == ("stopped", TRIAL, "person")
    assert [scene.world.state(case) for case in cases].count("delivered") == TRIAL, "what was under way goes on"
    with pytest.raises(Stale):
        bulk_reruns.stop(scene.world.context, 1, bulk, by="U0LEE")
    with pytest.raises(Unknown):
        bulk_reruns.stop(scene.world.context, 2, bulk, by="U0LEE")
    assert acts(scene)[-1] == ("U0LEE", "cause.rerun_stopped")
    assert [row for row in rows(scene.world, schema.OutboxRow) if row.kind == "cause_note"] == []


def test_a_cause_has_one_bulk_rerun_at_a_time_and_a_second_press_begins_none(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 6)
    context = scene.world.context
    bulk_reruns.begin(context, 1, by=KIM, after=0)
    with pytest.raises(Refused, match="already: 0 of 6 so far"):
        bulk_reruns.begin(context, 1, by="U0LEE")
    scene.desk.errors += [NotDone("the desk is closed")] * TRIAL
    scene.world.work()
    with pytest.raises(Stale):
        bulk_reruns.begin(context, 1, by=KIM, after=0)
    bulk_reruns.begin(context, 1, by=KIM, after=the_bulk(scene).id)
    scene.world.work()
    with pytest.raises(Refused, match="no failed case of cause"):
        begin(scene)
    with pytest.raises(Unknown):
        begin(scene, cause=9)


def test_while_its_workflow_is_paused_nothing_is_begun_and_then_it_goes_on(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 20)
    context = scene.world.context
    workflow_pauses.pause(context, "sample", reason="a holiday", by="U0MARIA")
    for call in (bulk_reruns.begin, bulk_reruns.foresee):
        with pytest.raises(Refused, match="sample is paused \\(a holiday\\); resume it first"):
            call(context, 1, **({"by": KIM} if call is bulk_reruns.begin else {}))  # type: ignore[arg-type]  # either
    workflow_pauses.resume(context, "sample", by="U0MARIA")
    begin(scene)
    workflow_pauses.pause(context, "sample", reason="a holiday", by="U0MARIA")
    scene.world.work()
    assert stands(scene) == ("trial", 0, None)
    workflow_pauses.resume(context, "sample", by="U0MARIA")
    scene.world.work()
    assert states(scene, cases) == {"delivered"}


def test_the_trial_waits_while_its_target_is_down_and_goes_on_by_itself(make_world: MakeWorld) -> None:
    """A delivery that may work later waits; nothing floods the target when it is back."""
    scene = sample(make_world)
    cases = down(scene, 30)
    begin(scene)
    scene.desk.errors += [TryAgain("busy")] * 3
    scene.world.work()
    assert stands(scene) == ("trial", TRIAL, None)
    scene.world.clock.move(HOUR)
    scene.world.work()
    assert stands(scene) == ("done", 30, None)
    assert states(scene, cases) == {"delivered"}


def test_what_a_person_did_meanwhile_and_what_is_in_doubt_is_left_alone(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    scene.desk.errors += [OutcomeUnknown("the connection dropped")]
    doubtful = scene.worked(id=99)
    cases = down(scene, 10)
    begin(scene, cause=2)
    awaken(scene.world.context)
    reruns.rerun(scene.world.context, cases[-1], by="U0LEE")
    scene.submit(id=9, text="another text")  # a newer revision takes the place of the ninth
    scene.world.work()
    assert stands(scene) == ("done", 8, None)
    assert scene.world.state(doubtful) == "doubtful"
    assert len([run for run in rows(scene.world, schema.Run) if run.bulk_id]) == 8
    assert sorted(row.revision for row in rows(scene.world, schema.Run) if row.state == "delivered") == [1] * 9 + [2]
    assert len(scene.desk.applied) == 10, "the doubtful one is none of them"


def test_cases_that_are_proposed_again_come_to_people(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    scene.desk.look_up_errors += [ValueError("closed")] * 7
    cases = [scene.worked(id=number) for number in range(1, 8)]
    plan = bulk_reruns.foresee(scene.world.context, 1)
    assert (plan.total, plan.proposes, plan.delivers_only) == (7, 7, 0)
    assert list(plan.from_steps) == ["look_up"]
    assert plan.cost == 7 * plan.per_case > 0
    begin(scene)
    scene.world.work()
    assert states(scene, cases) == {"waiting"}
    assert stands(scene) == ("done", 7, None)


def test_a_dry_run_says_what_would_happen_and_does_nothing(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 3)
    before = len(rows(scene.world, schema.AuditRow))
    plan = bulk_reruns.foresee(scene.world.context, 1)
    assert (plan.total, plan.delivers_only, plan.proposes) == (3, 3, 0)
    assert not plan.cost
    assert list(plan.from_steps) == ["deliver"]
    assert reruns.foresee(scene.world.context, cases[0], by=KIM).from_step == "deliver"
    assert len(rows(scene.world, schema.AuditRow)) == before
    assert rows(scene.world, schema.BulkRerun) == []


def test_only_what_stopped_since_a_time_is_run_again(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    early = down(scene, 3)
    scene.world.clock.move(3 * HOUR)
    late = down(scene, 2, first=10)
    assert bulk_reruns.foresee(scene.world.context, 1, since=2 * HOUR).total == 2
    assert bulk_reruns.causes_of(scene.world.context, "sample", since=2 * HOUR) == [1]
    bulk_reruns.begin(scene.world.context, 1, by=KIM, since=2 * HOUR)
    scene.world.work()
    assert (states(scene, early), states(scene, late)) == ({"failed"}, {"delivered"})
    scene.world.clock.move(3 * HOUR)
    assert bulk_reruns.causes_of(scene.world.context, "sample", since=2 * HOUR) == []
    with pytest.raises(Unknown):
        bulk_reruns.causes_of(scene.world.context, "nothing", since=HOUR)


def dying_at(place: int) -> Callable[[Failpoint, Side, str], None]:
    """A watcher that lets the process die at one of the commits."""
    passed = 0

    def die(seam: Failpoint, _side: Side, _about: str) -> None:
        nonlocal passed
        passed += seam is Failpoint.COMMIT
        if passed == place and seam is Failpoint.COMMIT:
            raise Crash

    return die


@pytest.mark.slow
@pytest.mark.parametrize("place", [1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
def test_killed_at_any_commit_it_goes_on_and_each_is_delivered_once(make_world: MakeWorld, place: int) -> None:
    scene = sample(make_world)
    cases = down(scene, 20)
    attempts = len(scene.desk.attempts)
    begin(scene)
    with failpoints.watched(dying_at(place)), suppress(Crash):
        scene.world.work()
    scene.world.restart()
    scene.world.work()
    assert stands(scene) == ("done", 20, None)
    assert states(scene, cases) == {"delivered"}
    assert len(scene.desk.applied) == 20
    assert len({run.case_id for run in rows(scene.world, schema.Run) if run.bulk_id}) == 20
    assert len([run for run in rows(scene.world, schema.Run) if run.bulk_id]) == 20, "no case is begun twice"
    assert len(scene.desk.attempts) - attempts <= 21, "but the attempt that was cut off, under the same key"


@pytest.mark.slow
def test_two_processes_begin_each_case_once(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 40)
    begin(scene)
    for _ in range(20):
        at_once([lambda: awaken(scene.world.context)] * 4)
        for lease in scene.world.claim(limit=MOST):
            scene.world.runner.advance(lease)
    assert stands(scene) == ("done", 40, None)
    assert states(scene, cases) == {"delivered"}
    assert len([run for run in rows(scene.world, schema.Run) if run.bulk_id]) == 40


@pytest.mark.slow
def test_of_two_who_begin_at_once_one_does(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 6)
    refused = list[str]()

    def press(by: str) -> None:
        try:
            bulk_reruns.begin(scene.world.context, 1, by=by, after=0)
        except Refused:
            refused.append(by)

    at_once([lambda by=f"U{number}": press(by) for number in range(6)])  # type: ignore[misc]  # bound to each
    assert (len(rows(scene.world, schema.BulkRerun)), len(refused)) == (1, 5)
