"""Texts of cases (inputs, outputs, reasons), in rows of their own."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Content


def keep(session: Session, *, team: int, case: int, kind: str, body: str) -> int:
    """Keep a content; returns its id."""
    return rows.add(session, Content, team_id=team, case_id=case, kind=kind, body=body)


def body(session: Session, content: int, *, team: int) -> str:
    """Return the body of a content. Raise `sqlalchemy.exc.NoResultFound` where there is none with this id."""
    return session.scalars(select(Content.body).where(Content.id == content, Content.team_id == team)).one()


def bodies(session: Session, ids: Collection[int], *, team: int) -> dict[int, str]:
    """Return the bodies of several contents, by id."""
    query = select(Content.id, Content.body).where(Content.id.in_(ids), Content.team_id == team)
    found = session.execute(query)
    return {row.id: row.body for row in found}
