"""The business numbers of a week: each counted by hand in a small scene, the same on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from store import schema
from store.cases.review import openings
from store.model import requests
from store.states import SpotCheckState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.sample import Triage, sample_workflow
from tests.world import Tell
from workflows import Autonomy, Review, Second
from workflows.engine.digests.jobs import job_called
from workflows.engine.digests.making import digest_view, make, preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers import baselines
from workflows.engine.digests.numbers.baseline_views import Figure, FigureName, Source
from workflows.engine.digests.numbers.timings import minutes_of
from workflows.engine.digests.numbers.views import ByHand, NumberFigures, Numbers, Times, WhyNotFreed
from workflows.engine.errors import Refused, Unknown
from workflows.engine.review.decisions import Follows
from workflows.engine.review.undo import undo
from workflows.engine.review.wrong import corrections
from workflows.model.scripted import says

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 16)
"""The first day of the week that is told of."""
NEXT = MONDAY + timedelta(days=7)
DAY = timedelta(days=1)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def at(scene: Scene, day: date, hour: int = 12, minute: int = 0) -> None:
    """Put the clock to a local time in Berlin."""
    scene.world.clock.time = datetime.combine(day, time(hour, minute), tzinfo=BERLIN).astimezone(UTC)


def told(scene: Scene, today: date = NEXT, workflow: str | None = None) -> NumberFigures:
    """Return the numbers of the week that was over when a day began."""
    at(scene, today, 8)
    view = preview(scene.world.context, JobName.NUMBERS, today=today, zone=BERLIN, workflow=workflow)
    assert isinstance(view.figures, NumberFigures)
    return view.figures


def own(scene: Scene) -> Numbers:
    """Return the numbers of the only workflow."""
    (found,) = told(scene).workflows
    return found


def costing(dollars: str, confidence: float = 0.95) -> Tell:
    return lambda _: says({"queue": "billing", "reply": "Hello"}, confidence=confidence, cost=Decimal(dollars))


def opened(scene: Scene, case: int, seconds: float, *, by: str = "U1") -> None:
    """Open the form of a case's review, and let so many seconds go by."""
    review = scene.review(case).id
    with scene.world.database.write() as session:
        openings.note(session, team=scene.world.context.team, review=review, by=by, at=scene.world.clock())
    scene.world.clock.move(timedelta(seconds=seconds))


def edited(scene: Scene, case: int, seconds: float) -> None:
    """Edit a case so many seconds after its form was opened."""
    opened(scene, case, seconds)
    scene.edit(case, queue="delivery", reply="Hello")
    scene.world.work()


def record(scene: Scene, *measured: Figure, **said: float | Decimal) -> None:
    figures = [baselines.stated(FigureName(name), value) for name, value in said.items()]
    baselines.record(
        scene.world.context, "sample", measured=measured, said=figures, source=Source.TIMINGS, by="cli:ana"
    )


def test_cases_are_counted_by_the_way_in_which_they_were_resolved(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    at(scene, MONDAY)
    approved, corrected, edited_one, answered, closed, _ = (scene.worked(id=number) for number in range(1, 7))
    for case in (approved, corrected):
        scene.approve(case)
    scene.edit(edited_one, queue="delivery")
    scene.reject(answered, Follows.BY_HAND)
    scene.edit(answered, queue="billing")
    scene.reject(closed, Follows.CLOSE)
    scene.world.work()
    corrections.correct(scene.world.context, corrected, Triage(queue="delivery"), by="U0DEV")
    scene.approve(corrected)
    scene.world.work()

    found = own(scene)

    assert (found.cases_in, found.resolved, found.alone, found.by_people) == (6, 5, 0, 4)
    assert (found.rejected, found.reviewed, found.edited, found.corrected) == (1, 5, 1, 1)
    assert (found.backlog, found.straight_through) == (1, 0.0)
    assert found.oldest == datetime(2026, 11, 16, 11, 0, tzinfo=UTC)
    assert found.decisions == 7, "five cases, one of them decided twice, and a correction"
    assert found.reviews_a_day == 6


def test_what_went_alone_is_the_straight_through_share(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, MONDAY)
    for number in range(1, 4):
        scene.worked(id=number)
    scene.approve(scene.worked(id=4, text="there is smoke"))
    scene.world.work()
    found = own(scene)
    assert (found.alone, found.by_people, found.straight_through) == (3, 1, 0.75)


def test_a_case_that_is_resolved_twice_counts_once_by_its_last_run(make_world: MakeWorld) -> None:
    """Also in the trend, on the day of the last one; and in two weeks, in each of them."""
    scene = sample(make_world)
    at(scene, MONDAY)
    scene.worked(id=1)
    at(scene, MONDAY + 2 * DAY)
    case = scene.worked(id=1, text="there is smoke")
    scene.approve(case)
    scene.world.work()
    figures = told(scene)
    (found,) = figures.workflows
    assert (found.cases_in, found.resolved, found.alone, found.by_people) == (1, 1, 0, 1)
    by_day = {day.day: (day.alone, day.by_people) for day in figures.trend}
    assert by_day[MONDAY] == (0, 0)
    assert by_day[MONDAY + 2 * DAY] == (0, 1)
    at(scene, NEXT + DAY)
    scene.worked(id=1, text="all is well")
    later = told(scene, NEXT + 7 * DAY)
    assert (later.total.resolved, later.total.alone, later.total.cases_in) == (1, 1, 0)
    assert told(scene).total.resolved == 1


def test_a_second_person_who_confirms_an_edit_leaves_it_an_edit(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(post_to="C0SUPPORT", second=Second()))
    at(scene, MONDAY)
    case = scene.worked()
    scene.edit(case, queue="delivery", by="U1")
    scene.approve(case, by="U2")
    scene.world.work()
    found = own(scene)
    assert (found.by_people, found.edited, found.decisions, found.reviews_a_day) == (1, 1, 2, 1)


def test_percentiles_are_among_the_times(make_world: MakeWorld) -> None:
    """The lowest that at least half, and nine in ten, do not exceed: to the microsecond."""
    scene = sample(make_world, autonomy=DRAFT)
    at(scene, MONDAY)
    cases = [scene.worked(id=number) for number in range(1, 5)]
    waits = [timedelta(minutes=number, microseconds=number) for number in (1, 5, 20, 300)]
    begun = scene.world.clock()
    for case, wait in zip(cases, waits, strict=True):
        scene.world.clock.time = begun + wait
        scene.approve(case)
        scene.world.clock.move(SECOND)
        scene.world.work()
    found = own(scene)
    assert found.card_to_decision == Times(number=4, p50=waits[1], p90=waits[3])
    assert found.arrival_to_delivery == Times(number=4, p50=waits[1] + SECOND, p90=waits[3] + SECOND)


@pytest.mark.parametrize("number", [1, 2, 9, 10, 11])
def test_percentiles_of_all_together_are_not_those_of_one(make_world: MakeWorld, number: int) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    slow = sample_workflow(scene.desk, name="slow", autonomy=DRAFT)
    scene.world.registry.add(slow)
    at(scene, MONDAY)
    begun = scene.world.clock()
    waits = []
    for place in range(number):
        case = scene.worked(id=place)
        scene.world.clock.time = begun + place * MINUTE
        scene.approve(case)
        waits.append(scene.world.clock() - begun)
        scene.world.clock.time = begun
    late = scene.world.submit(slow, id=1, text="x").case
    scene.world.work()
    scene.world.clock.time = begun + 10 * timedelta(hours=1)
    scene.approve(late)
    every = sorted([*waits, timedelta(hours=10)])
    figures = told(scene)

    def nth(values: list[timedelta], part: float) -> timedelta:
        return next(one for one in values if sum(other <= one for other in values) >= part * len(values) - 1e-9)

    assert figures.total.card_to_decision == Times(number=number + 1, p50=nth(every, 0.5), p90=nth(every, 0.9))
    theirs = {one.workflow: one.card_to_decision for one in figures.workflows}
    assert theirs["sample"] == Times(number=number, p50=nth(waits, 0.5), p90=nth(waits, 0.9))
    assert theirs["slow"] == Times(number=1, p50=timedelta(hours=10), p90=timedelta(hours=10))
    only = told(scene, workflow="sample")
    assert only.total.card_to_decision == theirs["sample"], "a digest about one workflow is about that alone"


def test_a_decision_that_was_taken_back_took_time_and_decided_nothing(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(post_to="C0SUPPORT", grace=timedelta(hours=1)))
    at(scene, MONDAY)
    case = scene.worked()
    review = scene.review(case).id
    scene.approve(case)
    undo(scene.world.context, review, 1, by="U1")
    found = own(scene)
    assert (found.decisions, found.reviewed, found.reviews_a_day, found.card_to_decision) == (1, 0, None, None)
    assert found.backlog == 1


def test_peoples_time_is_told_from_five_measured_decisions_on(make_world: MakeWorld) -> None:
    """It is the mean of those that were measured, for each decision that was made."""
    scene = sample(make_world, autonomy=DRAFT)
    at(scene, MONDAY)
    for number, seconds in enumerate((10, 20, 30, 40)):
        edited(scene, scene.worked(id=number), seconds)
    scene.approve(scene.worked(id=10))
    scene.world.work()
    few = own(scene)
    assert (few.decisions, few.measured, few.seconds, few.peoples_time, few.is_measured) == (5, 4, None, None, False)
    at(scene, MONDAY + DAY)
    edited(scene, scene.worked(id=11), 50)
    found = own(scene)
    assert (found.decisions, found.measured, found.seconds) == (6, 5, 30.0)
    assert found.peoples_time == timedelta(seconds=180)
    assert found.time_per_case == timedelta(seconds=30)


def test_cost_is_that_of_cases_and_belongs_to_the_day_on_which_it_began(make_world: MakeWorld) -> None:
    scene = sample(make_world, costing("0.25"))
    at(scene, MONDAY - DAY)
    scene.worked(id=1)
    at(scene, MONDAY)
    scene.worked(id=2)
    at(scene, MONDAY + 6 * DAY, 23, 59)
    scene.worked(id=3)
    at(scene, NEXT, 0)
    scene.worked(id=4)
    case = scene.worked(id=5)
    asked = {"reserved": Decimal("0.5"), "cost": None, "began_at": scene.world.clock() - DAY}
    with scene.world.database.write() as session:
        # Of unknown cost, so its reservation counts. An eval's belongs to no case.
        for of in (case, None):
            add_request(session, scene, case_id=of, run_id=None if of is None else scene.run(case).id, **asked)
    figures = told(scene)
    assert (figures.total.cost, figures.total.cost_per_case) == (Decimal("1"), Decimal("0.5"))
    spent = {day.day: day.cost for day in figures.trend if day.cost}
    quarter = Decimal("0.25")
    assert spent == {MONDAY - DAY: quarter, MONDAY: quarter, MONDAY + 6 * DAY: Decimal("0.75")}


def add_request(session: Session, scene: Scene, **values: Any) -> None:
    """Add a request to a model, as the gateway does."""
    tokens = dict.fromkeys(
        ("input_tokens", "output_tokens", "thinking_tokens", "cache_read_tokens", "cache_write_tokens"), 1
    )
    same = {"workflow": "sample", "number": 1, "model": "m", "prompt_version": "p", "input_hash": "h", "prices": "x"}
    requests.begin(session, team=scene.world.context.team, outcome="asked", **same, **tokens, **values)


def test_the_trend_has_fourteen_days_and_adds_up_to_the_week(make_world: MakeWorld) -> None:
    scene = sample(make_world, costing("0.1"))
    for number in range(-9, 9):
        at(scene, MONDAY + number * DAY)
        scene.worked(id=100 + number)
    figures = told(scene)
    assert [day.day for day in figures.trend] == [MONDAY + number * DAY for number in range(-7, 7)]
    week = figures.trend[7:]
    total = figures.total
    assert sum(day.resolved for day in week) == total.resolved == 7
    assert sum(day.cost for day in week) == total.cost == Decimal("0.7")
    assert {day.straight_through for day in figures.trend} == {1.0}


def test_a_digest_that_covers_missed_weeks_has_their_trend_too(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, NEXT, 8)
    assert make(scene.world.context, JobName.NUMBERS, today=NEXT, zone=BERLIN) is not None
    for week in range(3):
        at(scene, NEXT + week * 7 * DAY)
        scene.worked(id=week)
    later = NEXT + 21 * DAY
    at(scene, later, 8)
    made = make(scene.world.context, JobName.NUMBERS, today=later, zone=BERLIN)
    assert made is not None
    view = digest_view(scene.world.context, made)
    assert isinstance(view.figures, NumberFigures)
    assert (view.first, view.last, view.missed) == (NEXT, later - DAY, 2)
    assert (view.figures.total.resolved, len(view.figures.trend)) == (3, 21)
    assert make(scene.world.context, JobName.NUMBERS, today=later + DAY, zone=BERLIN) is None


@pytest.mark.parametrize("hour", [0, 23])
def test_a_day_of_25_hours_loses_no_case(make_world: MakeWorld, hour: int) -> None:
    """The clocks in Berlin are put back on 25 Oct 2026, the last day of a week."""
    scene = sample(make_world)
    at(scene, date(2026, 10, 25), hour, 30)
    scene.worked(id=1)
    figures = told(scene, date(2026, 10, 26))
    assert figures.total.resolved == 1
    assert figures.trend[-1].resolved == 1


def test_sample_answers_are_in_no_number(make_world: MakeWorld) -> None:
    scene = sample(make_world, costing("1"), autonomy=DRAFT)
    at(scene, MONDAY)
    edited(scene, scene.worked(id=1), 10)
    scene.worked(id=2)
    with scene.world.database.write() as session:
        session.execute(update(schema.Proposal).values(sample=True))
    figures = told(scene)
    assert figures.workflows == []
    assert figures.total.is_quiet


def test_hours_freed_are_net_of_people_and_cost_with_an_interval(make_world: MakeWorld) -> None:
    """Ten cases of six minutes, ten decisions of 36 seconds, and $2 at $20 an hour: 60 - 6 - 6 minutes."""
    scene = sample(make_world, costing("0.2"), autonomy=DRAFT)
    record(scene, minutes_of([300, 360, 420]), cost_per_hour=Decimal(20))
    at(scene, MONDAY)
    for number in range(10):
        edited(scene, scene.worked(id=number), 36)
    found = own(scene)
    assert found.by_hand == ByHand(minutes=6.0, timings=3)
    assert found.hours_freed is not None
    assert found.hours_freed.value == pytest.approx(0.8)
    # Three timings one minute apart: a standard error of 1/sqrt(3) minutes, and t with 2 degrees of freedom.
    half = 10 * (1 / 3**0.5) / 60 * 2.91999
    assert (found.hours_freed.low, found.hours_freed.high) == pytest.approx((0.8 - half, 0.8 + half), abs=1e-4)
    assert (found.freed_by, found.takes_off_cost, found.why_not_freed) == (1, True, None)
    total = told(scene).total
    assert total.hours_freed is not None
    assert total.hours_freed.value == pytest.approx(0.8)


def test_a_stated_baseline_has_no_interval_and_an_authors_word_is_none(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=Review(by_hand=timedelta(minutes=6)))
    at(scene, MONDAY)
    for number in range(10):
        scene.worked(id=number)
    before = own(scene)
    assert (before.hours_freed, before.why_not_freed) == (None, WhyNotFreed.NO_BASELINE)
    assert before.stated_by_hand == timedelta(minutes=6)
    record(scene, minutes=6.0)
    found = own(scene)
    assert found.hours_freed is not None
    assert (found.hours_freed.value, found.hours_freed.low, found.hours_freed.number) == (1.0, None, 0)
    assert found.by_hand == ByHand(minutes=6.0, timings=None)
    assert not found.takes_off_cost


def test_where_too_few_decisions_were_measured_no_hours_are_freed(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    record(scene, minutes=6.0)
    at(scene, MONDAY)
    scene.approve(scene.worked())
    scene.world.work()
    found = own(scene)
    assert (found.hours_freed, found.why_not_freed) == (None, WhyNotFreed.NOT_MEASURED)


def test_errors_are_estimated_from_spot_checks_with_their_weights(make_world: MakeWorld) -> None:
    """Twenty looks at a probability of a half and ten at a tenth, one of these wrong: 10 of 140."""
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=1))
    at(scene, MONDAY)
    for number in range(30):
        scene.worked(id=number)
    checks = rows(scene.world, schema.SpotCheck)
    assert len(checks) == 30

    def settle(some: list[schema.SpotCheck], probability: float, *, wrong: bool = False) -> None:
        with scene.world.database.write() as session:
            session.execute(
                update(schema.SpotCheck)
                .where(schema.SpotCheck.id.in_([one.id for one in some]))
                .values(state=SpotCheckState.DECIDED, probability=probability, is_error=wrong)
            )

    settle(checks[:20], 0.5)
    settle(checks[20:29], 0.1)
    few = own(scene)
    assert (few.looks, few.wrong_share) == (29, None)
    settle(checks[29:], 0.1, wrong=True)
    found = own(scene)
    assert found.wrong_share is not None
    assert found.looks == found.wrong_share.number == 30
    assert found.wrong_share.value == pytest.approx(10 / 140)
    assert found.wrong_share.low is not None
    assert found.wrong_share.high is not None
    assert 0 < found.wrong_share.low < 10 / 140 < found.wrong_share.high < 0.3


def test_the_newest_of_each_figure_counts_and_the_earlier_ones_are_kept(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    record(scene, minutes_of([300, 360]), cost_per_hour=Decimal("42.5"), error_rate=0.04)
    scene.world.clock.move(DAY)
    record(scene, minutes=5.0)
    (view,) = baselines.baselines_of(scene.world.context, "sample")
    newest = {name: found for name in FigureName if (found := view.newest(name)) is not None}
    assert {name: (figure.value, recording.source) for name, (figure, recording) in newest.items()} == {
        FigureName.MINUTES: (5.0, Source.STATED),
        FigureName.ERROR_RATE: (0.04, Source.STATED),
        FigureName.COST_PER_HOUR: (Decimal("42.5"), Source.STATED),
    }
    assert [recording.source for recording in view.recordings] == [Source.STATED, Source.STATED, Source.TIMINGS]
    assert {recording.by for recording in view.recordings} == {"cli:ana"}
    acts = [row for row in rows(scene.world, schema.AuditRow) if row.action == "baseline.recorded"]
    assert [(row.actor, row.details["source"]) for row in acts] == [
        ("cli:ana", "timings"),
        ("cli:ana", "stated"),
        ("cli:ana", "stated"),
    ]
    assert [one.workflow for one in baselines.baselines_of(scene.world.context)] == ["sample"]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({}, "nothing to record"),
        ({"minutes": 0.0}, "minutes is above 0"),
        ({"error_rate": 1.5}, "error rate is 0 to 1"),
        ({"minutes": float("nan")}, "minutes is above 0"),
    ],
)
def test_what_cannot_be_a_baseline_is_refused(make_world: MakeWorld, figures: dict[str, float], said: str) -> None:
    scene = sample(make_world)
    with pytest.raises(Refused, match=said):
        record(scene, **figures)
    with pytest.raises(Refused, match="at once"):
        record(scene, minutes_of([60]), minutes=1.0)
    with pytest.raises(Unknown):
        baselines.record(scene.world.context, "gone", measured=[], said=[], source=Source.STATED, by="cli:ana")
    assert rows(scene.world, schema.Baseline) == []


def test_empty_forms_are_the_stopwatch(make_world: MakeWorld) -> None:
    """Those of cases whose proposal a person had seen and rejected are none: it had told them something."""
    scene = sample(make_world, autonomy=DRAFT)
    context = scene.world.context
    for number, seconds in enumerate((240, 300, 360, 420)):
        answered(scene, scene.worked(id=number, language="fr"), seconds)
    seen = scene.worked(id=10)
    scene.reject(seen, Follows.BY_HAND)
    answered(scene, seen, 5)
    with pytest.raises(Refused, match="4 empty forms of sample were answered and timed"):
        baselines.from_forms(context, "sample", days=28)
    answered(scene, scene.worked(id=11, language="fr"), 480)
    figure = baselines.from_forms(context, "sample", days=28)
    assert (figure.value, figure.number) == (6.0, 5)
    scene.world.clock.move(29 * DAY)
    with pytest.raises(Refused, match="0 empty forms"):
        baselines.from_forms(context, "sample", days=28)


def answered(scene: Scene, case: int, seconds: float) -> None:
    """Answer a case in its empty form, so many seconds after it was opened."""
    opened(scene, case, seconds)
    scene.edit(case, queue="delivery")
    scene.world.work()


def test_each_number_of_each_workflow_is_a_record(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, MONDAY)
    scene.worked()
    figures = told(scene)
    table = job_called(JobName.NUMBERS).records(figures)
    assert {record["workflow"] for record in table} == {"", "sample"}
    (resolved,) = [one for one in table if one["workflow"] == "sample" and one["number"] == "resolved"]
    assert (resolved["value"], resolved["unit"]) == (1, "cases")


def test_another_teams_cases_are_in_no_number(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at(scene, MONDAY)
    scene.worked()
    with scene.world.database.write() as session:
        other = schema.Team(name="other", created_at=scene.world.clock())
        session.add(other)
        session.flush()
        team = other.id
    context = replace(scene.world.context, team=team)
    at(scene, NEXT, 8)
    view = preview(context, JobName.NUMBERS, today=NEXT, zone=BERLIN)
    assert isinstance(view.figures, NumberFigures)
    assert view.figures.total.is_quiet
