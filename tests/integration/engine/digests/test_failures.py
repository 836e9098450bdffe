"""The failure summary: once for each local date, right about what happened on it, and nothing of any case in it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from store import schema
from store.faces import LEADS
from store.quality import digests
from store.states import CauseState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Crash, Scene, rows, sample
from tests.sample import Triage, sample_workflow
from tests.world import Tell
from workflows import NotDone, OutcomeUnknown
from workflows.engine.digests.failures.views import Cause, FailureFigures, WorkflowFigures
from workflows.engine.digests.making import CLOCK, digest_view, make
from workflows.engine.digests.names import JobName
from workflows.engine.digests.views import DigestView
from workflows.engine.errors import Drifted, Unknown
from workflows.engine.review import doubts
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections
from workflows.model.scripted import says

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def at(scene: Scene, day: date, hour: int = 12, minute: int = 0) -> None:
    """Put the clock to a local time in Berlin."""
    scene.world.clock.time = datetime.combine(day, time(hour, minute), tzinfo=BERLIN).astimezone(UTC)


def made(scene: Scene, today: date = TODAY) -> DigestView:
    """The summary of the day before, made at eight."""
    at(scene, today, 8)
    digest = make(scene.world.context, JobName.FAILURES, today=today, zone=BERLIN)
    assert digest is not None
    return digest_view(scene.world.context, digest)


def failures(view: DigestView) -> FailureFigures:
    """Return its figures."""
    assert isinstance(view.figures, FailureFigures)
    return view.figures


def told(view: DigestView) -> WorkflowFigures:
    """Return the figures of its only workflow."""
    (figures,) = failures(view).workflows
    return figures


def causes(figures: WorkflowFigures) -> list[tuple[str | None, str | None, int]]:
    """Return its causes: the step, the type of the error, and the cases."""
    return [(cause.step, cause.error, cause.cases) for cause in figures.causes]


def costing(dollars: str, confidence: float = 0.95) -> Tell:
    """A model that takes money for each answer."""
    return lambda _: says({"queue": "billing", "reply": "Hello"}, confidence=confidence, cost=Decimal(dollars))


def failed(scene: Scene, number: int = 1, *, error: Callable[[], Exception] = lambda: ValueError("charged")) -> int:
    """A case whose first step fails, and stands so."""
    scene.desk.look_up_errors.append(error())
    case = scene.worked(id=number)
    assert scene.run(case).state == "failed"
    return case


def test_a_quiet_day_has_a_summary_too(make_world: MakeWorld) -> None:
    """So that silence means that something is wrong."""
    scene = sample(make_world)
    view = made(scene)
    assert (view.first, view.last, view.missed) == (TODAY - DAY, TODAY - DAY, 0)
    assert (failures(view).stopped, failures(view).still_stopped, failures(view).older, failures(view).cost) == (
        0,
        0,
        0,
        Decimal(0),
    )
    assert not failures(view).workflows


def test_what_failed_is_counted_by_its_cause(make_world: MakeWorld) -> None:
    scene = sample(make_world, costing("0.62"))
    at(scene, TODAY - DAY)
    for number in (1, 2):
        failed(scene, number)
    scene.desk.errors.append(NotDone("the desk is closed"))
    scene.worked(id=3)
    scene.worked(id=4)

    view = made(scene)

    assert told(view) == WorkflowFigures(
        workflow="sample",
        taken_in=4,
        alone=1,
        by_people=0,
        waiting=0,
        stopped=3,
        still_stopped=3,
        older=0,
        causes=[
            Cause(step="look_up", error="ValueError", cases=2, id=1, state=CauseState.OPEN),
            Cause(step="deliver", error="NotDone", cases=1, id=2, state=CauseState.OPEN),
        ],
        more_causes=0,
        cost=Decimal("1.24"),
    )
    assert (failures(view).stopped, failures(view).still_stopped, failures(view).cost) == (3, 3, Decimal("1.24"))


def test_a_failure_mended_by_a_rerun_happened_and_no_longer_stands(make_world: MakeWorld) -> None:
    """Also where it was mended on the next day, before the summary was made."""
    scene = sample(make_world, costing("0.5"))
    at(scene, TODAY - DAY)
    same_day, next_day, _ = failed(scene, 1), failed(scene, 2), failed(scene, 3)
    reruns.rerun(scene.world.context, same_day, by="U0DEV")
    scene.world.work()
    at(scene, TODAY, 1)
    reruns.rerun(scene.world.context, next_day, by="U0DEV")
    scene.world.work()

    figures = told(made(scene))

    assert (figures.stopped, figures.still_stopped, figures.alone) == (3, 1, 1)
    assert figures.cost == Decimal("0.5")


def test_a_case_that_failed_twice_for_the_same_is_one_case(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    case = failed(scene)
    scene.desk.look_up_errors.append(ValueError("charged"))
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    figures = told(made(scene))
    assert (figures.stopped, figures.still_stopped) == (1, 1)
    assert causes(figures) == [("look_up", "ValueError", 1)]


def test_what_is_recalled_in_a_rerun_is_paid_for_once(make_world: MakeWorld) -> None:
    """On the day when the model was asked, whatever day the delivery was mended on."""
    scene = sample(make_world, costing("0.03"))
    at(scene, TODAY - DAY)
    scene.desk.errors.append(NotDone("closed"))
    case = scene.worked()
    at(scene, TODAY, 7)
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert failures(made(scene)).cost == Decimal("0.03")
    next_one = told(made(scene, TODAY + DAY))
    assert (next_one.cost, next_one.alone, next_one.taken_in) == (Decimal(0), 1, 0)


def test_a_doubtful_delivery_counts_as_failed(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    at(scene, TODAY - DAY)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))
    scene.worked()
    figures = told(made(scene))
    assert (figures.stopped, figures.still_stopped) == (1, 1)
    assert causes(figures) == [("deliver", "OutcomeUnknown", 1)]


def test_a_doubt_is_no_second_failure_once_a_person_has_looked(make_world: MakeWorld) -> None:
    """The word that it did not happen leaves the case stopped, and is no new failure."""
    scene = sample(make_world, idempotent=False)
    at(scene, TODAY - 2 * DAY)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))
    case = scene.worked()
    made(scene, TODAY - DAY)
    at(scene, TODAY - DAY, 9)
    doubts.settle(scene.world.context, case, happened=False, by="U0EVE")
    assert failures(made(scene)).stopped == 0
    figures = told(made(scene, TODAY + DAY))
    assert (figures.stopped, figures.still_stopped, figures.older) == (0, 0, 1)


def test_a_delivery_that_was_cut_off_has_a_cause(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    at(scene, TODAY - DAY)

    @scene.workflow.deliver(idempotent=False)
    def deliver(triage: Triage, run: object) -> str:
        raise Crash

    scene.submit()
    scene.crash()
    assert causes(told(made(scene))) == [("deliver", "WorkerLost", 1)]


def test_a_parked_case_counts_as_failed(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    scene.desk.look_up_errors.append(Drifted("the journal has another step there"))
    case = scene.worked()
    assert scene.run(case).state == "parked"
    figures = told(made(scene))
    assert (figures.stopped, figures.still_stopped) == (1, 1)
    assert [cause.error for cause in figures.causes] == ["Drifted"]


def test_a_revision_in_place_of_what_failed_no_longer_stands(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    failed(scene)
    scene.worked(id=1, text="another text")
    figures = told(made(scene))
    assert (figures.taken_in, figures.stopped, figures.still_stopped, figures.alone) == (1, 1, 0, 1)


def test_a_doubt_stands_although_a_revision_came(make_world: MakeWorld) -> None:
    """The newer run does not answer whether the older delivery happened."""
    scene = sample(make_world, idempotent=False)
    at(scene, TODAY - DAY)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))
    case = scene.worked(id=1)
    scene.worked(id=1, text="another text")
    assert scene.run(case).state == "delivered"
    assert told(made(scene)).still_stopped == 1


def test_people_alone_and_waiting_are_told_apart(make_world: MakeWorld) -> None:
    """Edited, approved and closed are decided by people; a correction resolves no case anew."""
    scene = sample(make_world, autonomy=DRAFT)
    at(scene, TODAY - DAY)
    approved, edited, rejected, _ = (scene.worked(id=number) for number in range(1, 5))
    scene.approve(approved)
    scene.edit(edited, queue="delivery")
    scene.reject(rejected, Follows.CLOSE)
    scene.world.work()
    corrections.correct(scene.world.context, approved, Triage(queue="delivery"), by="U0DEV")
    scene.approve(approved)
    scene.world.work()
    figures = told(made(scene))
    assert (figures.taken_in, figures.alone, figures.by_people, figures.waiting) == (4, 0, 3, 1)
    assert figures.stopped == 0


def test_workflows_are_told_apart_and_quiet_ones_left_out(make_world: MakeWorld) -> None:
    scene = sample(make_world, costing("0.1"))
    busy, quiet = (sample_workflow(scene.desk, name=name) for name in ("busy", "quiet"))
    at(scene, TODAY - 3 * DAY)
    for workflow in (busy, quiet):
        scene.world.registry.add(workflow)
        scene.world.submit(workflow, id=1, text="x")
    scene.world.work()
    at(scene, TODAY - DAY)
    failed(scene)
    scene.world.submit(busy, id=2, text="x")
    scene.world.work()
    view = made(scene)
    assert [(figures.workflow, figures.stopped, figures.cost) for figures in failures(view).workflows] == [
        ("busy", 0, Decimal("0.1")),
        ("sample", 1, Decimal(0)),
    ]


def test_of_many_causes_a_few_are_named_and_all_counted(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    names = [f"Error{number}" for number in range(12)]
    for place, name in enumerate(names):
        failed(scene, place, error=type(name, (Exception,), {}))
    figures = told(made(scene))
    assert (figures.stopped, figures.still_stopped, figures.more_causes) == (12, 12, 2)
    assert [cause.error for cause in figures.causes] == names[:10]


def test_what_stands_from_before_is_not_forgotten(make_world: MakeWorld) -> None:
    """And what failed since midnight is for the next summary."""
    scene = sample(make_world)
    at(scene, TODAY - 2 * DAY)
    failed(scene, 1)
    assert told(made(scene, TODAY - DAY)).still_stopped == 1
    at(scene, TODAY, 3)
    failed(scene, 2)
    figures = told(made(scene))
    assert (figures.stopped, figures.still_stopped, figures.older) == (0, 0, 1)
    figures = told(made(scene, TODAY + DAY))
    assert (figures.still_stopped, figures.older) == (1, 1)


def test_the_digest_holds_nothing_of_what_a_case_or_an_error_says(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    scene.desk.look_up_errors.append(ValueError("no customer SECRET-ERROR"))
    scene.worked(id=77777, text="SECRET-TEXT")
    made(scene)
    (row,) = rows(scene.world, schema.Digest)
    kept = json.dumps(row.figures)
    assert "ValueError" in kept
    assert "SECRET" not in kept
    assert "77777" not in kept, "nor the key of the case"


def test_it_is_posted_once_to_the_leads(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    view = made(scene)
    assert scene.outbox() == [("digest", f"digest:{view.id}", LEADS, "due")]


def test_a_second_call_on_the_same_day_makes_nothing(make_world: MakeWorld) -> None:
    """Nor does one for an earlier day, whose clock was put back."""
    scene = sample(make_world)
    made(scene, TODAY - DAY)
    made(scene)
    for today in (TODAY, TODAY - DAY):
        assert make(scene.world.context, JobName.FAILURES, today=today, zone=BERLIN) is None
    assert len(rows(scene.world, schema.Digest)) == len(scene.outbox()) == 2


def test_a_row_that_is_there_already_does_not_undo_what_else_its_transaction_writes(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context = scene.world.context

    def add(session: Session, period: str) -> int | None:
        at = context.clock()
        return digests.add(
            session,
            team=context.team,
            job="failures",
            workflow="",
            period=period,
            covers_from=period,
            figures={},
            at=at,
        )

    with scene.world.database.write() as session:
        found = [add(session, period) is not None for period in ("2026-11-18", "2026-11-18", "2026-11-19")]

    assert found == [True, False, True]
    assert [row.period for row in rows(scene.world, schema.Digest)] == ["2026-11-18", "2026-11-19"]


@pytest.mark.parametrize("earlier", [False, True], ids=["the very first", "after others"])
def test_two_at_once_make_one_row_and_one_note(make_world: MakeWorld, earlier: bool) -> None:
    scene = sample(make_world)
    if earlier:
        made(scene, TODAY - DAY)
    start = Barrier(8)

    def wake(_: int) -> int | None:
        start.wait()
        return make(scene.world.context, JobName.FAILURES, today=TODAY, zone=BERLIN)

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(wake, range(8)))

    assert ids.count(None) == 7
    periods = [row.period for row in rows(scene.world, schema.Digest)]
    assert periods == ["2026-11-18", "2026-11-19"][0 if earlier else 1 :]
    assert len(scene.outbox()) == len(periods)


def test_the_first_summary_ever_covers_yesterday_only(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - 5 * DAY)
    failed(scene, 1)
    at(scene, TODAY - DAY)
    failed(scene, 2)
    view = made(scene)
    assert (view.first, view.missed, failures(view).stopped) == (TODAY - DAY, 0, 1)
    assert told(view).older == 1


def test_missed_days_are_covered_by_one_summary_that_names_the_gap(make_world: MakeWorld) -> None:
    scene = sample(make_world, costing("0.25"))
    made(scene, TODAY - 4 * DAY)  # of the 15th; then nothing ran at eight on the 17th, 18th and 19th
    for number in range(1, 5):
        at(scene, TODAY - number * DAY)
        failed(scene, number)
        scene.worked(id=10 + number)
    view = made(scene)
    assert (view.first, view.last, view.missed) == (date(2026, 11, 16), date(2026, 11, 19), 3)
    assert (failures(view).stopped, failures(view).cost) == (4, Decimal(1))
    assert [row.period for row in rows(scene.world, schema.Digest)] == ["2026-11-15", "2026-11-19"]
    assert [subject for kind, subject, *_ in scene.outbox() if kind == "digest"] == ["digest:1", "digest:2"]


def test_a_gap_of_months_is_named_in_full_and_covered_in_its_last_31_days(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    made(scene, TODAY - 100 * DAY)
    for number, back in enumerate((31, 32)):
        at(scene, TODAY - back * DAY)
        failed(scene, number)
    view = made(scene)
    assert (view.first, view.last, view.missed) == (TODAY - 31 * DAY, TODAY - DAY, 99)
    assert (failures(view).stopped, failures(view).older) == (1, 1)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 24), 24), (date(2026, 10, 25), 25), (date(2027, 3, 28), 23)],
    ids=["a plain day", "the day with an hour more", "the day with an hour less"],
)
def test_a_day_lasts_from_local_midnight_to_local_midnight(make_world: MakeWorld, day: date, hours: int) -> None:
    """A case for each half hour around and on that day: the summary has those of its hours, the first one included."""
    scene = sample(make_world)
    midnight = datetime.combine(day, time.min, tzinfo=BERLIN).astimezone(UTC)
    for half_hour in range(-2, 2 * hours + 2):
        scene.world.clock.time = midnight + half_hour * timedelta(minutes=30)
        scene.submit(id=half_hour)
    assert told(made(scene, day + DAY)).taken_in == 2 * hours


def test_no_moment_is_counted_twice_or_never_where_the_clocks_are_changed(make_world: MakeWorld) -> None:
    """Failures of each hour over three days, in the summaries of these days."""
    scene = sample(make_world)
    start = datetime(2026, 10, 24, tzinfo=BERLIN).astimezone(UTC)
    for hour in range(24 + 25 + 24):
        scene.world.clock.time = start + timedelta(hours=hour)
        failed(scene, hour)
    views = [made(scene, date(2026, 10, day)) for day in (25, 26, 27)]
    assert [failures(view).stopped for view in views] == [24, 25, 24]
    assert [failures(view).older for view in views] == [0, 24, 49]


@pytest.mark.parametrize("days", [400, -400])
def test_one_moment_of_a_wrong_clock_keeps_no_summary_from_being_made_and_is_told(
    make_world: MakeWorld, days: int
) -> None:
    """F69: a summary for a date to come says nothing of the days before it."""
    scene = sample(make_world)
    with scene.world.database.write() as session:
        session.execute(update(schema.Team).values(created_at=datetime(2020, 1, 1, tzinfo=UTC)))
    made(scene)
    wrong = made(scene, TODAY + days * DAY)
    at(scene, TODAY)
    failed(scene)
    for day in range(1, 4):
        view = made(scene, TODAY + day * DAY)
        assert (view.first, view.last, view.missed) == (TODAY + (day - 1) * DAY, TODAY + (day - 1) * DAY, 0)
        assert failures(view).stopped == (day == 1)
    told_of = [subject for kind, subject, *_ in scene.outbox() if kind == CLOCK]
    # Back again, those that are right are to come by the clock that is wrong; which of the two is, nobody can tell.
    assert told_of == ([f"digest:{wrong.id}"] if days > 0 else ["digest:1"])


def test_a_database_that_was_made_while_the_clock_was_ahead_has_summaries_all_the_same(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    with scene.world.database.write() as session:
        session.execute(update(schema.Team).values(created_at=datetime(2028, 1, 1, tzinfo=UTC)))
    assert made(scene).last == TODAY - DAY


def test_no_summary_is_made_of_a_day_before_the_database_was(make_world: MakeWorld) -> None:
    """The first one is about the day on which it was made, by the local date."""
    scene = sample(make_world)
    born = datetime.combine(TODAY, time(0, 30), tzinfo=BERLIN).astimezone(UTC)
    with scene.world.database.write() as session:
        session.execute(update(schema.Team).values(created_at=born))
    at(scene, TODAY, 8)
    assert make(scene.world.context, JobName.FAILURES, today=TODAY, zone=BERLIN) is None
    view = made(scene, TODAY + DAY)
    assert (view.first, view.last) == (TODAY, TODAY)


def test_a_summary_stays_as_it_was_made(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, TODAY - DAY)
    case = failed(scene)
    view = made(scene)
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert view.id is not None
    assert digest_view(scene.world.context, view.id) == view


def test_a_digest_that_is_not_there_is_unknown(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    with pytest.raises(Unknown, match="there is no digest 7"):
        digest_view(scene.world.context, 7)
