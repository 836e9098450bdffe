"""Usual days: a day's cost beside those of the same weekday before, and the days that stand out. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from workflows.engine.digests.cost.views import NOTABLE, Anomaly
from workflows.engine.digests.days import FEWEST_USUAL, USUAL_WEEKS

WEEKS = 8
"""Weeks before a day within which its weekdays are compared for an anomaly."""
_TIMES = 3
"""An anomaly costs more than so many times the median."""
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class DailyCost:
    """The cost of one workflow, or of all, by local date."""

    workflow: str | None
    """None: all."""
    dollars: Mapping[date, Decimal]
    """A day that is not in it cost nothing."""
    with_cases: Collection[date]
    """Days on which cases came in: only with these a day is compared."""


def usual(daily: DailyCost, days: Iterable[date]) -> Decimal | None:
    """Return what usual days in place of these would have cost; None where one of them has too few to compare with."""
    each = [_median(daily, day, USUAL_WEEKS) for day in days]
    known = [one for one in each if one is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(each) else None


def anomalies(workflows: Sequence[DailyCost], together: DailyCost, days: Iterable[date]) -> list[Anomaly]:
    """Return the days that stand out, by date and, of one date, the highest above its usual first.

    All workflows together are named only on a day on which none of them stands out by itself.
    """
    found = []
    for day in days:
        named = [one for one in (_anomaly(daily, day) for daily in workflows) if one is not None]
        of_all = _anomaly(together, day)
        found += sorted(named, key=lambda one: (one.usual - one.dollars, one.workflow or ""))
        if of_all is not None and not named:
            found.append(of_all)
    return found


def _anomaly(daily: DailyCost, day: date) -> Anomaly | None:
    before, cost = _median(daily, day, WEEKS), daily.dollars.get(day, Decimal(0))
    if before is None or cost <= _TIMES * before or cost <= NOTABLE:
        return None
    return Anomaly(workflow=daily.workflow, day=day, dollars=cost, usual=before)


def _median(daily: DailyCost, day: date, weeks: int) -> Decimal | None:
    """Return the median of the same weekdays before a day; None where they are too few."""
    before = [day - number * _WEEK for number in range(1, weeks + 1)]
    costs = [daily.dollars.get(one, Decimal(0)) for one in before if one in daily.with_cases]
    return median(costs) if len(costs) >= FEWEST_USUAL else None
