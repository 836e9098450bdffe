"""The business numbers as a table for a spreadsheet: a record for each workflow and number."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from workflows.engine.digests.numbers.definitions import NumberName
from workflows.engine.digests.numbers.estimates import Estimate
from workflows.engine.digests.numbers.views import NumberFigures, Numbers, Times

Record = dict[str, str | int | float | Decimal | None]
_N = NumberName


def records(figures: NumberFigures) -> list[Record]:
    """Return the numbers of all together, whose workflow is empty, and then of each workflow.

    A number that is not known has no value; `n` is how many cases, decisions or looks it rests on, where it is an
    estimate or a percentile.
    """
    return [record for one in (figures.total, *figures.workflows) for record in _of(one)]


def _of(one: Numbers) -> Iterator[Record]:
    cases, dollars, seconds, share, hours = "cases", "dollars", "seconds", "share", "hours"
    yield _record(one, _N.CASES_IN, cases, one.cases_in)
    yield _record(one, _N.RESOLVED, cases, one.resolved)
    yield _record(one, _N.ALONE, cases, one.alone)
    yield _record(one, _N.STRAIGHT_THROUGH, share, one.straight_through, number=one.resolved)
    yield _record(one, _N.REVIEWED, cases, one.reviewed)
    yield _record(one, _N.EDITED, cases, one.edited)
    yield _record(one, _N.REJECTED, cases, one.rejected)
    yield _record(one, _N.CORRECTED, cases, one.corrected)
    yield from _times(one, _N.ARRIVAL_TO_DELIVERY, one.arrival_to_delivery)
    yield from _times(one, _N.CARD_TO_DECISION, one.card_to_decision)
    yield _record(one, _N.TIME_PER_DECISION, seconds, one.seconds, number=one.measured)
    yield _record(one, _N.PEOPLES_TIME, seconds, _seconds(one.peoples_time), number=one.decisions)
    yield _record(one, _N.TIME_PER_CASE, seconds, _seconds(one.time_per_case), number=one.reviewed)
    yield _record(one, _N.COST, dollars, one.cost)
    yield _record(one, _N.COST_PER_CASE, dollars, one.cost_per_case, number=one.resolved)
    yield _estimate(one, _N.HOURS_FREED, hours, one.hours_freed)
    yield _estimate(one, _N.ERRORS_PER_THOUSAND, cases, one.wrong_share, times=1000, number=one.looks)
    yield _record(one, _N.BACKLOG, cases, one.backlog)
    yield _record(one, _N.REVIEWS_A_DAY, "reviews", one.reviews_a_day)


def _record(
    one: Numbers,
    name: str,
    unit: str,
    value: float | Decimal | None,
    *,
    low: float | None = None,
    high: float | None = None,
    number: int | None = None,
) -> Record:
    return {
        "workflow": one.workflow or "",
        "number": str(name),
        "unit": unit,
        "value": value,
        "low": low,
        "high": high,
        "n": number,
    }


def _times(one: Numbers, name: str, times: Times | None) -> Iterator[Record]:
    number, p50, p90 = (times.number, times.p50, times.p90) if times is not None else (0, None, None)
    for part, value in (("p50", p50), ("p90", p90)):
        yield _record(one, f"{name}_{part}", "seconds", _seconds(value), number=number)


def _estimate(
    one: Numbers, name: str, unit: str, found: Estimate | None, *, times: int = 1, number: int | None = None
) -> Record:
    if found is None:
        return _record(one, name, unit, None, number=number)
    low, high = (None if end is None else end * times for end in (found.low, found.high))
    return _record(one, name, unit, found.value * times, low=low, high=high, number=found.number)


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()
