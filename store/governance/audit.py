"""The audit trail: each act with its actor and time. Rows are only ever added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, func, literal_column, select
from sqlalchemy.orm import Session

from store.db import failpoints, rows
from store.db.failpoints import Failpoint
from store.schema import AuditRow, Case, Workflow
from store.subjects import Subject

READ = "case.read"
"""The action of a reading: a person was shown what is in a case."""
# A part of the statement: only then is the index of readings used.
_READ: ColumnElement[str] = literal_column(f"'{READ}'", String)


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """A row about a case, with the case's key and workflow."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: Subject
    key: str
    workflow: str
    details: Mapping[str, Any]  # Any: ids, hashes and codes


@dataclass(frozen=True, kw_only=True)
class Act:
    """An act to record."""

    action: str
    """In the past tense."""
    subject: Subject
    case: int | None
    details: Mapping[str, str | int | None] = field(default_factory=dict)
    """Ids and hashes only."""


def record(
    session: Session,
    *,
    team: int,
    at: datetime,
    actor: str,
    action: str,
    subject: Subject,
    case: int | None,
    details: dict[str, str | int | None] | None = None,
) -> None:
    """Add a row: `action` in the past tense, `details` ids and hashes only."""
    failpoints.before(Failpoint.AUDIT, action)
    act = Act(action=action, subject=subject, case=case, details=details or {})
    rows.append(session, AuditRow, team_id=team, at=at, actor=actor, **_columns(act))
    failpoints.after(Failpoint.AUDIT, action)


def record_all(session: Session, acts: Sequence[Act], *, team: int, at: datetime, actor: str) -> None:
    """Add a row for each act, in their order."""
    for act in acts:
        failpoints.before(Failpoint.AUDIT, act.action)
    rows.add_all(session, AuditRow, [_columns(act) for act in acts], {"team_id": team, "at": at, "actor": actor})
    for act in acts:
        failpoints.after(Failpoint.AUDIT, act.action)


def _columns(act: Act) -> dict[str, Any]:
    return {
        "action": act.action,
        "subject_kind": act.subject.kind,
        "subject_id": act.subject.id,
        "case_id": act.case,
        "details": act.details,
    }


def last(session: Session, *, team: int, subject: Subject, action: str) -> AuditRow | None:
    """Return the newest row of this action on a subject; None where it never happened."""
    query = select(AuditRow).where(AuditRow.team_id == team, AuditRow.is_about(subject), AuditRow.action == action)
    return session.scalar(query.order_by(AuditRow.id.desc()).limit(1))


def actor_at(session: Session, *, team: int, subject: Subject, actions: Collection[str], at: datetime) -> str | None:
    """Return the actor of one of these actions on a subject at a time; None where there was none."""
    done = select(AuditRow.actor).where(AuditRow.is_about(subject), AuditRow.action.in_(actions))
    query = done.where(AuditRow.team_id == team, AuditRow.at == at)
    return session.scalar(query.order_by(AuditRow.id.desc()).limit(1))


_LOOKED_AT = 500
"""Number of newest rows that are searched for a person's refusals, or for the newest time."""


def refused(session: Session, *, team: int, actor: str, since: datetime, at_most: int) -> int:
    """Count the refusals of a person since a time, among the newest rows and up to `at_most`."""
    newest = select(AuditRow.id).where(AuditRow.team_id == team).order_by(AuditRow.id.desc()).limit(_LOOKED_AT)
    theirs = select(AuditRow.id).where(
        AuditRow.id.in_(newest),
        AuditRow.actor == actor,
        AuditRow.at > since,
        AuditRow.action.like("%.refused"),
    )
    return session.scalar(select(func.count()).select_from(theirs.limit(at_most).subquery())) or 0


def newest(session: Session, *, team: int) -> datetime | None:
    """Return the latest time of the newest rows; None before the first."""
    newest = select(AuditRow.id).where(AuditRow.team_id == team).order_by(AuditRow.id.desc()).limit(_LOOKED_AT)
    return session.scalar(select(func.max(AuditRow.at)).where(AuditRow.id.in_(newest)))


def last_id(session: Session, *, team: int) -> int:
    """Return the id of the newest row; 0 before the first."""
    return (
        session.scalar(select(AuditRow.id).where(AuditRow.team_id == team).order_by(AuditRow.id.desc()).limit(1)) or 0
    )


def of_case(session: Session, case: int, *, team: int) -> list[AuditRow]:
    """Return all rows about a case, oldest first."""
    query = select(AuditRow).where(AuditRow.case_id == case, AuditRow.team_id == team)
    return list(session.scalars(query.order_by(AuditRow.id)))


def readings_lately(
    session: Session, *, team: int, actor: str, cases: Collection[int], since: datetime, until: datetime
) -> list[AuditRow]:
    """Return a person's readings of these cases between two times, both of them included."""
    theirs = select(AuditRow).where(AuditRow.team_id == team, AuditRow.actor == actor, AuditRow.action == _READ)
    lately = theirs.where(AuditRow.at.between(since, until), AuditRow.subject_id.in_(cases))
    return list(session.scalars(lately))


def readings_of_case(session: Session, *, team: int, subject: Subject, limit: int) -> list[AuditLine]:
    """Return the readings of a case, the newest first. `subject`: the case."""
    query = _lines().where(AuditRow.team_id == team, AuditRow.is_about(subject), AuditRow.action == _READ)
    return _as_lines(session, query.order_by(AuditRow.id.desc()).limit(limit))


def readings_by(session: Session, *, team: int, actor: str, since: datetime, limit: int) -> list[AuditLine]:
    """Return the readings of a person since a time, the newest first."""
    query = _lines().where(
        AuditRow.team_id == team, AuditRow.actor == actor, AuditRow.action == _READ, AuditRow.at >= since
    )
    return _as_lines(session, query.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit))


def since(session: Session, *, team: int, row: int) -> list[AuditLine]:
    """Return the rows about cases after this one, oldest first."""
    return _as_lines(session, _lines().where(AuditRow.team_id == team, AuditRow.id > row).order_by(AuditRow.id))


def _lines() -> Select[AuditRow, str, str]:
    query = select(AuditRow, Case.key, Workflow.name).join(Case, Case.id == AuditRow.case_id)
    return query.join(Workflow, Workflow.id == Case.workflow_id)


def _as_lines(session: Session, query: Select[AuditRow, str, str]) -> list[AuditLine]:
    return [
        AuditLine(
            id=row.id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            key=key,
            workflow=workflow,
            details=row.details,
        )
        for row, key, workflow in session.execute(query)
    ]
