"""The business numbers: gathered by workflow, and of all together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from store import schema
from store.db.percentiles import Percentiles
from store.quality import digests, numbers
from store.quality.numbers import Backlog, Measured
from store.states import LAPSES, Resolution
from workflows.engine.digests.days import Days
from workflows.engine.digests.numbers.baseline_views import BaselineView, FigureName
from workflows.engine.digests.numbers.baselines import by_workflow
from workflows.engine.digests.numbers.estimates import (
    FEWEST_MEASURED,
    Estimate,
    Looks,
    Sample,
    Work,
    hours_freed,
    sample_of,
    wrong_share,
)
from workflows.engine.digests.numbers.views import (
    ByHand,
    DayNumbers,
    NumberFigures,
    Numbers,
    Times,
    WhyNotFreed,
)
from workflows.engine.digests.scope import Scope

TREND = 14
"""Days of the trend, at least."""
_NO_LOOKS = Looks(number=0, weight=0.0, squares=0.0, wrong=0.0)
_NOTHING = Measured(decisions=0, measured=0, seconds=0.0, squares=0.0)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The numbers of a workflow, with what those of all together are made of."""

    numbers: Numbers
    measured: Measured
    looks: Looks
    backlog: Backlog | None
    decided: Sequence[int]
    """Reviews that people decided, for each day."""
    work: Work | None
    """None where no hours freed are told."""


@dataclass(frozen=True, kw_only=True)
class _Read:
    """All that was read."""

    first: int
    """Place of the digest's first day in the trend: what was read by day begins earlier."""
    taken_in: Mapping[int, int]
    ended: Mapping[tuple[int, Resolution], Sequence[int]]
    """Workflow's id and way -> cases for each day of the trend."""
    edited: Mapping[int, int]
    corrected: Mapping[int, Sequence[int]]
    cost: Mapping[int, Sequence[Decimal]]
    to_delivery: Mapping[int | None, Percentiles]
    to_decision: Mapping[int | None, Percentiles]
    decided: Mapping[int, Sequence[int]]
    measured: Mapping[int, Measured]
    backlog: Mapping[int, Backlog]
    looks: Mapping[int, Looks]
    baselines: Mapping[str, BaselineView]


def gather(session: Session, scope: Scope) -> NumberFigures:
    """Return the numbers of each workflow with something to tell, of all together, and the trend."""
    rows, days = scope.workflows(session), scope.days
    trend = days.ending(max(TREND, days.number))
    read = _read(session, scope, [row.id for row in rows], trend)
    stated = {workflow.name: workflow.review.by_hand for workflow in scope.context.registry}
    parts = [_part(row, read, stated.get(row.name)) for row in rows]
    return NumberFigures(
        total=_total(parts, read),
        workflows=[part.numbers for part in parts if not part.numbers.is_quiet],
        trend=_trend(read, trend, [row.id for row in rows]),
    )


def _read(session: Session, scope: Scope, workflows: Sequence[int], trend: Days) -> _Read:
    team, own, bounds = scope.team, scope.days.bounds, trend.bounds
    ended: dict[tuple[int, Resolution], list[int]] = {}
    for line in numbers.ended(session, team=team, workflows=workflows, days=bounds):
        ended.setdefault((line.workflow, line.resolution), [0] * trend.number)[line.day] = line.cases
    corrected = {id: [0] * trend.number for id in workflows}
    for (id, day), cases in numbers.corrected(session, team=team, workflows=workflows, days=bounds).items():
        corrected[id][day] = cases
    cost = {id: [Decimal(0)] * trend.number for id in workflows}
    for (id, day), dollars in numbers.cost(session, team=team, workflows=workflows, days=bounds).items():
        cost[id][day] = dollars
    decided = {id: [0] * scope.days.number for id in workflows}
    for (id, day), reviews in numbers.decided(session, team=team, workflows=workflows, days=own).items():
        decided[id][day] = reviews
    return _Read(
        first=trend.number - scope.days.number,
        taken_in=digests.taken_in(session, team=team, since=own[0], until=own[-1]),
        ended=ended,
        edited=numbers.edited(session, team=team, workflows=workflows, days=own),
        corrected=corrected,
        cost=cost,
        to_delivery=numbers.arrival_to_delivery(session, team=team, workflows=workflows, days=own),
        to_decision=numbers.card_to_decision(session, team=team, workflows=workflows, days=own),
        decided=decided,
        measured=numbers.measured(session, team=team, workflows=workflows, days=own),
        backlog=numbers.backlog(session, team=team, workflows=workflows),
        looks={
            id: Looks(number=found.number, weight=found.weight, squares=found.squares, wrong=found.wrong)
            for id, found in numbers.looks(session, team=team, workflows=workflows, days=own).items()
        },
        baselines=by_workflow(session, team=team),
    )


def _part(row: schema.Workflow, read: _Read, stated: timedelta | None) -> _Part:
    by_way = {way: sum(read.ended.get((row.id, way), [])[read.first :]) for way in Resolution}
    measured = read.measured.get(row.id, _NOTHING)
    seconds = _seconds(measured)
    looks, waits = read.looks.get(row.id, _NO_LOOKS), read.backlog.get(row.id)
    decided = read.decided[row.id]
    cost = sum(read.cost[row.id][read.first :], Decimal(0))
    found = Numbers(
        workflow=row.name,
        cases_in=read.taken_in.get(row.id, 0),
        alone=by_way[Resolution.ALONE],
        by_people=by_way[Resolution.BY_PERSON],
        rejected=by_way[Resolution.REJECTED],
        lapsed=sum(by_way[way] for way in LAPSES),
        edited=read.edited.get(row.id, 0),
        corrected=sum(read.corrected[row.id][read.first :]),
        arrival_to_delivery=_times(read.to_delivery.get(row.id)),
        card_to_decision=_times(read.to_decision.get(row.id)),
        decisions=measured.decisions,
        measured=measured.measured,
        seconds=seconds.mean if seconds is not None else None,
        cost=cost,
        backlog=waits.number if waits is not None else 0,
        oldest=waits.oldest if waits is not None else None,
        reviews_a_day=_median(decided),
        looks=looks.number,
        wrong_share=wrong_share(looks),
        hours_freed=None,
        freed_by=0,
        why_not_freed=None,
        by_hand=None,
        stated_by_hand=stated,
        takes_off_cost=False,
    )
    told, work = _with_hours(found, seconds, read.baselines.get(row.name))
    return _Part(numbers=told, measured=measured, looks=looks, backlog=waits, decided=decided, work=work)


def _with_hours(found: Numbers, seconds: Sample | None, baseline: BaselineView | None) -> tuple[Numbers, Work | None]:
    """Add the hours freed, where there is a baseline and people's time is known."""
    newest = baseline.newest(FigureName.MINUTES) if baseline is not None else None
    if baseline is None or newest is None:
        return replace(found, why_not_freed=WhyNotFreed.NO_BASELINE), None
    figure, per_hour = newest[0], baseline.newest(FigureName.COST_PER_HOUR)
    minutes = float(figure.value)
    told = replace(found, by_hand=ByHand(minutes=minutes, timings=figure.number))
    if found.decisions and seconds is None:
        return replace(told, why_not_freed=WhyNotFreed.NOT_MEASURED), None
    dollars = per_hour[0].value if per_hour is not None else 0
    work = Work(
        cases=found.alone + found.by_people,
        minutes=Sample(number=figure.number or 0, mean=minutes, deviation=figure.deviation),
        decisions=found.decisions,
        seconds=seconds if found.decisions else None,
        paid=float(found.cost / Decimal(dollars)) if dollars else 0.0,
    )
    return replace(told, hours_freed=hours_freed([work]), freed_by=1, takes_off_cost=bool(dollars)), work


def _total(parts: Sequence[_Part], read: _Read) -> Numbers:
    each = [part.numbers for part in parts]
    decided = [sum(day) for day in zip(*(part.decided for part in parts), strict=True)]
    measured = Measured(
        decisions=sum(part.measured.decisions for part in parts),
        measured=sum(part.measured.measured for part in parts),
        seconds=sum(part.measured.seconds for part in parts),
        squares=sum(part.measured.squares for part in parts),
    )
    looks = Looks(
        number=sum(part.looks.number for part in parts),
        weight=sum(part.looks.weight for part in parts),
        squares=sum(part.looks.squares for part in parts),
        wrong=sum(part.looks.wrong for part in parts),
    )
    seconds, works = _seconds(measured), [part.work for part in parts if part.work is not None]
    freed: Estimate | None = hours_freed(works) if works else None
    why = None
    if freed is None:
        is_known = any(one.by_hand is not None for one in each)
        why = WhyNotFreed.NOT_MEASURED if is_known else WhyNotFreed.NO_BASELINE
    waits = [part.backlog for part in parts if part.backlog is not None]
    return Numbers(
        workflow=None,
        cases_in=sum(one.cases_in for one in each),
        alone=sum(one.alone for one in each),
        by_people=sum(one.by_people for one in each),
        rejected=sum(one.rejected for one in each),
        lapsed=sum(one.lapsed for one in each),
        edited=sum(one.edited for one in each),
        corrected=sum(one.corrected for one in each),
        arrival_to_delivery=_times(read.to_delivery.get(None)),
        card_to_decision=_times(read.to_decision.get(None)),
        decisions=measured.decisions,
        measured=measured.measured,
        seconds=seconds.mean if seconds is not None else None,
        cost=sum((one.cost for one in each), Decimal(0)),
        backlog=sum(one.number for one in waits),
        oldest=min((one.oldest for one in waits), default=None),
        reviews_a_day=_median(decided),
        looks=looks.number,
        wrong_share=wrong_share(looks),
        hours_freed=freed,
        freed_by=len(works),
        why_not_freed=why,
        by_hand=None,
        stated_by_hand=None,
        takes_off_cost=bool(works) and all(one.takes_off_cost for one in each if one.hours_freed is not None),
    )


def _trend(read: _Read, trend: Days, workflows: Sequence[int]) -> list[DayNumbers]:
    def ended(place: int, *ways: Resolution) -> int:
        return sum(read.ended[key][place] for key in read.ended if key[1] in ways)

    return [
        DayNumbers(
            day=day,
            alone=ended(place, Resolution.ALONE),
            by_people=ended(place, Resolution.BY_PERSON),
            rejected=ended(place, Resolution.REJECTED),
            lapsed=ended(place, *LAPSES),
            corrected=sum(read.corrected[id][place] for id in workflows),
            cost=sum((read.cost[id][place] for id in workflows), Decimal(0)),
        )
        for place, day in enumerate(trend)
    ]


def _seconds(measured: Measured) -> Sample | None:
    """Return the seconds of a decision; None where too few were measured."""
    if measured.measured < FEWEST_MEASURED:
        return None
    return sample_of(measured.measured, measured.seconds, measured.squares)


def _times(found: Percentiles | None) -> Times | None:
    return Times(number=found.number, p50=found.p50, p90=found.p90) if found is not None else None


def _median(days: Sequence[int]) -> int | None:
    """Return the median of the days with any: the lower one of two, as every percentile is one of the values."""
    some = sorted(number for number in days if number)
    return some[(len(some) - 1) // 2] if some else None
