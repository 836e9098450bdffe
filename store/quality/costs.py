"""Queries for the cost report: requests to models, and steps that made none.

All amounts are US dollars, summed as the whole nano-dollars that are kept. A request of unknown cost counts with its
reservation. A span of time begins with `since` and ends just before `until`. `workflow`: name of the only one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    ScalarSelect,
    column,
    func,
    literal_column,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.orm import Session, aliased

from store.cases.samples import has_sample
from store.quality.digests import RESOLVED
from store.schema import Case, ModelRequest, Run, Step, Workflow
from store.types import UtcDateTime


@dataclass(frozen=True, kw_only=True)
class Span:
    """A span of time."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """The requests of one workflow with one prompt version to one model."""

    workflow: str
    model: str
    prompt_version: str
    is_eval: bool
    """True if they were questions of evals, which belong to no case."""
    dollars: Decimal
    sent: int
    """Requests that were sent; an answer that was given again is none."""
    unknown: int
    """Those of unknown cost."""
    reserved: Decimal
    """Dollars that these count with."""
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    most_read: int
    """Most tokens that one of them read, with or without the provider's cache."""


@dataclass(frozen=True, kw_only=True)
class ReusedLine:
    """Answers of a workflow that were given again, so that no request was sent."""

    workflow: str
    answers: int
    dollars: Decimal
    """Cost of the requests that were answered first, each as often as its answer was given again."""


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case with its cost in a span."""

    case: int
    workflow: str
    dollars: Decimal


_DOLLARS = func.coalesce(ModelRequest.cost, ModelRequest.reserved)
_READ = ModelRequest.input_tokens + ModelRequest.cache_read_tokens + ModelRequest.cache_write_tokens


def requests(
    session: Session, *, team: int, since: datetime, until: datetime, workflow: str | None = None
) -> list[RequestLine]:
    """Return the requests that began in a span, by workflow, prompt version and model, those of evals apart."""
    row, is_eval = ModelRequest, ModelRequest.case_id.is_(None)
    query = (
        select(
            row.workflow,
            row.model,
            row.prompt_version,
            is_eval.label("is_eval"),
            func.sum(_DOLLARS).label("dollars"),
            func.count().filter(row.cached_from.is_(None)).label("sent"),
            func.count().filter(row.cost.is_(None)).label("unknown"),
            func.sum(row.reserved).filter(row.cost.is_(None)).label("reserved"),
            func.sum(row.input_tokens).label("input_tokens"),
            func.sum(row.output_tokens).label("output_tokens"),
            func.sum(row.cache_read_tokens).label("cache_read_tokens"),
            func.sum(row.cache_write_tokens).label("cache_write_tokens"),
            func.max(_READ).label("most_read"),
        )
        .where(*_began(team, Span(since=since, until=until), workflow))
        .group_by(row.workflow, row.model, row.prompt_version, is_eval)
        .order_by(row.workflow, row.model, row.prompt_version)
    )
    found = session.execute(query).mappings()
    # PostgreSQL gives sums of whole numbers as decimals.
    whole = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    return [
        RequestLine(
            **{**line, **{name: int(line[name]) for name in whole}, "reserved": line["reserved"] or Decimal(0)},
        )
        for line in found
    ]


def steps(
    session: Session, *, team: int, since: datetime, until: datetime, workflow: str | None = None
) -> dict[str, Decimal]:
    """Return the cost of steps that began in a span and whose run made no request to a model, by workflow."""
    made = _made(team, Span(since=since, until=until), workflow)
    name = _name_of_step().label("name")
    query = select(name, func.sum(Step.cost)).where(*made).group_by(name)
    return dict(session.execute(query).all())


def by_day(
    session: Session, *, team: int, days: Sequence[Span], workflow: str | None = None
) -> dict[tuple[int, str], Decimal]:
    """Return the cost of cases by (place of the day, workflow), for the days that cost something; evals left out.

    `days`: one after the other.
    """
    if not days:
        return {}
    each, spent = _days(days), dict[tuple[int, str], Decimal]()
    asked = (
        select(each.c.place, ModelRequest.workflow.label("name"), func.sum(_DOLLARS).label("dollars"))
        .where(*_began(team, each.c, workflow), ModelRequest.case_id.is_not(None))
        .group_by(each.c.place, ModelRequest.workflow)
    )
    name = _name_of_step().label("name")
    made = (
        select(each.c.place, name, func.sum(Step.cost).label("dollars"))
        # PostgreSQL finds the steps of all these days by their index; the days' own bounds come too late for that.
        .where(*_made(team, each.c, workflow), Step.started_at >= days[0].since, Step.started_at < days[-1].until)
        .group_by(each.c.place, name)
    )
    for place, name, dollars in session.execute(union_all(asked, made)):
        spent[place, name] = spent.get((place, name), Decimal(0)) + dollars
    return {day: dollars for day, dollars in spent.items() if dollars}


def days_with_cases(
    session: Session, *, team: int, days: Sequence[Span], workflow: str | None = None
) -> set[tuple[int, str]]:
    """Return (place of the day, workflow) for the days on which cases came in, sample answers left out."""
    if not days:
        return set()
    each = _days(days)
    first = (
        select(Case.id)
        .where(
            Case.workflow_id == Workflow.id,
            Case.received_at >= each.c.since,
            Case.received_at < each.c.until,
            ~has_sample(Case.id),
        )
        # One is looked for, along the index; that one exists, PostgreSQL would find out from all cases at once.
        .limit(1)
        .scalar_subquery()
    )
    query = select(each.c.place, Workflow.name).select_from(Workflow).join(each, true())
    query = query.where(Workflow.team_id == team, first.is_not(None))
    if workflow is not None:
        query = query.where(Workflow.name == workflow)
    return {(place, name) for place, name in session.execute(query)}


def reused(
    session: Session, *, team: int, since: datetime, until: datetime, workflow: str | None = None
) -> list[ReusedLine]:
    """Return the answers that were given again in a span, by workflow. One of unknown cost counts with nothing."""
    first = aliased(ModelRequest)
    query = (
        select(ModelRequest.workflow, func.count(), func.sum(first.cost))
        .join(first, (first.id == ModelRequest.cached_from) & (first.team_id == ModelRequest.team_id))
        .where(*_began(team, Span(since=since, until=until), workflow))
        .group_by(ModelRequest.workflow)
        .order_by(ModelRequest.workflow)
    )
    return [
        ReusedLine(workflow=name, answers=answers, dollars=dollars or Decimal(0))
        for name, answers, dollars in session.execute(query)
    ]


def dearest_cases(
    session: Session, *, team: int, since: datetime, until: datetime, limit: int, workflow: str | None = None
) -> list[CaseLine]:
    """Return the cases that cost most in a span, the dearest first."""
    span = Span(since=since, until=until)
    asked = select(ModelRequest.case_id.label("case_id"), _DOLLARS.label("dollars"))
    asked = asked.where(*_began(team, span, workflow), ModelRequest.case_id.is_not(None))
    made = select(_case_of_step().label("case_id"), Step.cost.label("dollars")).where(*_made(team, span, workflow))
    spent = union_all(asked, made).subquery()
    dollars = func.sum(spent.c.dollars)
    some = select(spent.c.case_id, dollars.label("dollars")).group_by(spent.c.case_id)
    dearest = some.having(dollars > 0).order_by(dollars.desc(), spent.c.case_id).limit(limit).subquery()
    query = (
        select(Case.id, Workflow.name, dearest.c.dollars)
        .join(dearest, dearest.c.case_id == Case.id)
        .join(Workflow, Workflow.id == Case.workflow_id)
        .where(Case.team_id == team)
        .order_by(dearest.c.dollars.desc(), Case.id)
    )
    return [CaseLine(case=case, workflow=name, dollars=cost) for case, name, cost in session.execute(query)]


def resolved(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the cases that were delivered or closed in a span, by workflow id, sample answers left out.

    A correction resolves no case anew.
    """
    query = select(Run.workflow_id, func.count(Run.case_id.distinct())).where(
        Run.team_id == team,
        Run.state.in_(RESOLVED),
        Run.correction == 0,
        Run.changed_at >= since,
        Run.changed_at < until,
        ~has_sample(Run.case_id),
    )
    return dict(session.execute(query.group_by(Run.workflow_id)).all())


def _days(days: Sequence[Span]) -> CTE:
    """Return days as a table, each with its place."""
    table = values(column("place", Integer), column("since", UtcDateTime), column("until", UtcDateTime), name="listed")
    return table.data([(place, day.since, day.until) for place, day in enumerate(days)]).cte("days")


def _began(team: int, span: Span | Any, workflow: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions for the requests that began in a span."""
    row = ModelRequest
    theirs = [row.team_id == team, row.began_at >= span.since, row.began_at < span.until]
    return theirs if workflow is None else [*theirs, row.workflow == workflow]


def _made(team: int, span: Span | Any, workflow: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions for the steps with a cost that began in a span, and whose run made no request."""
    # Looked for along the index, step by step: PostgreSQL would look for all that do not exist among all requests.
    asked = select(ModelRequest.id).where(ModelRequest.run_id == Step.run_id).limit(1).scalar_subquery()
    theirs = [
        Step.team_id == team,
        Step.recalled_from.is_(None),
        Step.started_at >= span.since,
        Step.started_at < span.until,
        # Written out as in the index of these rows.
        Step.cost != literal_column("0"),
        asked.is_(None),
    ]
    return theirs if workflow is None else [*theirs, _name_of_step() == workflow]


def _name_of_step() -> ScalarSelect[str]:
    """Look up the workflow of each step: joined to the runs, SQLite would begin with all runs of a workflow."""
    name = select(Workflow.name).where(Run.id == Step.run_id, Workflow.id == Run.workflow_id)
    return name.correlate(Step).scalar_subquery()


def _case_of_step() -> ScalarSelect[int]:
    return select(Run.case_id).where(Run.id == Step.run_id).correlate(Step).scalar_subquery()
