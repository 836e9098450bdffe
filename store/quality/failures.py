"""The queries for the failure summary: what stopped, what stands, and what people are asked and decide.

A span of time begins with `since` and ends just before `until`. Sample answers are left out, except where they stopped.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, case, exists, func, literal_column, not_, or_, select
from sqlalchemy.orm import Session, aliased

from store.cases.review.deadlines import UNDECIDED
from store.cases.samples import has_sample
from store.db.lookups import is_found
from store.schema import (
    AuditRow,
    Case,
    Cause,
    Decision,
    Delivery,
    Outage,
    OutboxRow,
    Report,
    Review,
    Run,
    TargetOutage,
    Trouble,
)
from store.slack.outbox import is_unsent
from store.states import STOPPED, CauseState, DeliveryState, OutboxState, ReviewState, RunState
from store.subjects import SubjectKind
from store.types import UtcDateTime, literally

# Written out as in the index of these rows.
_STOPS: Sequence[ColumnElement[str]] = [literal_column(f"'run.{state}'", String) for state in sorted(STOPPED)]
_STOPPED = sorted(STOPPED)


@dataclass(frozen=True, kw_only=True)
class StopCount:
    """The cases of a workflow that stopped for one cause."""

    workflow: int
    cause: int | None
    """None where they stopped before there were causes."""
    cases: int


@dataclass(frozen=True, kw_only=True)
class StoppedCount:
    """The runs of a workflow that are stopped now."""

    workflow: int
    state: RunState
    cause: int | None
    runs: int
    since: datetime
    """Time at which the first of them stopped."""


@dataclass(frozen=True, kw_only=True)
class StoppedCases:
    """The cases of a workflow that are stopped now."""

    workflow: int
    recent: int
    """Those that stopped in the span, whether or not they stopped again since."""
    older: int
    """Those that stopped before it, and not in it."""


@dataclass(frozen=True, kw_only=True)
class StoppedLine:
    """A run that is stopped now."""

    case: int
    workflow: int
    state: RunState
    since: datetime


@dataclass(frozen=True, kw_only=True)
class OpenCount:
    """The reviews of a workflow that wait for people."""

    workflow: int
    number: int
    oldest: datetime
    overdue: int
    overdue_since: datetime | None
    """The earliest deadline that is over; None where none is."""
    empty: int
    """Those that have no proposal and should have one."""


@dataclass(frozen=True, kw_only=True)
class OpenLine:
    """A review that waits for people."""

    review: int
    version: int
    case: int
    workflow: int
    opened_at: datetime
    answer_by: datetime | None


@dataclass(frozen=True, kw_only=True)
class CauseLine:
    """A cause of failures, without its words."""

    id: int
    workflow: int
    step: str
    error: str
    dependency: str | None
    state: CauseState
    first_at: datetime
    opened_at: datetime
    resolved_at: datetime | None
    changed_by: str


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A time in which a system was in trouble or down, and which is over."""

    system: str
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class HourCount:
    """Reviews within an hour of the clock."""

    hour: datetime
    number: int


@dataclass(frozen=True, kw_only=True)
class DecidedCount:
    """The decisions of people on a workflow's proposals."""

    workflow: int
    decided: int
    unchanged: int
    """Those that took the proposal as it was."""


def stops(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the cases that stopped within a span, by workflow id, whatever became of them later."""
    query = (
        select(Run.workflow_id, func.count(Run.case_id.distinct()))
        .select_from(AuditRow)
        .join(Run, AuditRow.is_about_row(SubjectKind.RUN, Run.id))
        .where(AuditRow.team_id == team, *_is_stop(since, until))
    )
    return dict(session.execute(query.group_by(Run.workflow_id)).all())


def stops_by_day(
    session: Session, *, team: int, starts: Sequence[datetime], until: datetime
) -> dict[tuple[int, int], int]:
    """Count the cases that stopped on each day, by (workflow id, place of the day). `starts`: of each day, in order."""
    begins, *ends = *starts, until
    numbered = [(AuditRow.at < end, day) for day, end in enumerate(ends)]
    days = (
        select(Run.workflow_id, Run.case_id, case(*numbered).label("day"))
        .select_from(AuditRow)
        .join(Run, AuditRow.is_about_row(SubjectKind.RUN, Run.id))
        .where(AuditRow.team_id == team, *_is_stop(begins, until))
        .subquery()
        .c
    )
    query = select(days.workflow_id, days.day, func.count(days.case_id.distinct()))
    query = query.group_by(days.workflow_id, days.day)
    return {(workflow, int(on)): number for workflow, on, number in session.execute(query)}


def stops_by_cause(session: Session, *, team: int, since: datetime, until: datetime) -> list[StopCount]:
    """Count the cases that stopped within a span, by workflow and cause. A case that stopped twice may have two."""
    number = func.count(Run.case_id.distinct())
    query = (
        select(Run.workflow_id, Run.cause_id, number)
        .select_from(AuditRow)
        .join(Run, AuditRow.is_about_row(SubjectKind.RUN, Run.id))
        .where(AuditRow.team_id == team, *_is_stop(since, until))
        .group_by(Run.workflow_id, Run.cause_id)
        .order_by(number.desc(), Run.cause_id)
    )
    return [StopCount(workflow=workflow, cause=cause, cases=cases) for workflow, cause, cases in session.execute(query)]


def _is_stop(since: datetime, until: datetime) -> Sequence[ColumnElement[bool]]:
    # A run in doubt only becomes failed by the word of a person who looked: that is no new failure.
    from_doubt = func.coalesce(AuditRow.details["from"].as_string(), "") == RunState.DOUBTFUL
    return AuditRow.action.in_(_STOPS), AuditRow.at >= since, AuditRow.at < until, ~from_doubt


def stopped(session: Session, *, team: int) -> list[StoppedCount]:
    """Count the runs that are stopped now, by workflow, state and cause.

    They are the newest run of a case, and each that is in doubt: a later run does not end a doubt.
    """
    columns = Run.workflow_id, Run.state, Run.cause_id
    query = select(*columns, func.count(), func.min(Run.changed_at)).where(*_is_stopped(team)).group_by(*columns)
    return [
        StoppedCount(workflow=workflow, state=state, cause=cause, runs=runs, since=since)
        for workflow, state, cause, runs, since in session.execute(query.order_by(*columns))
    ]


def stopped_cases(session: Session, *, team: int, since: datetime, until: datetime) -> list[StoppedCases]:
    """Count the cases that are stopped now, by workflow and by the time at which they stopped."""
    within = exists().where(AuditRow.team_id == team, AuditRow.case_id == Run.case_id, *_is_stop(since, until))
    is_older = and_(Run.changed_at < since, not_(within))
    query = select(
        Run.workflow_id,
        func.count(case((within, Run.case_id)).distinct()),
        func.count(case((is_older, Run.case_id)).distinct()),
    ).where(*_is_stopped(team))
    return [
        StoppedCases(workflow=workflow, recent=recent, older=older)
        for workflow, recent, older in session.execute(query.group_by(Run.workflow_id))
    ]


def first_stopped(
    session: Session, *, team: int, states: Collection[RunState], only_without_cause: bool, limit: int
) -> list[StoppedLine]:
    """Return the first few runs of each workflow that are stopped now in one of these states, the oldest first."""
    place = func.row_number().over(partition_by=Run.workflow_id, order_by=Run.id).label("place")
    of_all = select(Run.case_id, Run.workflow_id, Run.state, Run.changed_at, Run.id, place).where(
        *_is_stopped(team, states)
    )
    if only_without_cause:
        of_all = of_all.where(Run.cause_id.is_(None))
    found = of_all.subquery().c
    query = select(found.case_id, found.workflow_id, found.state, found.changed_at).where(found.place <= limit)
    return [
        StoppedLine(case=case, workflow=workflow, state=state, since=since)
        for case, workflow, state, since in session.execute(query.order_by(found.workflow_id, found.id))
    ]


_later = aliased(Run)


def _is_stopped(team: int, states: Collection[RunState] = _STOPPED) -> Sequence[ColumnElement[bool]]:
    newest = ~select(_later.id).where(_later.case_id == Run.case_id, _later.id > Run.id).exists()
    return Run.team_id == team, Run.state.in_(states), or_(newest, Run.state == RunState.DOUBTFUL)


def in_doubt(session: Session, workflow: int, *, team: int, limit: int) -> Sequence[int]:
    """Return the deliveries of a workflow's row that may have happened or not, the oldest first."""
    query = (
        select(Delivery.id)
        .join(Run, Run.id == Delivery.run_id)
        .where(
            Delivery.team_id == team,
            Delivery.state == literally(DeliveryState.DOUBTFUL),
            Run.workflow_id == workflow,
            Run.state == RunState.DOUBTFUL,
        )
    )
    return session.scalars(query.order_by(Delivery.id).limit(limit)).all()


def without_cause(session: Session, workflow: int, *, team: int, limit: int) -> list[StoppedLine]:
    """Return the failed and parked runs of a workflow's row that belong to no cause, the oldest first."""
    query = (
        select(Run.case_id, Run.workflow_id, Run.state, Run.changed_at)
        .where(*_is_stopped(team, (RunState.FAILED, RunState.PARKED)), Run.cause_id.is_(None))
        .where(Run.workflow_id == workflow)
    )
    return [
        StoppedLine(case=case, workflow=of, state=state, since=since)
        for case, of, state, since in session.execute(query.order_by(Run.id).limit(limit))
    ]


def causes(session: Session, *, team: int, since: datetime) -> list[CauseLine]:
    """Return the causes that are not resolved, and those that something happened to since a time."""
    moved = or_(Cause.last_at >= since, Cause.resolved_at >= since)
    query = (
        select(
            Cause.id,
            Cause.workflow_id,
            Cause.step,
            Cause.error,
            Cause.dependency,
            Cause.state,
            Cause.first_at,
            Cause.opened_at,
            Cause.resolved_at,
            Cause.changed_by,
        )
        .where(Cause.team_id == team, or_(Cause.state != CauseState.RESOLVED, moved))
        .order_by(Cause.id)
    )
    return [
        CauseLine(
            id=id,
            workflow=workflow,
            step=step,
            error=error,
            dependency=dependency,
            state=state,
            first_at=first_at,
            opened_at=opened_at,
            resolved_at=resolved_at,
            changed_by=changed_by,
        )
        for (
            id,
            workflow,
            step,
            error,
            dependency,
            state,
            first_at,
            opened_at,
            resolved_at,
            changed_by,
        ) in session.execute(query)
    ]


def ended(session: Session, *, team: int, since: datetime, until: datetime, how: str) -> list[Ended]:
    """Return the outages that ended within a span, and the troubles that ended in one way.

    `how`: the code of that way.
    """
    found = []
    for table, name in ((TargetOutage, TargetOutage.target), (Outage, Outage.model), (Trouble, Trouble.system)):
        query = select(name, table.began_at, table.ended_at).where(
            table.team_id == team, table.ended_at >= since, table.ended_at < until
        )
        if table is Trouble:
            query = query.where(Trouble.end == how)
        found += [
            Ended(system=system, began_at=began_at, ended_at=ended_at)
            for system, began_at, ended_at in session.execute(query.order_by(table.id))
            if ended_at is not None
        ]
    return found


def open_reviews(session: Session, *, team: int, at: datetime) -> list[OpenCount]:
    """Count the reviews that wait for people, by workflow id."""
    is_late = Review.answer_by <= at
    query = select(
        Review.workflow_id,
        func.count(),
        func.min(Review.opened_at),
        func.count(case((is_late, Review.id))),
        func.min(case((is_late, Review.answer_by))),
        func.count(case((and_(Review.proposal_id.is_(None), ~Review.blind, ~Review.out_of_scope), Review.id))),
    ).where(*_waits(team))
    return [
        OpenCount(
            workflow=workflow,
            number=number,
            oldest=oldest,
            overdue=overdue,
            overdue_since=overdue_since,
            empty=empty,
        )
        for workflow, number, oldest, overdue, overdue_since, empty in session.execute(
            query.group_by(Review.workflow_id)
        )
    ]


def longest_open(session: Session, *, team: int, workflows: Collection[int], limit: int) -> list[OpenLine]:
    """Return the reviews of these workflows' rows that wait longest."""
    # Those that wait are found first, by their state: in the order of their opening PostgreSQL would go through all
    # that ever were. It does not look into a query with an offset.
    found = (
        select(Review.id, Review.version, Review.case_id, Review.workflow_id, Review.opened_at, Review.answer_by)
        .where(*_waits(team), Review.workflow_id.in_(workflows))
        .offset(0)
        .subquery()
    )
    query = select(found).order_by(found.c.opened_at, found.c.id).limit(limit)
    return [
        OpenLine(
            review=review,
            version=version,
            case=case,
            workflow=workflow,
            opened_at=opened_at,
            answer_by=answer_by,
        )
        for review, version, case, workflow, opened_at, answer_by in session.execute(query)
    ]


def alike(session: Session, *, team: int, least: int) -> dict[int, int]:
    """Count the open reviews that are like others, by workflow id, in groups of at least so many."""
    number = func.count()
    groups = (
        select(Review.workflow_id, number.label("number"))
        .where(
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Review.alike.is_not(None),
            ~has_sample(Review.case_id),
        )
        .group_by(Review.workflow_id, Review.alike)
        .having(number >= least)
        .subquery()
        .c
    )
    query = select(groups.workflow_id, func.sum(groups.number)).group_by(groups.workflow_id)
    return {workflow: int(found) for workflow, found in session.execute(query)}


def _waits(team: int) -> Sequence[ColumnElement[bool]]:
    return Review.team_id == team, Review.state.in_(UNDECIDED), ~has_sample(Review.case_id)


_shown, _earlier, _this = aliased(Review), aliased(Run), aliased(Run)


def reported(session: Session, *, team: int) -> dict[int, int]:
    """Count the cases that somebody reported as wrong and nobody decided since, by workflow id.

    The report waits, or a review of the case is open that shows it: its own, or that of a run in place of its run.
    """
    is_open = is_found(
        _shown.id == Report.review_id,
        _earlier.id == _shown.run_id,
        Review.case_id == Report.case_id,
        Review.state.in_(UNDECIDED),
        _this.id == Review.run_id,
        _earlier.revision == _this.revision,
        _earlier.correction == _this.correction,
        _earlier.id <= _this.id,
    )
    query = (
        select(Case.workflow_id, func.count(Report.case_id.distinct()))
        .select_from(Report)
        .join(Case, Case.id == Report.case_id)
        .where(Report.team_id == team, or_(Report.outcome.is_(None), is_open), ~has_sample(Case.id))
    )
    return dict(session.execute(query.group_by(Case.workflow_id)).all())


def given_up(session: Session, *, team: int) -> int:
    """Count the messages that could not be posted and were given up."""
    query = select(func.count()).where(OutboxRow.team_id == team, is_unsent(OutboxState.DEAD))
    return session.scalar(query) or 0


def decided_reviews(
    session: Session, *, team: int, since: datetime, until: datetime, but: Collection[str]
) -> list[datetime]:
    """Return the time of the last decision within a span of each review that people decided. `but`: kinds that decide
    nothing.
    """
    query = select(func.max(Decision.at)).where(*_decides(team, but), Decision.at >= since, Decision.at < until)
    return list(session.scalars(query.group_by(Decision.review_id)))


def last_decision(session: Session, *, team: int, until: datetime, but: Collection[str]) -> datetime | None:
    """Return the time of the last decision of a person before a time; None where there is none. `but`: as above."""
    query = select(Decision.at).where(*_decides(team, but), Decision.at < until)
    return session.scalar(query.order_by(Decision.at.desc()).limit(1))


def decided_by_workflow(
    session: Session, *, team: int, since: datetime, until: datetime, but: Collection[str], unchanged: str
) -> list[DecidedCount]:
    """Count the decisions of people on proposals within a span, by workflow.

    `unchanged`: the kind that takes the proposal as it was.
    """
    # The review of each decision is looked up, so that none but theirs are read.
    workflow = (
        select(Review.workflow_id)
        .where(Review.id == Decision.review_id, Review.proposal_id.is_not(None), Review.precedence > 0)
        .where(~has_sample(Review.case_id))
        .scalar_subquery()
    )
    made = (
        select(workflow.label("workflow"), Decision.kind)
        .where(Decision.team_id == team, Decision.revoked_at.is_(None), Decision.kind.not_in(but))
        .where(Decision.at >= since, Decision.at < until)
        .subquery()
        .c
    )
    query = select(made.workflow, func.count(), func.count(case((made.kind == unchanged, 1))))
    return [
        DecidedCount(workflow=workflow, decided=decided, unchanged=same)
        for workflow, decided, same in session.execute(query.group_by(made.workflow))
        if workflow is not None
    ]


_reviewed = aliased(Review)
"""As an alias: the review of a decision is looked up, and not joined."""


def _decides(team: int, but: Collection[str]) -> Sequence[ColumnElement[bool]]:
    is_sample = select(_reviewed.id).where(_reviewed.id == Decision.review_id, has_sample(_reviewed.case_id)).exists()
    return Decision.team_id == team, Decision.revoked_at.is_(None), Decision.kind.not_in(but), ~is_sample


def asked_by_hour(session: Session, *, team: int, since: datetime, until: datetime) -> list[HourCount]:
    """Count the reviews that were opened within a span, by hour of the clock. An hour without any is left out."""
    hour = _hour(session)
    query = (
        select(hour, func.count())
        .where(Review.team_id == team, Review.opened_at >= since, Review.opened_at < until)
        .where(~has_sample(Review.case_id))
        .group_by(hour)
        .order_by(hour)
    )
    return [HourCount(hour=at, number=number) for at, number in session.execute(query)]


def _hour(session: Session) -> ColumnElement[datetime]:
    if session.get_bind().dialect.name == "postgresql":
        return func.date_trunc(literal_column("'hour'"), Review.opened_at, literal_column("'UTC'"), type_=UtcDateTime())
    return func.strftime(literal_column("'%Y-%m-%d %H:00:00.000000'"), Review.opened_at, type_=UtcDateTime())
