"""Terms of workflows: a row for each time that they changed, and the signature under it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import TermsRow, Workflow

_NEWEST = (
    select(TermsRow)
    .join(Workflow, Workflow.id == TermsRow.workflow_id)
    .where(TermsRow.team_id == bindparam("team"), Workflow.name == bindparam("workflow"))
    .order_by(TermsRow.number.desc())
    .limit(1)
)


def newest(session: Session, *, team: int, workflow: str) -> TermsRow | None:
    """Return the newest terms of a workflow; None before the first."""
    return session.scalar(_NEWEST, {"team": team, "workflow": workflow})


def newest_of_version(session: Session, *, team: int, workflow: str, version: str) -> TermsRow | None:
    """Return the newest row of a version of a workflow's terms; None where no process had it."""
    query = _NEWEST.where(TermsRow.version == version)
    return session.scalar(query, {"team": team, "workflow": workflow})


def last_signed(session: Session, *, team: int, workflow: str) -> TermsRow | None:
    """Return the newest terms of a workflow that are signed; None where none are."""
    query = _NEWEST.where(TermsRow.signed_by.is_not(None))
    return session.scalar(query, {"team": team, "workflow": workflow})


def hows(session: Session, *, team: int, versions: Sequence[str]) -> dict[tuple[str, str], str | None]:
    """Return how terms of these versions are signed, by workflow and version, the newest of each; None: not at all."""
    if not versions:
        return {}
    query = select(Workflow.name, TermsRow.version, TermsRow.signed_how)
    query = query.join(Workflow, Workflow.id == TermsRow.workflow_id)
    found = session.execute(query.where(TermsRow.team_id == team, TermsRow.version.in_(versions)).order_by(TermsRow.id))
    return {(name, version): how for name, version, how in found}


def was_signed(session: Session, *, team: int, workflow: int, hows: Sequence[str]) -> bool:
    """Tell whether terms of a workflow were ever signed in one of these ways."""
    query = select(TermsRow.id).where(TermsRow.team_id == team, TermsRow.workflow_id == workflow)
    return session.scalar(query.where(TermsRow.signed_how.in_(hows)).limit(1)) is not None


def get(session: Session, terms: int, *, team: int) -> TermsRow | None:
    """Return terms by the id of their row."""
    return rows.get(session, TermsRow, terms, team=team, anew=True)


def before(session: Session, terms: Sequence[TermsRow], *, team: int) -> Sequence[TermsRow]:
    """Return the terms before each of these; none for the first of a workflow."""
    wanted = [(row.workflow_id, row.number - 1) for row in terms]
    place = tuple_(TermsRow.workflow_id, TermsRow.number)
    return session.scalars(select(TermsRow).where(TermsRow.team_id == team, place.in_(wanted))).all()


def of_workflows(session: Session, *, team: int, workflow: str | None, limit: int) -> list[tuple[str, TermsRow]]:
    """Return the terms of a workflow with its name, or of all, newest first."""
    query = select(Workflow.name, TermsRow).join(Workflow, Workflow.id == TermsRow.workflow_id)
    if workflow is not None:
        query = query.where(Workflow.name == workflow)
    newest = TermsRow.number if workflow is not None else TermsRow.id
    found = session.execute(query.where(TermsRow.team_id == team).order_by(newest.desc()).limit(limit))
    return [(name, row) for name, row in found]


def count(session: Session, *, team: int, workflow: str | None) -> int:
    """Return the number of terms of a workflow, or of all."""
    query = select(func.count()).select_from(TermsRow).join(Workflow, Workflow.id == TermsRow.workflow_id)
    if workflow is not None:
        query = query.where(Workflow.name == workflow)
    return session.scalar(query.where(TermsRow.team_id == team)) or 0


def add(session: Session, *, team: int, workflow: int, number: int, **values: Any) -> int | None:
    """Add terms, and return the id of their row; None where another process has this number already."""
    unique = ("workflow_id", "number")
    return rows.add_new(session, TermsRow, unique, team_id=team, workflow_id=workflow, number=number, **values)


def sign(
    session: Session,
    terms: int,
    *,
    team: int,
    by: str,
    at: datetime,
    how: str,
    in_place_of: Sequence[str],
    exception: str | None = None,
) -> bool:
    """Sign terms that nobody has signed; False where somebody has.

    `in_place_of`: ways of a signature that this one replaces. `exception`: reason why it is signed without evidence.
    """
    row = TermsRow
    unsigned = row.signed_how.is_(None) | row.signed_how.in_(in_place_of)
    signed = update(row).where(row.id == terms, row.team_id == team, unsigned)
    done = session.execute(
        signed.values(signed_by=by, signed_at=at, signed_how=how, exception=exception).returning(row.id)
    )
    return done.first() is not None
