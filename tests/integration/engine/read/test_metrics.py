"""The numbers for Prometheus: as the rows have them, and those of all that ever was never fall."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from store import schema
from store.slack import outbox
from store.states import CauseState, DeliveryState, OutboxState, Resolution, ReviewState, RunState
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from workflows import Budget, NotDone, OutcomeUnknown
from workflows.engine.declare.registry import Registry
from workflows.engine.read.metric_views import NumbersView, WorkflowNumbers
from workflows.engine.read.metrics import numbers_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns

pytestmark = pytest.mark.slow

HOURS = timedelta(hours=3)


def told(scene: Scene) -> WorkflowNumbers:
    """The numbers of its only workflow."""
    (numbers,) = numbers_view(scene.world.context).workflows
    return numbers


def view(scene: Scene) -> NumbersView:
    return numbers_view(scene.world.context)


def test_a_database_without_a_case_has_a_zero_of_everything(make_world: MakeWorld) -> None:
    """A metric that is missing warns nobody."""
    scene = sample(make_world)
    numbers = told(scene)
    assert (numbers.workflow, numbers.taken_in, numbers.open_reviews) == ("sample", 0, 0)
    assert set(numbers.resolved.values()) == set(numbers.runs.values()) == set(numbers.causes.values()) == {0}
    assert numbers.oldest_review == view(scene).late == timedelta(0)
    assert set(view(scene).messages.values()) == set(view(scene).troubles.values()) == {0}
    assert numbers.left_today == numbers.per_day == Decimal(scene.workflow.budget.per_day)


def test_what_waits_is_counted_with_the_age_of_the_oldest_and_what_is_overdue(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    scene.worked(id=1)
    scene.world.clock.move(HOURS)
    scene.worked(id=2)
    scene.submit(id=3)
    numbers = told(scene)
    assert (numbers.taken_in, numbers.open_reviews, numbers.oldest_review) == (3, 2, HOURS)
    assert numbers.runs[RunState.WAITING] == 2
    assert numbers.runs[RunState.READY] == 1
    open_ones = [one for one in rows(scene.world, schema.Review) if one.state is ReviewState.OPEN]
    now = scene.world.clock()
    assert numbers.overdue_reviews == sum(one.answer_by is not None and one.answer_by < now for one in open_ones)
    assert view(scene).messages[OutboxState.DUE] == len(scene.outbox())
    assert view(scene).late == HOURS
    assert numbers.oldest_ready == timedelta(0)
    scene.world.clock.move(HOURS)
    assert told(scene).oldest_ready == HOURS


def test_resolutions_are_those_of_the_rows(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    for number in range(3):
        scene.worked(id=number)
    numbers = told(scene)
    kept = Counter(row.resolution for row in rows(scene.world, schema.Run) if row.state is RunState.DELIVERED)
    assert kept == {Resolution.ALONE: 3}
    assert numbers.resolved == {resolution: kept[resolution] for resolution in Resolution}


def test_no_count_of_all_that_ever_was_falls_when_a_rejected_case_is_run_again(make_world: MakeWorld) -> None:
    """A count that falls by one is taken for a process that began anew, and for as many new cases as there are."""
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked(id=1)
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    before = told(scene).resolved
    assert before[Resolution.REJECTED] == 1
    reruns.rerun(scene.world.context, case, by="U1", from_step="start")
    scene.world.work()
    assert told(scene).resolved == before
    scene.approve(case)
    scene.world.work()
    assert told(scene).resolved == {**before, Resolution.BY_PERSON: 1}


def test_what_failed_and_what_is_in_doubt_is_counted(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    scene.desk.errors += [NotDone("no such queue"), OutcomeUnknown("no answer")]
    scene.worked(id=1)
    scene.worked(id=2)
    numbers = told(scene)
    assert numbers.runs[RunState.FAILED] == numbers.runs[RunState.DOUBTFUL] == 1
    assert numbers.causes[CauseState.OPEN] == len(rows(scene.world, schema.Cause))
    assert view(scene).deliveries == {DeliveryState.WAITING: 0, DeliveryState.DOUBTFUL: 1}


def test_workflows_that_are_not_declared_are_counted_together(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.worked(id=1)
    (others,) = numbers_view(replace(scene.world.context, registry=Registry())).workflows
    assert (others.workflow, others.taken_in, others.per_day) == (None, 1, None)
    assert others.resolved[Resolution.ALONE] == 1


def test_what_is_left_of_a_budget_is_of_the_workflows_own_day(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.workflow.budget = Budget(per_case="1", per_day="5")
    team, now = scene.world.context.team, scene.world.clock()
    with scene.world.database.write() as session:
        for day, taken in ((now.date(), Decimal("1.25")), (now.date() - timedelta(days=1), Decimal(3))):
            spent = {"budget": "workflow:sample", "period": day.isoformat(), "taken": taken}
            session.add(schema.Spending(team_id=team, **spent))
    assert (told(scene).per_day, told(scene).left_today) == (Decimal(5), Decimal("3.75"))


def test_what_waits_for_a_program_that_is_down_is_no_message_to_people(make_world: MakeWorld) -> None:
    """A receiver may be down for days; that Slack is behind would be a false alarm."""
    scene = sample(make_world)
    context = scene.world.context
    with scene.world.database.write() as session:
        subject = SubjectKind.RUN.of(1)
        outbox.add_note(
            session, team=context.team, kind=outbox.OUTCOME, subject=subject, channel="webhook:1", at=context.clock()
        )
    scene.world.clock.move(HOURS)
    assert (view(scene).late, view(scene).messages[OutboxState.DUE]) == (timedelta(0), 0)
    assert (view(scene).webhooks_oldest, view(scene).webhooks[OutboxState.DUE]) == (HOURS, 1)
