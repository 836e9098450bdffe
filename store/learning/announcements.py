"""Announced cases: they are delivered at their time, unless somebody stops them.

A move is a conditional update: the second of two movers changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Announcement, Case, Epoch, EpochCase, Run, Workflow
from store.states import AnnouncementState, Level, RunState
from store.types import literally

# Written out as in the index of these rows.
_IS_OPEN = Announcement.state == literally(AnnouncementState.OPEN)
_GOES_OUT = (Level.VETO, Level.GUARDED)
"""Levels at which what was announced may be delivered."""


@dataclass(frozen=True, kw_only=True)
class AnnouncedLine:
    """An announced case in a list."""

    id: int
    case: int
    key: str
    workflow: str
    input_id: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class AnnouncedCount:
    """The announced cases of a workflow that are still to go out."""

    workflow: str
    number: int
    first: datetime
    """Time at which the next one goes out."""
    last: datetime


def add(session: Session, *, team: int, run: int, case: int, workflow: int, at: datetime, until: datetime) -> int:
    """Announce a case, and return the id of that."""
    return rows.add(
        session,
        Announcement,
        team_id=team,
        run_id=run,
        case_id=case,
        workflow_id=workflow,
        state=AnnouncementState.OPEN,
        at=at,
        until=until,
    )


def get(session: Session, announcement: int, *, team: int) -> Announcement | None:
    """Return the announcement with this id, as it is kept now."""
    return rows.get(session, Announcement, announcement, team=team, anew=True)


def of_run(session: Session, run: int, *, team: int) -> Announcement | None:
    """Return the announcement of a run, as it is kept now; None where it was not announced."""
    query = select(Announcement).where(Announcement.run_id == run, Announcement.team_id == team)
    return session.scalar(query.execution_options(populate_existing=True))


def of_case(session: Session, case: int, *, team: int) -> list[Announcement]:
    """Return the announcements of a case, oldest first."""
    query = select(Announcement).where(Announcement.case_id == case, Announcement.team_id == team)
    return list(session.scalars(query.order_by(Announcement.id)))


def end(session: Session, row: Announcement, to: AnnouncementState, *, at: datetime, by: str | None = None) -> bool:
    """End an open announcement; False where it ended meanwhile. `by`: the person who stopped it."""
    where: dict[str, Any] = {"team_id": row.team_id, "state": AnnouncementState.OPEN}
    return rows.change(session, Announcement, row.id, where=where, to={"state": to, "ended_at": at, "stopped_by": by})


def over(session: Session, *, team: int, workflows: Collection[int], limit: int) -> list[Run]:
    """Return the runs whose announced delivery may not be made any more, oldest first: their workflow is paused, or
    what may go alone was taken back. `workflows`: those whose runs this process can work on.
    """
    return list(session.scalars(_over(team).where(Run.workflow_id.in_(workflows)).order_by(Run.id).limit(limit)))


def is_any_over(session: Session, *, team: int, workflows: Collection[int]) -> bool:
    """Tell whether there is a run that `over` would find."""
    return session.scalar(_over(team).where(Run.workflow_id.in_(workflows)).limit(1)) is not None


def _over(team: int) -> Select[Run]:
    permits = (
        exists()
        .where(
            EpochCase.run_id == Announcement.run_id,
            Epoch.id == EpochCase.epoch_id,
            Epoch.ended_at.is_(None),
            Epoch.held.is_(None),
            Epoch.level.in_(_GOES_OUT),
            Epoch.floor <= EpochCase.score,
        )
        .correlate(Announcement)
    )
    return (
        select(Run)
        .join(Announcement, Announcement.run_id == Run.id)
        .join(Workflow, Workflow.id == Announcement.workflow_id)
        .where(
            Announcement.team_id == team,
            _IS_OPEN,
            Run.state == RunState.HOLDING,
            or_(Workflow.paused_at.is_not(None), ~permits),
        )
    )


def evidence_of(session: Session, run: int, *, team: int) -> EpochCase | None:
    """Return what was settled about an announced run; None where nothing was."""
    return session.scalar(select(EpochCase).where(EpochCase.run_id == run, EpochCase.team_id == team))


def not_alone(session: Session, run: int, *, team: int, counts: bool) -> None:
    """Note of a case's evidence that it did not go alone after all. `counts`: the certificate may still rest on it.

    The probability with which it is looked at stays as it was kept.
    """
    to: dict[str, Any] = {"alone": False} if counts else {"alone": False, "counts": False}
    noted = update(EpochCase).where(EpochCase.run_id == run, EpochCase.team_id == team).values(**to)
    session.execute(noted, execution_options={"synchronize_session": False})


def lines(
    session: Session, *, team: int, workflows: Collection[str], limit: int, first: int = 0
) -> list[AnnouncedLine]:
    """Return the announced cases of these workflows that are still to go out, the next one first."""
    query = (
        select(Announcement, Case.key, Workflow.name, Run.input_id)
        .join(Run, Run.id == Announcement.run_id)
        .join(Case, Case.id == Announcement.case_id)
        .join(Workflow, Workflow.id == Announcement.workflow_id)
        .where(Announcement.team_id == team, _IS_OPEN, Workflow.name.in_(workflows))
        .order_by(Announcement.until, Announcement.id)
        .offset(first)
        .limit(limit)
    )
    return [
        AnnouncedLine(id=row.id, case=row.case_id, key=key, workflow=name, input_id=input_id, until=row.until)
        for row, key, name, input_id in session.execute(query)
    ]


def counts(session: Session, *, team: int) -> list[AnnouncedCount]:
    """Count the announced cases that are still to go out, by workflow."""
    query = (
        select(Workflow.name, func.count(), func.min(Announcement.until), func.max(Announcement.until))
        .join(Workflow, Workflow.id == Announcement.workflow_id)
        .where(Announcement.team_id == team, _IS_OPEN)
        .group_by(Workflow.name)
        .order_by(Workflow.name)
    )
    return [
        AnnouncedCount(workflow=name, number=number, first=first, last=last)
        for name, number, first, last in session.execute(query)
    ]
