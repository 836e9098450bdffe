"""The recount of the reports' numbers counts what a person counts on a few rows."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import sqrt
from zoneinfo import ZoneInfo

import pytest

from store import schema
from store.states import Resolution, ReviewState, RunState
from tests.integration.engine.digests.recount import (
    Baseline,
    Kept,
    Look,
    Numbers,
    Span,
    anomalies,
    costs,
    edits,
    errors_per_thousand,
    hours_freed,
    numbers,
    percentile,
    rejections,
    summed,
    usual,
)

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2025, 6, 2)
DAY = Span(first=MONDAY, last=MONDAY, zone=BERLIN)
MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    """A time of a day in Berlin, where it is summer."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def workflow(id: int = 1, name: str = "triage") -> schema.Workflow:
    return schema.Workflow(id=id, name=name)


def case(id: int, received_at: datetime, *, of: int = 1) -> schema.Case:
    return schema.Case(id=id, workflow_id=of, received_at=received_at)


def run(
    id: int,
    case: int,
    ended_at: datetime,
    resolution: Resolution | None = Resolution.ALONE,
    state: RunState = RunState.DELIVERED,
    *,
    correction: int = 0,
    of: int = 1,
) -> schema.Run:
    return schema.Run(
        id=id,
        case_id=case,
        workflow_id=of,
        state=state,
        resolution=resolution,
        correction=correction,
        changed_at=ended_at,
    )


def review(
    id: int, run: int, case: int, opened_at: datetime, state: ReviewState = ReviewState.DECIDED, *, of: int = 1
) -> schema.Review:
    return schema.Review(id=id, run_id=run, case_id=case, workflow_id=of, opened_at=opened_at, state=state)


def decision(
    id: int,
    review: int,
    at: datetime,
    kind: str = "approved",
    *,
    seconds: float | None = None,
    revoked_at: datetime | None = None,
) -> schema.Decision:
    return schema.Decision(id=id, review_id=review, at=at, kind=kind, seconds=seconds, revoked_at=revoked_at)


def request(
    id: int,
    began_at: datetime,
    cost: str | None,
    *,
    case: int | None = 1,
    run: int | None = 1,
    model: str = "m-large",
    prompt: str = "p1",
    reserved: str = "0",
    cached_from: int | None = None,
) -> schema.ModelRequest:
    return schema.ModelRequest(
        id=id,
        workflow="triage",
        case_id=case,
        run_id=run,
        model=model,
        prompt_version=prompt,
        began_at=began_at,
        cost=Decimal(cost) if cost is not None else None,
        reserved=Decimal(reserved),
        cached_from=cached_from,
    )


def step(id: int, run: int, started_at: datetime, cost: str, *, recalled_from: int | None = None) -> schema.Step:
    return schema.Step(id=id, run_id=run, started_at=started_at, cost=Decimal(cost), recalled_from=recalled_from)


def by_day(dollars: Iterable[str], *, day: date = MONDAY) -> dict[date, Decimal]:
    """The last number is of this day, and the others of the same weekday in the weeks before."""
    found = [Decimal(one) for one in dollars]
    return {day - timedelta(weeks=len(found) - 1 - place): one for place, one in enumerate(found)}


FEW = Kept(
    workflows=[workflow(), workflow(2, "refunds")],
    cases=[
        case(1, at(0)),
        case(2, at(9)),
        case(3, at(10)),
        case(4, at(11)),
        case(5, at(12)),
        case(6, at(23, 59)),
        case(7, at(0, day=date(2025, 6, 3))),
        case(8, at(8), of=2),
        case(9, at(7)),
    ],
    runs=[
        run(1, 1, at(0, 1)),
        # It failed, and was run again.
        run(2, 2, at(9, 5), None, RunState.SUPERSEDED),
        run(3, 2, at(9, 30)),
        # A person edited it, then it was reported wrong and corrected.
        run(4, 3, at(10, 40), Resolution.BY_PERSON),
        run(5, 3, at(18), Resolution.BY_PERSON, correction=1),
        run(6, 4, at(11, 20), Resolution.REJECTED, RunState.CLOSED),
        run(7, 5, at(20), Resolution.EXPIRED, RunState.CLOSED),
        run(8, 6, at(23, 59, day=MONDAY), None, RunState.WAITING),
        run(9, 7, at(0, 1, day=date(2025, 6, 3))),
        run(10, 8, at(8, 30), Resolution.BY_PERSON, of=2),
        # A demonstration.
        run(11, 9, at(7, 30)),
    ],
    proposals=[schema.Proposal(id=1, run_id=11, sample=True), schema.Proposal(id=2, run_id=1, sample=False)],
    reviews=[
        review(1, 4, 3, at(10, 10)),
        review(2, 5, 3, at(17)),
        review(3, 6, 4, at(11, 5)),
        review(4, 7, 5, at(12)),
        review(5, 8, 6, at(23, 59), ReviewState.OPEN),
        review(6, 10, 8, at(8, 5), of=2),
    ],
    decisions=[
        decision(1, 1, at(10, 20), "approved", seconds=100, revoked_at=at(10, 22)),
        decision(2, 1, at(10, 40), "edited", seconds=20),
        decision(3, 2, at(18), "edited"),
        decision(4, 3, at(11, 20), "rejected", seconds=40),
        decision(5, 4, at(20), "expired"),
        decision(6, 6, at(8, 30), "approved", seconds=30),
    ],
)


def test_cases_are_counted_by_how_they_came_to_their_end() -> None:
    """By hand: 1 and 2 alone, 3 and 8 by a person, 4 rejected, 5 expired; 6 waits, 7 is the next day's, 9 a sample."""
    found = numbers(FEW, DAY)
    assert (found.cases_in, found.resolved, found.alone, found.by_person) == (7, 6, 2, 2)
    assert (found.rejected, found.lapsed, found.reviewed, found.edited, found.corrected) == (1, 1, 3, 1, 1)
    assert found.straight_through == pytest.approx(1 / 3)


def test_each_workflow_has_its_own() -> None:
    one, other, both = (numbers(FEW, DAY, workflow=name) for name in ("triage", "refunds", None))
    assert (other.cases_in, other.by_person, other.decided) == (1, 1, 1)
    assert (one.cases_in + other.cases_in, one.resolved + other.resolved) == (both.cases_in, both.resolved)


def test_times_are_those_that_half_and_nine_of_ten_do_not_exceed() -> None:
    """From arrival: 1, 20, 30, 30, 40 and 480 minutes. From card to decision: 15, 25, 30 and, corrected, 60."""
    found = numbers(FEW, DAY)
    assert found.arrival_to_delivery == (30 * MINUTE, 480 * MINUTE)
    assert found.card_to_decision == (25 * MINUTE, 60 * MINUTE)


def test_a_decision_that_was_taken_back_took_time_and_a_lapse_took_none() -> None:
    found = numbers(FEW, DAY)
    assert (found.decided, found.seconds) == (5, (100, 20, 40, 30))
    assert found.seconds_each is None, "four say little"
    assert found.reviews_a_day == 4, "what was taken back decided nothing"


def test_what_waits_waits_since_its_card_was_opened() -> None:
    found = numbers(FEW, DAY)
    assert (found.backlog, found.oldest) == (1, at(23, 59))


def test_of_a_case_that_ended_twice_the_last_end_counts() -> None:
    twice = Kept(
        workflows=[workflow()],
        cases=[case(1, at(8))],
        runs=[run(1, 1, at(9)), run(2, 1, at(10), Resolution.REJECTED, RunState.CLOSED)],
    )
    found = numbers(twice, DAY)
    assert (found.resolved, found.alone, found.rejected) == (1, 0, 1)
    assert found.arrival_to_delivery == (120 * MINUTE, 120 * MINUTE)


def test_a_decision_counts_for_the_rerun_that_delivered_it() -> None:
    """The rerun has no review of its own."""
    rerun = Kept(
        workflows=[workflow()],
        cases=[case(1, at(8))],
        runs=[
            run(1, 1, at(9), Resolution.BY_PERSON, RunState.SUPERSEDED),
            run(2, 1, at(10), Resolution.BY_PERSON),
        ],
        reviews=[review(1, 1, 1, at(8))],
        decisions=[decision(1, 1, at(8, 50), "edited")],
    )
    assert numbers(rerun, DAY).edited == 1


@pytest.mark.parametrize(
    ("values", "part", "found"),
    [([], 0.5, None), ([7], 0.9, 7), ([1, 2], 0.5, 1), ([1, 2, 3], 0.5, 2), (range(1, 11), 0.9, 9), ([3, 1], 1.0, 3)],
)
def test_a_percentile_is_one_of_the_values(values: Iterable[int], part: float, found: int | None) -> None:
    assert percentile(values, part) == found


SPENT = Kept(
    workflows=[workflow()],
    cases=[case(1, at(8)), case(2, at(8)), case(3, at(8))],
    runs=[run(1, 1, at(9)), run(2, 2, at(9)), run(3, 3, at(9))],
    proposals=[schema.Proposal(id=1, run_id=3, sample=True)],
    requests=[
        request(1, at(8), "0.0031"),
        request(2, at(8, 1), None, reserved="0.02"),
        request(3, at(8, 2), "0", cached_from=1),
        request(4, at(8, 3), "0.4", case=None, run=None),
        request(5, at(0, day=date(2025, 6, 3)), "5"),
        request(6, at(8, 4), "0.0009", model="m-small", prompt="p2"),
        request(7, at(8, 5), "9", case=3, run=3),
    ],
    steps=[
        step(1, 1, at(8), "0.0231"),
        step(2, 2, at(8), "0.0004"),
        step(3, 2, at(8), "0.0004", recalled_from=2),
        step(4, 3, at(8), "1"),
    ],
)


def test_cost_is_what_requests_and_steps_without_one_took() -> None:
    """By hand: 0.0031 + 0.02 reserved + 0.0009 + 0.0004. Neither evals, samples, the next day nor a step twice."""
    found = numbers(SPENT, DAY)
    assert found.cost == Decimal("0.0244")
    assert found.cost_per_case == Decimal("0.0122"), "two cases came to their end"


def test_money_adds_up_by_whatever_it_is_told() -> None:
    lines = costs(SPENT, DAY)
    assert summed(lines, lambda line: line.model) == {
        "m-large": Decimal("0.0231"),
        "m-small": Decimal("0.0009"),
        None: Decimal("0.0004"),
    }
    assert summed(lines, lambda line: line.case) == {1: Decimal("0.024"), 2: Decimal("0.0004")}
    assert sum(line.saved for line in lines) == Decimal("0.0031")


@pytest.mark.parametrize(
    ("dollars", "found"),
    [
        (["1", "9", "3", "2", "5"], "2"),
        (["1", "9", "3", "5"], "3"),
        (["1", "9", "5"], None),
        (["100", "1", "2", "3", "4", "5"], "2"),
    ],
)
def test_the_usual_day_is_the_median_of_the_same_weekday_in_four_weeks(dollars: list[str], found: str | None) -> None:
    assert usual(by_day(dollars), MONDAY) == (None if found is None else Decimal(found))


@pytest.mark.parametrize(
    ("dollars", "is_one"),
    [
        (["1", "1", "1", "1", "3.01"], True),
        (["1", "1", "1", "1", "3"], False),
        (["0.1", "0.1", "0.1", "0.1", "1"], False),
        (["1", "1", "50"], False),
    ],
)
def test_an_anomaly_is_more_than_three_times_the_usual_and_more_than_a_dollar(dollars: list[str], is_one: bool) -> None:
    assert (MONDAY in anomalies(by_day(dollars))) == is_one


def test_errors_are_estimated_from_looks_by_their_probability() -> None:
    """By hand: one of 30 with weight 10, the others with weight 2: 10 of 68 and, by weight, 68² / 216 looks."""
    looks = [Look(is_wrong=True, probability=0.1), *[Look(is_wrong=False, probability=0.5)] * 29]
    found = errors_per_thousand(looks)
    assert found is not None
    assert found.value == pytest.approx(1000 * 10 / 68)
    for end in (found.low / 1000, found.high / 1000):
        # Were this the share, what was seen would lie that many standard errors away.
        away = (10 / 68 - end) / sqrt(end * (1 - end) / (68**2 / 216))
        assert abs(away) == pytest.approx(1.6448536)
    assert errors_per_thousand(looks[1:]) is None, "29 are too few"


def test_where_no_look_found_an_error_the_interval_begins_at_none() -> None:
    found = errors_per_thousand([Look(is_wrong=False, probability=0.2)] * 100)
    assert found is not None
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(1000 * 1.6448536**2 / (100 + 1.6448536**2), abs=0.01)


def lived(*, seconds: Iterable[float]) -> Numbers:
    """60 alone, 35 by people, 5 rejected, 7 lapsed, for 30 dollars."""
    return Numbers(
        cases_in=107,
        alone=60,
        by_person=35,
        rejected=5,
        lapsed=7,
        edited=4,
        corrected=1,
        arrival_to_delivery=(None, None),
        card_to_decision=(None, None),
        decided=40,
        seconds=tuple(seconds),
        cost=Decimal(30),
        backlog=0,
        oldest=None,
        reviews_a_day=None,
    )


def by_hand(*, timings: int | None, deviation: float | None = None) -> Baseline:
    return Baseline(minutes=6, timings=timings, deviation=deviation, cost_per_hour=Decimal(60))


def test_hours_freed_are_net_of_people_and_models() -> None:
    """By hand: 95 cases of 6 minutes are 9.5 h, 40 decisions of 90 s are 1 h, and 30 dollars half an hour at 60."""
    found = hours_freed(lived(seconds=[80, 100] * 10), by_hand(timings=None))
    assert found is not None
    assert (found.value, found.low, found.high) == (8, 8, 8)
    assert hours_freed(lived(seconds=[90] * 4), by_hand(timings=None)) is None, "four say little"


def test_the_interval_of_hours_freed_carries_both_errors_through() -> None:
    """By hand: 3 minutes by the root of 36 are 0.5 min, times 95 cases 0.7917 h. The seconds all being the same, they
    add nothing; and with a deviation of 10.2598 s over 20, 40 decisions add 0.02549 h.
    """
    found = hours_freed(lived(seconds=[90] * 20), by_hand(timings=36, deviation=3))
    assert found is not None
    assert found.high - found.value == pytest.approx(1.6448536 * 0.791667, abs=1e-6)
    found = hours_freed(lived(seconds=[80, 100] * 10), by_hand(timings=36, deviation=3))
    assert found is not None
    assert found.value - found.low == pytest.approx(1.6448536 * sqrt(0.791667**2 + 0.025491**2), abs=1e-5)


def test_fewer_than_30_timings_make_the_interval_wider() -> None:
    """By hand: 3 minutes by the root of 9 are 1 min, times 95 cases 1.5833 h; t with 8 degrees of freedom is 1.860."""
    found = hours_freed(lived(seconds=[90] * 20), by_hand(timings=9, deviation=3))
    assert found is not None
    assert found.high - found.low == pytest.approx(2 * 1.860 * 1.583333, abs=1e-5)


def test_edits_are_told_by_field_and_rejections_by_reason() -> None:
    rows = Kept(
        workflows=[workflow()],
        cases=[case(1, at(8)), case(2, at(8))],
        runs=[run(1, 1, at(9), Resolution.BY_PERSON), run(2, 2, at(9), Resolution.REJECTED, RunState.CLOSED)],
        proposals=[schema.Proposal(id=1, run_id=1, sample=False, content_id=1)],
        reviews=[review(1, 1, 1, at(8)), review(2, 2, 2, at(8))],
        decisions=[decision(1, 1, at(9), "edited"), decision(2, 2, at(9), "rejected")],
        contents={
            1: '{"output": {"queue": "billing", "reply": "Hi", "note": ""}}',
            2: '{"queue": "safety", "reply": "Hi", "note": "call"}',
            3: '"spam"',
        },
    )
    rows.reviews[0].proposal_id, rows.decisions[0].output_id, rows.decisions[1].reason_id = 1, 2, 3
    assert edits(rows, DAY) == {("triage", "queue", "billing", "safety"): 1, ("triage", "note", "", "call"): 1}
    assert rejections(rows, DAY) == {("triage", "spam"): 1}
