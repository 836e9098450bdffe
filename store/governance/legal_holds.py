"""Legal holds: placed, lifted, and asked for at each removal."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Case, LegalHold, Workflow
from store.subjects import Subject, SubjectKind


@dataclass(frozen=True, kw_only=True)
class HoldLine:
    """A legal hold in a list."""

    id: int
    subject: Subject
    """The case or the workflow that it is on."""
    case: str | None
    """Key of the case; None where it is on a workflow."""
    workflow: str | None
    """Name of the workflow; None where it is on a case."""
    reason: str
    placed_by: str
    placed_at: datetime


def place(session: Session, *, team: int, subject: Subject, reason: str, by: str, at: datetime) -> int:
    """Place a hold on a case or a workflow; returns its id."""
    return rows.add(
        session,
        LegalHold,
        team_id=team,
        subject_kind=subject.kind,
        subject_id=subject.id,
        reason=reason,
        placed_by=by,
        placed_at=at,
        lifted_by=None,
        lifted_at=None,
    )


def lift(session: Session, *, team: int, subject: Subject, by: str, at: datetime) -> list[int]:
    """Lift all holds on a case or a workflow; returns their ids."""
    theirs = update(LegalHold).where(
        LegalHold.team_id == team, LegalHold.is_about(subject), LegalHold.lifted_at.is_(None)
    )
    lifted = theirs.values(lifted_by=by, lifted_at=at).returning(LegalHold.id)
    return list(session.scalars(lifted, execution_options={"synchronize_session": False}))


def active(session: Session, *, team: int, limit: int) -> list[HoldLine]:
    """Return the holds that are not lifted, the newest first."""
    query = (
        select(LegalHold, Case.key, Workflow.name)
        .outerjoin(Case, and_(LegalHold.is_about_row(SubjectKind.CASE, Case.id), Case.team_id == team))
        .outerjoin(Workflow, and_(LegalHold.is_about_row(SubjectKind.WORKFLOW, Workflow.id), Workflow.team_id == team))
        .where(LegalHold.team_id == team, LegalHold.lifted_at.is_(None))
        .order_by(LegalHold.id.desc())
        .limit(limit)
    )
    return [
        HoldLine(
            id=hold.id,
            subject=hold.subject,
            case=key,
            workflow=name,
            reason=hold.reason,
            placed_by=hold.placed_by,
            placed_at=hold.placed_at,
        )
        for hold, key, name in session.execute(query)
    ]


def on(session: Session, *, team: int, case: int, workflow: int) -> LegalHold | None:
    """Return a hold that keeps the content of a case, on itself or on its workflow; None where there is none.

    `workflow`: the id of its row.
    """
    its_own = LegalHold.is_about(SubjectKind.CASE.of(case))
    query = select(LegalHold).where(LegalHold.team_id == team, LegalHold.lifted_at.is_(None))
    query = query.where(or_(its_own, LegalHold.is_about(SubjectKind.WORKFLOW.of(workflow))))
    return session.scalar(query.order_by(LegalHold.id).limit(1))


def held(session: Session, *, team: int, kind: SubjectKind, ids: Collection[int]) -> set[int]:
    """Return those of these cases, or workflows, that have a hold of their own."""
    query = select(LegalHold.subject_id).where(
        LegalHold.team_id == team,
        LegalHold.lifted_at.is_(None),
        LegalHold.subject_kind == kind,
        LegalHold.subject_id.in_(ids),
    )
    return set(session.scalars(query))
