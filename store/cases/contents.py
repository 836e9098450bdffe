"""Texts of cases (inputs, outputs, reasons), in rows of their own."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Content


def keep(session: Session, *, team: int, case: int, kind: str, body: str) -> int:
    """Keep a content; returns its id."""
    return rows.add_numbered(session, Content, team_id=team, case_id=case, kind=kind, body=body)


def keep_all(session: Session, bodies: Mapping[int, str], *, team: int, kind: str) -> dict[int, int]:
    """Keep one content for each of these cases, given as case -> body; returns the contents' ids by case."""
    if len(bodies) == 1:
        return {case: keep(session, team=team, case=case, kind=kind, body=body) for case, body in bodies.items()}
    each = [{"case_id": case, "body": body} for case, body in bodies.items()]
    return rows.add_all_new(session, Content, each, {"team_id": team, "kind": kind}, by="case_id")


def body(session: Session, content: int, *, team: int) -> str:
    """Return the body of a content. Raise `sqlalchemy.exc.NoResultFound` where there is none with this id."""
    return session.scalars(select(Content.body).where(Content.id == content, Content.team_id == team)).one()


def bodies(session: Session, ids: Collection[int], *, team: int) -> dict[int, str]:
    """Return the bodies of several contents, by id."""
    query = select(Content.id, Content.body).where(Content.id.in_(ids), Content.team_id == team)
    found = session.execute(query)
    return {row.id: row.body for row in found}
