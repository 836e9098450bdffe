"""Content that was kept for a while: cases that ended before a time, found in the order of their ends.

Progress is kept for each workflow and class of content, so that no look reads what an earlier one has read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from store.cases.removals import content_is_left, step_is_left
from store.db import rows
from store.schema import Case, Content, PutOffRemoval, Report, RetentionProgress, Review, Run, SpotCheck, Step
from store.states import ENDED, UNDECIDED, ReviewState, RunState
from store.types import literally

# Written out as in the index of these rows.
_HAS_ENDED = Run.state.in_([literally(state) for state in (RunState.CLOSED, RunState.DELIVERED)])
_UNDECIDED = SpotCheck.state.in_([literally(state) for state in UNDECIDED])
_TO_DECIDE = (ReviewState.OPEN, ReviewState.AWAITING_SECOND, ReviewState.ASKED)


@dataclass(frozen=True, kw_only=True)
class EndedRun:
    """A run that ended, of a case with content."""

    run: int
    ended_at: datetime
    workflow: int
    """Id of its row."""
    case: int | None
    """None where its case has no content any more."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A case as removal finds it."""

    ended_at: datetime | None
    """End of its last run; None where a run of it has not ended, or somebody has still to look at it."""
    workflow: int
    """Id of its workflow's row."""


@dataclass(frozen=True, kw_only=True)
class Retained:
    """The cases of a workflow that have content of one class."""

    cases: int
    oldest: datetime | None
    """Time when the oldest of them came; None where there are none."""
    due: int
    """Number of those that ended before a time."""


def progress(session: Session, *, team: int, workflow: int, kind: str) -> tuple[datetime, int] | None:
    """Return the end and the number of the last run that was looked at; None before the first."""
    found = session.scalar(_progress(team, workflow, kind))
    return None if found is None else (found.ended_at, found.run_id)


def note_progress(session: Session, *, team: int, workflow: int, kind: str, ended_at: datetime, run: int) -> None:
    """Note the last run that was looked at."""
    found = session.scalar(_progress(team, workflow, kind))
    if found is None:
        values = {"team_id": team, "workflow_id": workflow, "kind": kind, "ended_at": ended_at, "run_id": run}
        rows.add_new(session, RetentionProgress, ("workflow_id", "kind"), **values)
    else:
        to = {"ended_at": ended_at, "run_id": run}
        rows.change(session, RetentionProgress, found.id, where={"team_id": team}, to=to)


def ended(
    session: Session, *, team: int, after: tuple[datetime, int] | None, before: datetime, limit: int
) -> Sequence[EndedRun]:
    """Return the next runs that ended before a time, of all workflows, in the order of their ends.

    They come from an index of ended runs, and no more than `limit` of them are read.
    """
    query = select(Run.id, Run.changed_at, Run.workflow_id, Run.case_id).where(
        Run.team_id == team, _HAS_ENDED, Run.changed_at < before
    )
    if after is not None:
        ended_at, run = after
        query = query.where(Run.changed_at >= ended_at, or_(Run.changed_at > ended_at, Run.id > run))
    page = query.order_by(Run.changed_at, Run.id).limit(limit).subquery()
    with_content = and_(Case.id == page.c.case_id, Case.erased_at.is_(None))
    found = session.execute(
        select(page.c.id, page.c.changed_at, page.c.workflow_id, Case.id)
        .outerjoin(Case, with_content)
        .order_by(page.c.changed_at, page.c.id)
    )
    return [EndedRun(run=run, ended_at=at, workflow=workflow, case=case) for run, at, workflow, case in found]


def standing(session: Session, case: int, *, team: int) -> Standing | None:
    """Return a case as removal finds it; None where it has no content any more. The caller holds it."""
    row = session.execute(
        select(
            Case.workflow_id,
            select(func.max(Run.changed_at)).where(Run.case_id == Case.id).scalar_subquery(),
            _is_open(),
        ).where(Case.id == case, Case.team_id == team, Case.erased_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    workflow, ended_at, is_open = row
    return Standing(workflow=workflow, ended_at=None if is_open else ended_at)


def put_off(session: Session, case: int, *, team: int, at: datetime) -> None:
    """Note that a case is to be looked at again."""
    known = session.scalar(select(PutOffRemoval.id).where(PutOffRemoval.case_id == case, PutOffRemoval.team_id == team))
    if known is None:
        rows.add_new(session, PutOffRemoval, ("case_id",), team_id=team, case_id=case, looked_at=at)
    else:
        rows.change(session, PutOffRemoval, known, where={"team_id": team}, to={"looked_at": at})


def no_longer_put_off(session: Session, case: int, *, team: int) -> None:
    """Note that a case need not be looked at again."""
    gone = delete(PutOffRemoval).where(PutOffRemoval.case_id == case, PutOffRemoval.team_id == team)
    session.execute(gone, execution_options={"synchronize_session": False})


def were_put_off(session: Session, *, team: int, before: datetime, limit: int) -> Sequence[int]:
    """Return the cases that were put off and not looked at since a time, the longest ago first."""
    query = select(PutOffRemoval.case_id).where(PutOffRemoval.team_id == team, PutOffRemoval.looked_at < before)
    return session.scalars(query.order_by(PutOffRemoval.looked_at, PutOffRemoval.id).limit(limit)).all()


def retained(
    session: Session, *, team: int, workflow: int, kinds: Collection[str], steps: bool, before: datetime | None
) -> Retained:
    """Count the cases of a workflow that have content of these kinds. `steps`: or data of steps.

    `before`: those that ended before it are counted as due; None: none is. It reads all cases of the workflow.
    """
    texts = select(Content.id).where(Content.case_id == Case.id, Content.kind.in_(kinds), content_is_left(team))
    has: ColumnElement[bool] = texts.exists()
    if steps:
        of_case = select(Step.id).join(Run, Run.id == Step.run_id).where(Run.case_id == Case.id, step_is_left(team))
        has = or_(has, of_case.exists())
    run = aliased(Run)
    last = select(func.max(run.changed_at)).where(run.case_id == Case.id).scalar_subquery()
    is_due = and_(last < before, ~_is_open()) if before is not None else literal_column("1=0")
    query = select(func.count(), func.min(Case.received_at), func.count().filter(is_due)).where(
        Case.workflow_id == workflow, Case.team_id == team, Case.erased_at.is_(None), has
    )
    number, oldest, due = session.execute(query).one()
    return Retained(cases=number, oldest=oldest, due=due)


def _is_open() -> ColumnElement[bool]:
    """Return the condition that somebody, or a worker, has something left to do about a case."""
    run, left = aliased(Run), [literally(state) for state in RunState if state not in ENDED]
    return or_(
        select(run.id).where(run.case_id == Case.id, run.state.in_(left)).exists(),
        select(Review.id).where(Review.case_id == Case.id, Review.state.in_(_TO_DECIDE)).exists(),
        select(SpotCheck.id)
        .where(SpotCheck.case_id == Case.id, or_(_UNDECIDED, SpotCheck.correction == literal_column("'due'")))
        .exists(),
        select(Report.id).where(Report.case_id == Case.id, Report.outcome.is_(None)).exists(),
    )


def _progress(team: int, workflow: int, kind: str) -> Select[RetentionProgress]:
    return select(RetentionProgress).where(
        RetentionProgress.team_id == team, RetentionProgress.workflow_id == workflow, RetentionProgress.kind == kind
    )
