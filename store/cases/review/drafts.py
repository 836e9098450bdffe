"""Drafts, typed in a form and not sent yet: one row for a person and the subject of the form.

To delete a content, a database searches every table that names contents. So that of a draft is emptied and stays.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store.cases import contents
from store.db import rows
from store.schema import Content, Draft
from store.subjects import Subject

EMPTY = "{}"
"""The content of a draft that is gone."""


def of_person(session: Session, *, team: int, subject: Subject, by: str) -> Draft | None:
    """Return a person's draft about a subject."""
    return session.scalar(select(Draft).where(Draft.team_id == team, Draft.is_about(subject), Draft.by == by))


def keep(
    session: Session,
    *,
    team: int,
    subject: Subject,
    case: int,
    version: int,
    by: str,
    interaction_id: str | None,
    body: str,
    at: datetime,
) -> None:
    """Keep a person's draft about a subject, in place of the one before. The case has to be held."""
    known = of_person(session, team=team, subject=subject, by=by)
    values = {"version": version, "interaction_id": interaction_id, "written_at": at}
    if known is None:
        content = contents.keep(session, team=team, case=case, kind="draft", body=body)
        rows.add(
            session,
            Draft,
            team_id=team,
            subject_kind=subject.kind,
            subject_id=subject.id,
            by=by,
            content_id=content,
            **values,
        )
    else:
        rows.change(session, Content, known.content_id, where={"team_id": team}, to={"body": body})
        rows.change(session, Draft, known.id, where={"team_id": team}, to=values)


def forget(session: Session, *, team: int, subject: Subject, by: str) -> None:
    """Delete a person's draft about a subject."""
    gone = delete(Draft).where(Draft.team_id == team, Draft.is_about(subject), Draft.by == by)
    _empty(session, list(session.scalars(gone.returning(Draft.content_id))), team=team)


def sweep(session: Session, *, team: int, before: datetime) -> None:
    """Delete the drafts that were written before a time."""
    gone = delete(Draft).where(Draft.team_id == team, Draft.written_at < before)
    _empty(session, list(session.scalars(gone.returning(Draft.content_id))), team=team)


def _empty(session: Session, gone: list[int], *, team: int) -> None:
    if gone:
        session.execute(update(Content).where(Content.id.in_(gone), Content.team_id == team).values(body=EMPTY))
