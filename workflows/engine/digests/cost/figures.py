"""The figures of the cost report: read in a few sums of the database, the rest is computed from these."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypedDict

from sqlalchemy.orm import Session

from store.governance import teams
from store.model import prompt_versions, spending
from store.quality import costs, digests
from store.quality.costs import RequestLine, Span
from workflows.engine.digests.cost.forecast import forecast
from workflows.engine.digests.cost.savings import Bought, cheaper
from workflows.engine.digests.cost.usual import WEEKS, DailyCost, anomalies, usual
from workflows.engine.digests.cost.views import (
    BudgetUse,
    Cheaper,
    CostFigures,
    CostLine,
    DayCost,
    DearCase,
    MonthCost,
    PromptFile,
    Reused,
    WorkflowCost,
)
from workflows.engine.digests.days import DAY, Days
from workflows.engine.digests.periods import Every, day_after, first_day
from workflows.engine.digests.scope import Scope
from workflows.model.port import Usage

_CASES = 3
"""Number of the most expensive cases that are named."""
_PICTURE = 14
"""Days of a daily report's picture."""
_Before = Callable[[DailyCost], Decimal | None]
"""Returns the cost that days are compared with; None where too little is known."""


class _SpanOf(TypedDict):
    """The arguments of a query about the days of a report."""

    team: int
    since: datetime
    until: datetime
    workflow: str | None


@dataclass(frozen=True, kw_only=True)
class _History:
    """The cost by day, of the report's days and of the weeks before."""

    days: Days
    dollars: Mapping[str, Mapping[date, Decimal]]
    """Workflow -> day -> cost, for the days that cost something."""
    with_cases: Mapping[str, frozenset[date]]
    """Workflow -> days on which cases came in."""
    begun: date | None
    """The first day on which anything came in, or cost something; None: on none."""

    def daily(self) -> list[DailyCost]:
        """Return the daily cost of each workflow."""
        names = sorted({*self.dollars, *self.with_cases})
        return [
            DailyCost(
                workflow=name, dollars=self.dollars.get(name, {}), with_cases=self.with_cases.get(name, frozenset())
            )
            for name in names
        ]

    def together(self) -> DailyCost:
        """Return the daily cost of all workflows together."""
        return DailyCost(
            workflow=None,
            dollars={day: self.on(day) for day in self.days},
            with_cases=frozenset[date]().union(*self.with_cases.values()),
        )

    def on(self, day: date) -> Decimal:
        """Return the cost of a day."""
        return sum((of_day.get(day, Decimal(0)) for of_day in self.dollars.values()), Decimal(0))


def gather_day(session: Session, scope: Scope) -> CostFigures:
    """Return the figures of a day, or of several where days had no report of their own."""
    picture = scope.days.ending(_PICTURE)
    return _gather(session, scope, _history(session, scope), picture, lambda daily: usual(daily, scope.days))


def gather_month(session: Session, scope: Scope) -> CostFigures:
    """Return the figures of a month, or of several where months had no report of their own."""
    history = _history(session, scope)
    month = Days(first=first_day(Every.MONTH, scope.days.last), last=scope.days.last, zone=scope.days.zone)
    before = Days(first=first_day(Every.MONTH, month.first - DAY), last=month.first - DAY, zone=scope.days.zone)
    born = teams.made_at(session, team=scope.team).astimezone(scope.days.zone).date()
    is_known = scope.days.first == month.first and history.begun is not None
    is_whole = is_known and max(born, history.begun or born) <= before.first

    def of_month_before(daily: DailyCost) -> Decimal | None:
        return sum((daily.dollars.get(day, Decimal(0)) for day in before), Decimal(0)) if is_whole else None

    return _gather(session, scope, history, month, of_month_before)


def records(figures: CostFigures) -> list[dict[str, str | int | Decimal | None]]:
    """Return a record for each workflow, model and prompt version, then one for the evals of each workflow."""
    found: list[dict[str, str | int | Decimal | None]] = [
        {
            "workflow": line.workflow,
            "model": line.model,
            "prompt_version": line.prompt_version,
            "requests": line.requests,
            "dollars": line.dollars,
            "for": "cases",
        }
        for line in figures.lines
    ]
    found += [{"workflow": name, "dollars": dollars, "for": "evals"} for name, dollars in sorted(figures.evals.items())]
    return found


def _gather(session: Session, scope: Scope, history: _History, picture: Days, before: _Before) -> CostFigures:
    """Return the figures. `picture`: the days of the picture. `before`: returns what a daily cost is compared with."""
    days = scope.days
    span = _SpanOf(team=scope.team, since=days.since, until=days.until, workflow=scope.workflow)
    asked = costs.requests(session, **span)
    of_cases = [line for line in asked if not line.is_eval]
    lines = _lines(of_cases, costs.steps(session, **span))
    reused = costs.reused(session, **span)
    return CostFigures(
        lines=lines,
        workflows=_workflows(session, scope, lines, {one.workflow: before(one) for one in history.daily()}),
        usual=before(history.together()),
        zone=days.zone.key,
        anomalies=anomalies(history.daily(), history.together(), days),
        days=[
            DayCost(day=day, dollars={name: by[day] for name, by in sorted(history.dollars.items()) if day in by})
            for day in picture
            if history.begun is not None and day >= history.begun
        ],
        month=_month(history, days.last),
        evals=_evals(asked),
        unknown=sum(line.unknown for line in of_cases),
        reserved=sum((line.reserved for line in of_cases), Decimal(0)),
        reused=Reused(
            answers=sum(one.answers for one in reused), dollars=sum((one.dollars for one in reused), Decimal(0))
        ),
        cheaper=_cheaper(scope, of_cases),
        dearest=[
            DearCase(case=one.case, workflow=one.workflow, dollars=one.dollars)
            for one in costs.dearest_cases(session, **span, limit=_CASES)
        ],
        prompts=_prompts(session, scope, lines),
        generation=scope.context.restores.number,
    )


def _history(session: Session, scope: Scope) -> _History:
    days, team = scope.days, scope.team
    known = Days(first=days.first - timedelta(weeks=WEEKS), last=days.last, zone=days.zone)
    dates = list(known)
    each = [Days(first=day, last=day, zone=days.zone) for day in dates]
    spans = [Span(since=day.since, until=day.until) for day in each]
    dollars: dict[str, dict[date, Decimal]] = {}
    for (place, name), cost in costs.by_day(session, team=team, days=spans, workflow=scope.workflow).items():
        dollars.setdefault(name, {})[dates[place]] = cost
    with_cases: dict[str, set[date]] = {}
    for place, name in costs.days_with_cases(session, team=team, days=spans, workflow=scope.workflow):
        with_cases.setdefault(name, set()).add(dates[place])
    active = [day for days_of in (*dollars.values(), *with_cases.values()) for day in days_of]
    return _History(
        days=known,
        dollars=dollars,
        with_cases={name: frozenset(some) for name, some in with_cases.items()},
        begun=min(active, default=None),
    )


def _lines(asked: Sequence[RequestLine], steps: Mapping[str, Decimal]) -> list[CostLine]:
    """Return what cost something, or was asked, by workflow, the dearest line of each first."""
    requests = [
        CostLine(
            workflow=line.workflow,
            model=line.model,
            prompt_version=line.prompt_version,
            dollars=line.dollars,
            requests=line.sent,
        )
        for line in asked
        if line.dollars or line.sent
    ]
    made = [
        CostLine(workflow=name, model=None, prompt_version=None, dollars=dollars, requests=0)
        for name, dollars in steps.items()
    ]
    return sorted([*requests, *made], key=lambda line: (line.workflow, -line.dollars, line.model or ""))


def _workflows(
    session: Session, scope: Scope, lines: Sequence[CostLine], before: Mapping[str | None, Decimal | None]
) -> list[WorkflowCost]:
    """Return the workflows with something to report. `before`: what each is compared with."""
    days, team = scope.days, scope.team
    ids = {row.name: row.id for row in scope.workflows(session)}
    taken_in = digests.taken_in(session, team=team, since=days.since, until=days.until)
    resolved = costs.resolved(session, team=team, since=days.since, until=days.until)
    spent = dict.fromkeys(ids, Decimal(0))
    for line in lines:
        spent[line.workflow] = spent.get(line.workflow, Decimal(0)) + line.dollars
    budgets = _budgets(session, scope)
    found = [
        WorkflowCost(
            workflow=name,
            dollars=dollars,
            taken_in=taken_in.get(ids.get(name, 0), 0),
            resolved=resolved.get(ids.get(name, 0), 0),
            usual=before.get(name),
            budget=budgets.get(name),
        )
        for name, dollars in spent.items()
    ]
    told = [one for one in found if one.dollars or one.taken_in or one.resolved]
    return sorted(told, key=lambda one: (-one.dollars, one.workflow))


def _budgets(session: Session, scope: Scope) -> dict[str, BudgetUse]:
    """Return what each workflow took of its budget on its highest day."""
    days = scope.days
    known = [one for one in scope.context.registry if scope.workflow in (None, one.name)]
    taken = spending.of_days(
        session,
        team=scope.team,
        budgets=[f"workflow:{one.name}" for one in known],
        first=days.first.isoformat(),
        last=days.last.isoformat(),
    )
    found = {}
    for workflow in known:
        mine = {day: taken.get((f"workflow:{workflow.name}", day.isoformat()), Decimal(0)) for day in days}
        highest = max(mine, key=lambda day: mine[day])
        # Zones of another name may have the same days.
        is_same = all(
            Days(first=day, last=day, zone=workflow.timezone).since == Days(first=day, last=day, zone=days.zone).since
            for day in (days.first, days.last + DAY)
        )
        if mine[highest]:
            found[workflow.name] = BudgetUse(
                day=highest,
                taken=mine[highest],
                per_day=Decimal(workflow.budget.per_day),
                zone=None if is_same else workflow.timezone.key,
            )
    return found


def _month(history: _History, last: date) -> MonthCost:
    """Return the month that a day is in; the next one where that was its last day."""
    first = first_day(Every.MONTH, last) if day_after(Every.MONTH, last) != last + DAY else last + DAY
    until = day_after(Every.MONTH, first)
    over = [first + number * DAY for number in range(max((last - first).days + 1, 0))]
    left = [day for day in (first + number * DAY for number in range((until - first).days)) if day > last]
    known = {
        day: history.on(day)
        for day in history.days.ending(WEEKS * 7)
        if history.begun is not None and day >= history.begun
    }
    so_far = sum(map(history.on, over), Decimal(0))
    return MonthCost(first=first, so_far=so_far, forecast=forecast(known, so_far=so_far, left=left), known=len(known))


def _evals(asked: Sequence[RequestLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in asked:
        if line.is_eval and line.dollars:
            found[line.workflow] = found.get(line.workflow, Decimal(0)) + line.dollars
    return found


def _cheaper(scope: Scope, asked: Sequence[RequestLine]) -> list[Cheaper]:
    """Return what cheaper models saved, at today's prices."""
    registry = scope.context.registry

    def named(workflow: str, version: str) -> list[str]:
        prompt = registry.prompt(workflow) if workflow in registry else None
        if prompt is None or prompt.version != version:
            return []
        return [model for model in (prompt.model, prompt.fallback_model) if model is not None]

    bought = [
        Bought(
            workflow=line.workflow,
            prompt_version=line.prompt_version,
            model=line.model,
            # Of a request of unknown cost the tokens are not known either.
            dollars=line.dollars - line.reserved,
            usage=Usage(
                input_tokens=line.input_tokens,
                output_tokens=line.output_tokens,
                cache_read_tokens=line.cache_read_tokens,
                cache_write_tokens=line.cache_write_tokens,
            ),
            most_read=line.most_read,
        )
        for line in asked
        if line.most_read
    ]
    return cheaper(bought, scope.context.prices.of, named=named)


def _prompts(session: Session, scope: Scope, lines: Sequence[CostLine]) -> list[PromptFile]:
    versions = {(line.workflow, line.prompt_version) for line in lines if line.prompt_version is not None}
    seen = prompt_versions.first_seen(session, team=scope.team, versions=sorted({version for _, version in versions}))
    return [
        PromptFile(version=one.version, name=one.name, seen=one.seen_at.astimezone(scope.days.zone).date())
        for one in seen
        if (one.workflow, one.version) in versions
    ]
