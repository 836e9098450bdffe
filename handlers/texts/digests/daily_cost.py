"""The course of the cost in charts: a fortnight, or a month in two halves, since a chart has no room for 31 days."""

from collections.abc import Sequence
from decimal import Decimal

from handlers.texts.charts import Chart, ChartKind, Series
from handlers.texts.digests.cents import in_cents
from handlers.texts.digests.days import short
from handlers.texts.measures import Unit
from workflows.engine.digests.cost.views import CostFigures, DayCost
from workflows.engine.text.sanitize import one_line

_LINES = 4
"""Workflows with a line of their own; the others are one line."""
_MOST = 20
"""Days of one chart."""
_NAME = 60


def course(figures: CostFigures) -> list[Chart]:
    """Return the charts of the cost by day and workflow; none where one day alone is known, or nothing was spent."""
    days = figures.days
    totals: dict[str, Decimal] = {}
    for day in days:
        for name, cost in day.dollars.items():
            totals[name] = totals.get(name, Decimal(0)) + cost
    if len(days) < 2 or not totals:
        return []
    dearest = sorted(totals, key=lambda name: (-totals[name], name))
    half = (len(days) + 1) // 2 if len(days) > _MOST else len(days)
    return [_chart([_rounded(day) for day in part], dearest) for part in (days[:half], days[half:]) if part]


def _rounded(day: DayCost) -> DayCost:
    """Round a day to cents that add up, as the table of the workflows does."""
    order = sorted(day.dollars, key=lambda name: (-day.dollars[name], name))
    cents = in_cents([day.dollars[name] for name in order])
    return DayCost(day=day.day, dollars=dict(zip(order, cents, strict=True)))


def _chart(days: Sequence[DayCost], dearest: Sequence[str]) -> Chart:
    named = dearest if len(dearest) <= _LINES + 1 else dearest[:_LINES]
    others = dearest[len(named) :]
    series = [
        Series(name=one_line(name, _NAME), values=[day.dollars.get(name, Decimal(0)) for day in days]) for name in named
    ]
    if others:
        rest = [sum((day.dollars.get(name, Decimal(0)) for name in others), Decimal(0)) for day in days]
        series.append(Series(name=f"{len(others)} others", values=rest))
    return Chart(
        title=f"Cost by day, {short(days[0].day)} to {short(days[-1].day)}",
        kind=ChartKind.LINE,
        measure="Cost",
        unit=Unit.DOLLARS,
        places=[short(day.day) for day in days],
        series=series,
    )
