"""Needs, read from what really happened: a thing is there while it stands, and not longer."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from handlers.texts.digests.failures import first_line
from store import schema
from store.cases import causes as cause_rows
from store.cases import target_outages
from store.governance import health
from store.model import outages
from store.states import Health, OutboxState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, sample
from tests.sample import sample_workflow
from tests.world import Tell
from workflows import NoProposal, OutcomeUnknown, Review, Second
from workflows.engine.deliver import workflow_pauses
from workflows.engine.digests.failures.attention import ReliefKind
from workflows.engine.digests.failures.needs import Need, NeedKind
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.making import preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.views import DigestView
from workflows.engine.health.views import HowEnded
from workflows.engine.read.causes import cause_view
from workflows.engine.review import doubts
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import mending, reruns
from workflows.engine.review.wrong import reports
from workflows.model.port import NoAnswer
from workflows.model.scripted import says

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
UNHURRIED = Review(answer_within=timedelta(days=60))
"""Reviews that are never late here."""


def at(scene: Scene, day: date, hour: int = 12) -> None:
    """Put the clock to a local time in Berlin."""
    scene.world.clock.time = datetime.combine(day, time(hour), tzinfo=BERLIN).astimezone(UTC)


def seen(scene: Scene, today: date = TODAY, *, workflow: str | None = None) -> DigestView:
    """Return the summary of the day before, as it would be made at eight."""
    at(scene, today, 8)
    return preview(scene.world.context, JobName.FAILURES, today=today, zone=BERLIN, workflow=workflow)


def figures(view: DigestView) -> FailureFigures:
    """Return the figures of a summary."""
    assert isinstance(view.figures, FailureFigures)
    return view.figures


def needs(scene: Scene, today: date = TODAY, *, workflow: str | None = None) -> list[Need]:
    """Return what needs somebody at eight."""
    return list(figures(seen(scene, today, workflow=workflow)).needs or ())


def kinds(scene: Scene, today: date = TODAY) -> list[NeedKind]:
    """Return the kinds of what needs somebody at eight."""
    return [one.kind for one in needs(scene, today)]


def failed(scene: Scene, number: int = 1, error: str = "charged") -> int:
    """A case whose first step fails."""
    scene.desk.look_up_errors.append(ValueError(error))
    return scene.worked(id=number)


def waiting(scene: Scene, many: int, *, first: int = 100) -> list[int]:
    """Cases that wait for a person."""
    cases = [scene.submit(id=first + number) for number in range(many)]
    scene.world.work()
    return cases


def test_a_quiet_day_needs_nobody(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    scene.worked()
    assert first_line(seen(scene)) == "Nothing to do."


def test_a_doubt_needs_somebody_however_old_until_a_person_has_looked(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    at(scene, TODAY - 40 * DAY)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))
    case = scene.worked()
    (need,) = needs(scene)
    assert (need.kind, need.workflow, need.number, need.cases) == (NeedKind.DOUBT, "sample", 1, [case])
    assert first_line(seen(scene)) == "One thing needs you."
    doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    assert needs(scene) == []


def test_a_cause_is_one_thing_until_somebody_has_it_in_hand_or_nothing_of_it_stands(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    cases = [failed(scene, number) for number in (1, 2, 3)]
    (need,) = needs(scene)
    assert (need.kind, need.step, need.error, need.number) == (NeedKind.CAUSE, "look_up", "ValueError", 3)
    mending.take_over(scene.world.context, need.id, 1, by="U0KIM")
    assert needs(scene) == []
    for case in cases:
        reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    view = figures(seen(scene))
    assert (view.needs, view.causes.closed, view.stopped) == ([], 0, 3), "it was closed today"
    closed = figures(seen(scene, TODAY + DAY))
    assert closed.causes.closed == 1
    assert closed.recovery is not None
    assert closed.recovery.longest == timedelta(hours=20).total_seconds()


def test_a_cause_that_came_back_says_so(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - 3 * DAY)
    case = failed(scene)
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert needs(scene, TODAY - 2 * DAY) == []
    at(scene, TODAY - DAY)
    failed(scene, 2)
    (need,) = needs(scene)
    assert (need.kind, need.is_back) == (NeedKind.CAUSE, True)
    assert figures(seen(scene)).causes.back == 1


def test_what_a_revision_took_the_place_of_needs_nobody(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    failed(scene)
    scene.worked(id=1, text="another text")
    assert needs(scene) == []


def test_the_causes_of_a_system_in_trouble_are_told_in_its_line(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    failed(scene)
    context = scene.world.context
    with context.database.write() as session:
        session.execute(update(schema.Cause).values(dependency="CRM"))
        began = health.begin(
            session,
            team=context.team,
            system="CRM",
            kind="system",
            state=Health.TROUBLED,
            at=context.clock(),
            total=9,
            failed=9,
            broken=0,
            error=None,
        )
    (need,) = needs(scene)
    assert (need.kind, need.system, need.number, need.causes) == (NeedKind.TROUBLE, "CRM", 1, 1)
    with context.database.write() as session:
        trouble = health.get(session, began or 0, team=context.team)
        assert trouble is not None
        health.end(session, trouble, HowEnded.WELL, at=context.clock())
    assert kinds(scene) == [NeedKind.CAUSE]


def test_outages_of_models_and_targets_are_things_and_those_of_other_workflows_are_left_out(
    make_world: MakeWorld,
) -> None:
    scene = sample(make_world)
    other = sample_workflow(scene.desk, name="other")
    scene.world.registry.add(other)
    at(scene, TODAY - DAY)
    scene.worked()
    scene.world.submit(other, id=1, text="x")
    context, now = scene.world.context, scene.world.clock()
    with context.database.write() as session:
        problem = session.query(schema.Content).first()
        assert problem is not None
        outages.begin(session, team=context.team, model="claude", reason="529", at=now)
        for target in (scene.workflow.target, other.target):
            target_outages.begin(session, team=context.team, target=target, problem_id=problem.id, at=now, next_at=now)
    names = {scene.workflow.target, other.target, "claude"}
    assert {one.system for one in needs(scene)} == names
    assert {one.system for one in needs(scene, workflow="sample")} == names - {other.target}


def test_failures_from_before_there_were_causes_are_one_thing_for_their_workflow(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    cases = [failed(scene, number) for number in range(5)]
    with scene.world.database.write() as session:
        session.execute(update(schema.Run).values(cause_id=None))
    (need,) = needs(scene)
    assert (need.kind, need.number, need.cases) == (NeedKind.UNCAUSED, 5, cases[:3])


def test_reviews_past_their_deadline_are_one_thing_and_those_in_time_none(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(answer_within=timedelta(hours=20)))
    at(scene, TODAY - DAY, 11)
    early = scene.worked(id=1)
    at(scene, TODAY - DAY, 13)
    scene.worked(id=2)
    at(scene, TODAY, 8)
    (need,) = needs(scene)
    assert (need.kind, need.number) == (NeedKind.OVERDUE, 1)
    scene.approve(early)
    assert needs(scene) == []


def test_a_report_needs_somebody_until_a_person_decides(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    case = scene.worked()
    kept = reports.note(scene.world.context, about="it", case=case, by="U0EVE", said="wrong")
    assert kinds(scene) == [NeedKind.REPORTED], "it waits to be taken up"
    assert kept is not None
    reports.take_up(scene.world.context, kept)
    (need,) = needs(scene)
    assert (need.kind, need.number) == (NeedKind.REPORTED, 1)
    scene.approve(case)
    scene.world.work()
    assert needs(scene) == []


def test_a_report_on_a_card_needs_somebody_also_after_a_rerun(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=UNHURRIED)
    at(scene, TODAY - DAY)
    case = scene.worked()
    kept = reports.note(scene.world.context, about="it", case=case, by="U0EVE", said="wrong")
    assert kept is not None
    reports.take_up(scene.world.context, kept)
    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="look_up")
    scene.world.work()
    assert kinds(scene) == [NeedKind.REPORTED]
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    assert needs(scene) == []


def test_a_pause_of_countersigns_own_needs_somebody_and_a_persons_does_not(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - 9 * DAY)
    scene.worked()
    workflow_pauses.pause(scene.world.context, "sample", by="U0KIM", reason="wrong prices")
    assert needs(scene) == []
    workflow_pauses.resume(scene.world.context, "sample", by="U0KIM")
    workflow_pauses.stop(scene.world.context, "sample", "many look alike")
    assert kinds(scene) == [NeedKind.PAUSED]


def spent() -> Tell:
    """A model whose budget is spent for one question."""
    codes = [NoAnswer.OVER_BUDGET]

    def tell(_: object) -> object:
        if codes:
            raise NoProposal("Not now.", code=codes.pop())
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95)

    return tell  # type: ignore[return-value]  # a question is not looked at


def test_a_spent_budget_needs_somebody_on_its_day_unless_a_rerun_took_its_place(make_world: MakeWorld) -> None:
    scene = sample(make_world, spent(), review=UNHURRIED)
    at(scene, TODAY - DAY)
    case = scene.worked()
    (need,) = needs(scene)
    assert (need.kind, need.number) == (NeedKind.BUDGET, 1)
    assert needs(scene, TODAY + DAY) == [], "it is of another day"
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert needs(scene) == []


@pytest.mark.parametrize(("days", "is_need"), [(15, False), (14, True), (-2, True)])
def test_an_access_that_ends_soon_needs_somebody(make_sqlite_world: MakeWorld, days: int, is_need: bool) -> None:
    """Also where a function of the author's says it, which is asked before."""
    scene = sample(make_sqlite_world)
    assert scene.workflow.effect is not None
    at(scene, TODAY, 8)
    scene.workflow.effect = replace(scene.workflow.effect, expires=lambda: TODAY + timedelta(days=days))
    found = needs(scene)
    assert [one.kind for one in found] == ([NeedKind.ACCESS] if is_need else [])


def test_messages_that_were_given_up_are_one_thing_for_all(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(post_to="C0SUPPORT"))
    at(scene, TODAY - 30 * DAY)
    waiting(scene, 3)
    with scene.world.database.write() as session:
        session.execute(update(schema.OutboxRow).values(state=OutboxState.DEAD, error="is_archived"))
    need = needs(scene)[-1]
    assert need.kind is NeedKind.UNSENT
    assert need.number >= 3
    assert NeedKind.UNSENT not in [one.kind for one in needs(scene, workflow="sample")]


def test_more_reviews_than_people_decide_are_a_thing_with_what_would_relieve_them(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=UNHURRIED)
    for back in (8, 5, 4, 3, 2):
        at(scene, TODAY - back * DAY, 9)
        cases = waiting(scene, 5, first=back * 10)
        at(scene, TODAY - back * DAY, 15)
        for case in cases[:4]:
            scene.approve(case)
    at(scene, TODAY - 9 * DAY)
    old = waiting(scene, 3, first=900)
    scene.approve(old[0])
    at(scene, TODAY - DAY)
    waiting(scene, 13, first=500)
    assert needs(scene) == [], "20 wait, and 20 were decided on the last five days; the sixth counts no more"
    at(scene, TODAY, 7)
    scene.approve(waiting(scene, 2, first=700)[0])
    found = figures(seen(scene))
    assert [one.kind for one in found.needs or ()] == [NeedKind.ATTENTION], "what is decided today counts tomorrow"
    assert found.attention is not None
    assert (found.attention.waiting, found.attention.days, found.attention.decided) == (21, 5, 20)
    assert (found.attention.asked, found.attention.asked_by_hour[9], found.attention.asked_by_hour[12]) == (38, 25, 13)
    assert found.attention.decided_by_hour[15] == 20
    assert [one.kind for one in found.relief] == [ReliefKind.PEOPLE]
    workflow_pauses.pause(scene.world.context, "sample", by="U0KIM", reason="wrong prices")
    assert figures(seen(scene)).relief[0].kind is ReliefKind.RESUME
    assert needs(scene, workflow="sample") == []


def test_sample_answers_need_somebody_only_where_they_failed(make_world: MakeWorld) -> None:
    def tell(_: object) -> object:
        return replace(says({"queue": "billing", "reply": "Hello"}, confidence=0.5), sample=True)

    scene = sample(make_world, tell, review=Review(answer_within=timedelta(minutes=5)))  # type: ignore[arg-type]  # a question is not looked at
    at(scene, TODAY - DAY)
    waiting(scene, 25)
    assert needs(scene) == []
    assert figures(seen(scene)).long_waits == []
    at(scene, TODAY - DAY)
    failed(scene)
    assert kinds(scene) == [NeedKind.CAUSE]


def test_what_waits_longest_is_named_where_it_is_late_or_days_old(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=UNHURRIED)
    at(scene, TODAY - 4 * DAY, 7)
    (old,) = waiting(scene, 1)
    at(scene, TODAY - DAY)
    waiting(scene, 1, first=200)
    (told,) = figures(seen(scene)).long_waits
    assert (told.case, told.is_overdue) == (old, False)
    scene.workflow.review = Review(answer_within=timedelta(hours=2))
    at(scene, TODAY - DAY)
    late = scene.worked(id=300)
    assert [(one.case, one.is_overdue) for one in figures(seen(scene)).long_waits] == [(old, False), (late, True)]


def test_numbers_are_told_beside_those_of_the_usual_day(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    for week, many in ((1, 3), (2, 1), (3, 5)):
        at(scene, TODAY - DAY - timedelta(weeks=week))
        for number in range(many):
            scene.submit(id=week * 10 + number)
        failed(scene, week * 100)
        scene.world.work()
    at(scene, TODAY - DAY)
    scene.worked()
    found = figures(seen(scene))
    assert (found.usually_taken_in, found.usually_stopped) == (4, 1)
    (of_sample,) = found.workflows
    assert (of_sample.usually_taken_in, of_sample.usually_stopped) == (4, 1)
    assert found.failed_by_day == [0] * 6 + [1] + [0] * 7


def test_a_summary_about_one_workflow_has_only_what_belongs_to_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    other = sample_workflow(scene.desk, name="other")
    scene.world.registry.add(other)
    at(scene, TODAY - DAY)
    failed(scene)
    scene.desk.look_up_errors.append(ValueError("charged"))
    scene.world.submit(other, id=1, text="x")
    scene.world.work()
    assert [one.workflow for one in needs(scene)] == ["other", "sample"]
    assert [one.workflow for one in needs(scene, workflow="other")] == ["other"]
    (one,) = figures(seen(scene, workflow="other")).workflows
    assert one.workflow == "other"


def test_the_cause_in_a_need_is_the_one_whose_card_it_opens(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    failed(scene)
    (need,) = needs(scene)
    view = cause_view(scene.world.context, need.id)
    assert (view.line.error, view.failed) == (need.error, need.number)
    with scene.world.database.read() as session:
        assert cause_rows.get(session, need.id, team=scene.world.context.team) is not None


def test_a_second_person_is_waited_for_past_the_deadline(make_world: MakeWorld) -> None:
    """A review that waits for a second person waits all the same."""
    scene = sample(
        make_world,
        autonomy=DRAFT,
        review=Review(answer_within=timedelta(hours=2), second=Second()),
    )
    at(scene, TODAY - DAY)
    scene.approve(scene.worked())
    assert kinds(scene) == [NeedKind.OVERDUE]
