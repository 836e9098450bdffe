"""Queries for the business numbers. Cases with sample answers are in none of them, and neither are evals.

A span of time is handed over as its days: the time at which each begins, and last the time at which the last is over.
Workflows are named by their ids.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, FromClause, Label, Select, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from store.cases.samples import has_sample
from store.db.elapsed import microseconds_between
from store.db.percentiles import Percentiles, percentiles
from store.schema import Case, Decision, ModelRequest, Proposal, Review, Run, SpotCheck, Step, Workflow
from store.states import Resolution, ReviewState, RunState, SpotCheckState, SpotCheckWhy
from store.types import literally

# Written out as in the index of these rows.
_RESOLVED = [literally(state) for state in (RunState.CLOSED, RunState.DELIVERED)]
_UNDECIDED = (ReviewState.OPEN, ReviewState.AWAITING_SECOND)
_LAPSES = ("lapsed", "expired")
"""Kinds that are no decisions of a person."""
_Columns = TypeVarTuple("_Columns")
_ASKED, _EDITED, _BY_HAND = "asked", "edited", "by_hand"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Cases of a workflow that were resolved on a day, in one way."""

    workflow: int
    day: int
    """Place of the day in the span, from 0."""
    resolution: Resolution
    cases: int


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The decisions of people in a span, and for how long they had the cases before them, where that is known."""

    decisions: int
    measured: int
    seconds: float
    """Sum of the seconds of those that were measured."""
    squares: float
    """Sum of the squares of these seconds."""


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Cases that wait for a person now."""

    number: int
    oldest: datetime
    """Time at which the oldest of their reviews was opened."""


@dataclass(frozen=True, kw_only=True)
class LookedAt:
    """Spot checks with an outcome. The weight of each is 1/probability."""

    number: int
    weight: float
    """Sum of the weights."""
    squares: float
    """Sum of the squares of the weights."""
    wrong: float
    """Sum of the weights of those that count as an error."""


def ended(session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]) -> list[Ended]:
    """Count the cases that were resolved in a span, by workflow, day and way.

    A case counts once, by the last of its runs that ended in the span: the way is that run's, and so is the day.
    """
    run = last_ends(team, workflows, days)
    query = (
        select(run.workflow_id, _day(run.changed_at, days), run.resolution, func.count())
        .where(run.is_last)
        .group_by(run.workflow_id, "day", run.resolution)
    )
    return [
        Ended(workflow=workflow, day=day, resolution=resolution, cases=cases)
        for workflow, day, resolution, cases in session.execute(query)
        if resolution is not None
    ]


def edited(session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]) -> dict[int, int]:
    """Count the cases that people resolved in a span, and whose last decision that stands was an edit, by workflow."""
    run = last_ends(team, workflows, days)
    kind = (
        select(Decision.kind)
        .join(Review, Review.id == Decision.review_id)
        .where(
            Review.case_id == run.case_id,
            Review.run_id <= run.id,
            Decision.revoked_at.is_(None),
            # A second person who confirms the values takes them over as they are.
            Decision.confirms.is_(False),
            Decision.kind != _ASKED,
        )
        .order_by(Decision.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(run.workflow_id, func.count()).where(
        run.is_last, run.resolution == Resolution.BY_PERSON, kind == _EDITED
    )
    return dict(session.execute(query.group_by(run.workflow_id)).all())


def corrected(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> dict[tuple[int, int], int]:
    """Count the cases for which a correction was delivered in a span, by workflow and day of the last one."""
    run = last_ends(team, workflows, days, corrections=True)
    query = (
        select(run.workflow_id, _day(run.changed_at, days), func.count())
        .where(run.is_last)
        .group_by(run.workflow_id, "day")
    )
    return {(workflow, day): cases for workflow, day, cases in session.execute(query)}


def arrival_to_delivery(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Mapping[int | None, Percentiles]:
    """Return the time from a case's first input to the end of the run that resolved it, over those resolved in a span.

    By workflow, and under None of all.
    """
    run = last_ends(team, workflows, days)
    times = (
        select(
            run.workflow_id.label("workflow"),
            microseconds_between(Case.received_at, run.changed_at).label("microseconds"),
        )
        .join(Case, Case.id == run.case_id)
        .where(run.is_last)
    )
    return percentiles(session, times)


def card_to_decision(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Mapping[int | None, Percentiles]:
    """Return the time from the opening of a review to its last decision, over those that people decided in a span.

    By workflow, and under None of all.
    """
    times = select(
        Review.workflow_id.label("workflow"),
        microseconds_between(Review.opened_at, Decision.at).label("microseconds"),
    )
    return percentiles(session, _decided(times, team, workflows, days))


def decided(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> dict[tuple[int, int], int]:
    """Count the reviews that people decided in a span, by workflow and day."""
    counted = select(Review.workflow_id, _day(Decision.at, days), func.count())
    query = _decided(counted, team, workflows, days).group_by(Review.workflow_id, "day")
    return {(workflow, day): reviews for workflow, day, reviews in session.execute(query)}


def measured(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> dict[int, Measured]:
    """Return how many decisions people made in a span, and the seconds of those that were measured, by workflow.

    Each of them took time: also one that only confirms, that asks, or that was taken back since.
    """
    query = (
        select(
            Review.workflow_id,
            func.count(),
            func.count(Decision.seconds),
            func.sum(Decision.seconds),
            func.sum(Decision.seconds * Decision.seconds),
        )
        .join(Review, Review.id == Decision.review_id)
        .where(*_in_span(team, workflows, days))
        .group_by(Review.workflow_id)
    )
    return {
        workflow: Measured(decisions=decisions, measured=known, seconds=seconds or 0.0, squares=squares or 0.0)
        for workflow, decisions, known, seconds, squares in session.execute(query)
    }


def of_person(session: Session, by: str, *, team: int, days: Sequence[datetime]) -> dict[int, Measured]:
    """Return a person's own decisions by day, as `measured` counts them. They are shown to nobody else."""
    query = (
        select(
            _day(Decision.at, days),
            func.count(),
            func.count(Decision.seconds),
            func.sum(Decision.seconds),
            func.sum(Decision.seconds * Decision.seconds),
        )
        .join(Review, Review.id == Decision.review_id)
        .where(
            Decision.team_id == team,
            Decision.by == by,
            Decision.at >= days[0],
            Decision.at < days[-1],
            Decision.kind.not_in(_LAPSES),
            _is_no_sample(),
        )
        .group_by("day")
    )
    return {
        day: Measured(decisions=decisions, measured=known, seconds=seconds or 0.0, squares=squares or 0.0)
        for day, decisions, known, seconds, squares in session.execute(query)
    }


def seconds_by_hand(session: Session, *, team: int, workflow: int, days: Sequence[datetime]) -> list[float]:
    """Return the seconds that people had empty forms open before they answered, in a span.

    Left out are cases of which they had seen a proposal before.
    """
    seen = aliased(Decision)
    query = (
        select(Decision.seconds)
        .join(Review, Review.id == Decision.review_id)
        .where(
            *_in_span(team, [workflow], days),
            Decision.kind == "answered",
            Decision.revoked_at.is_(None),
            Decision.confirms.is_(False),
            Decision.seconds.is_not(None),
            ~select(seen.id).where(seen.review_id == Decision.review_id, seen.kind == "rejected").exists(),
        )
        .order_by(Decision.id)
    )
    return [seconds for seconds in session.scalars(query) if seconds is not None]


def cost(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> dict[tuple[int, int], Decimal]:
    """Return US dollars by workflow and day: of requests to models, and of steps that made none. Evals are left out.

    A request of unknown cost counts with its reservation.
    """
    asked = select(ModelRequest.id).where(ModelRequest.run_id == Step.run_id).exists()
    steps = (
        select(Run.workflow_id, _day(Step.started_at, days), func.sum(Step.cost))
        .join(Run, Run.id == Step.run_id)
        .where(
            Step.team_id == team,
            Step.started_at >= days[0],
            Step.started_at < days[-1],
            Step.cost != literal_column("0"),
            Step.recalled_from.is_(None),
            Run.workflow_id.in_(workflows),
            ~asked,
            ~has_sample(Run.case_id),
        )
        .group_by(Run.workflow_id, "day")
    )
    requests = (
        select(
            Workflow.id,
            _day(ModelRequest.began_at, days),
            func.sum(func.coalesce(ModelRequest.cost, ModelRequest.reserved)),
        )
        .join(Workflow, and_(Workflow.team_id == ModelRequest.team_id, Workflow.name == ModelRequest.workflow))
        .where(
            ModelRequest.team_id == team,
            ModelRequest.began_at >= days[0],
            ModelRequest.began_at < days[-1],
            ModelRequest.case_id.is_not(None),
            Workflow.id.in_(workflows),
            ~has_sample(ModelRequest.case_id),
        )
        .group_by(Workflow.id, "day")
    )
    spent: dict[tuple[int, int], Decimal] = {}
    for query in (steps, requests):
        for workflow, day, dollars in session.execute(query):
            spent[workflow, day] = spent.get((workflow, day), Decimal(0)) + dollars
    return spent


def backlog(session: Session, *, team: int, workflows: Collection[int]) -> dict[int, Backlog]:
    """Return what waits for people now, by workflow."""
    query = (
        select(Review.workflow_id, func.count(Review.case_id.distinct()), func.min(Review.opened_at))
        .where(
            Review.team_id == team,
            Review.state.in_(_UNDECIDED),
            Review.workflow_id.in_(workflows),
            ~has_sample(Review.case_id),
        )
        .group_by(Review.workflow_id)
    )
    return {workflow: Backlog(number=number, oldest=oldest) for workflow, number, oldest in session.execute(query)}


def looks(session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]) -> dict[int, LookedAt]:
    """Return what spot checks found of the cases that went alone and were delivered in a span, by workflow."""
    query = looked_at(Run.workflow_id, team, workflows, days).group_by(Run.workflow_id)
    return {
        workflow: LookedAt(number=number, weight=total, squares=squares, wrong=wrong)
        for workflow, number, total, squares, wrong in session.execute(query)
    }


def looked_at(
    by: InstrumentedAttribute[int], team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Select[*tuple[Any, ...]]:  # Any: sums of floats, whose type no database says
    """Return a query for the sums of `LookedAt` over runs that went alone and were delivered in a span.

    Those with a proposal that was handed in are left out: they show nothing of how good the workflow's own are.
    `by`: the column to group by.
    """
    weight = 1.0 / SpotCheck.probability
    return (
        select(
            by,
            func.count(),
            func.sum(weight),
            func.sum(weight * weight),
            func.sum(case((SpotCheck.is_error.is_(True), weight), else_=0.0)),
        )
        .select_from(Run)
        .join(SpotCheck, SpotCheck.run_id == Run.id)
        .where(
            Run.team_id == team,
            Run.state.in_(_RESOLVED),
            Run.state == RunState.DELIVERED,
            Run.resolution == Resolution.ALONE,
            Run.handed_id.is_(None),
            Run.changed_at >= days[0],
            Run.changed_at < days[-1],
            Run.workflow_id.in_(workflows),
            SpotCheck.state == SpotCheckState.DECIDED,
            SpotCheck.why == SpotCheckWhy.DRAWN,
        )
    )


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Columns of the runs that were delivered or closed in a span."""

    rows: FromClause
    id: ColumnElement[int]
    case_id: ColumnElement[int]
    workflow_id: ColumnElement[int]
    resolution: ColumnElement[Resolution | None]
    changed_at: ColumnElement[datetime]
    is_last: ColumnElement[bool]
    """The condition that it is the last of its case that ended in the span."""


def last_ends(team: int, workflows: Collection[int], days: Sequence[datetime], *, corrections: bool = False) -> Ends:
    """Return the runs that ended in a span, for a query about the last of each case. `corrections`: these alone."""
    which = and_(Run.correction > 0, Run.state == RunState.DELIVERED) if corrections else Run.correction == 0
    # Ranked, and not by whether there is a later one: SQLite would look for that through all that ended in the span.
    place = func.row_number().over(partition_by=Run.case_id, order_by=(Run.changed_at.desc(), Run.id.desc()))
    ends = (
        select(Run.id, Run.case_id, Run.workflow_id, Run.resolution, Run.changed_at, place.label("place"))
        .where(
            Run.team_id == team,
            Run.state.in_(_RESOLVED),
            which,
            Run.changed_at >= days[0],
            Run.changed_at < days[-1],
            Run.workflow_id.in_(workflows),
            ~has_sample(Run.case_id),
        )
        .subquery()
    )
    return Ends(
        rows=ends,
        id=ends.c.id,
        case_id=ends.c.case_id,
        workflow_id=ends.c.workflow_id,
        resolution=ends.c.resolution,
        changed_at=ends.c.changed_at,
        is_last=ends.c.place == 1,
    )


def _day(time: ColumnElement[datetime] | InstrumentedAttribute[datetime], days: Sequence[datetime]) -> Label[int]:
    """Return the place of the day in which a time is, from 0."""
    last: ColumnElement[int] = literal_column(str(len(days) - 2))
    ends: list[tuple[ColumnElement[bool], ColumnElement[int]]] = [
        (time < end, literal_column(str(place))) for place, end in enumerate(days[1:-1])
    ]
    return (case(*ends, else_=last) if ends else last).label("day")


def _in_span(team: int, workflows: Collection[int], days: Sequence[datetime]) -> Sequence[ColumnElement[bool]]:
    """Return the conditions for decisions that people made in a span."""
    return [
        Decision.team_id == team,
        Decision.at >= days[0],
        Decision.at < days[-1],
        Decision.kind.not_in(_LAPSES),
        Review.workflow_id.in_(workflows),
        _is_no_sample(),
    ]


_proposing, _proposal = aliased(Run), aliased(Proposal)


def _is_no_sample() -> ColumnElement[bool]:
    """Return the condition that a review's case has no sample answer.

    As a join, other than `has_sample`: PostgreSQL would reckon as if it found all samples again for each review, and
    read all reviews instead.
    """
    sampled = select(_proposal.id).join(_proposing, _proposing.id == _proposal.run_id)
    return ~sampled.where(_proposing.case_id == Review.case_id, _proposal.sample).exists()


_later = aliased(Decision)


def _decided(
    what: Select[*_Columns], team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Select[*_Columns]:
    """Return a query about the reviews that people decided in a span, each with its last decision that stands."""
    is_last = ~(
        select(_later.id)
        .where(_later.review_id == Decision.review_id, _later.version > Decision.version, _later.revoked_at.is_(None))
        .exists()
    )
    return (
        what.select_from(Decision)
        .join(Review, Review.id == Decision.review_id)
        .where(
            *_in_span(team, workflows, days),
            Review.state == ReviewState.DECIDED,
            Decision.revoked_at.is_(None),
            Decision.kind != _ASKED,
            or_(Decision.follows.is_(None), Decision.follows != _BY_HAND),
            is_last,
        )
    )
