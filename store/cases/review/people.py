"""People who are away, and those to whom reviews were assigned: one row for a person."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import PersonRow


def away(session: Session, *, team: int, at: datetime, among: Collection[str] | None = None) -> Sequence[PersonRow]:
    """Return those who are away, by their ids. `among`: only these people."""
    query = select(PersonRow).where(PersonRow.team_id == team, PersonRow.away_from <= at, PersonRow.away_until > at)
    if among is not None:
        query = query.where(PersonRow.person.in_(among))
    return session.scalars(query.order_by(PersonRow.person)).all()


def get(session: Session, person: str, *, team: int) -> PersonRow | None:
    """Return what is known of a person."""
    query = select(PersonRow).where(PersonRow.team_id == team, PersonRow.person == person)
    return session.scalar(query)


def be_away(
    session: Session,
    person: str,
    *,
    team: int,
    away_from: datetime | None,
    away_until: datetime | None,
    delegate: str | None,
) -> None:
    """Keep when a person is away, in place of what they said before. All None: they are not."""
    _keep(session, person, team=team, away_from=away_from, away_until=away_until, delegate=delegate)


def note_assigned(session: Session, person: str, *, team: int, at: datetime) -> None:
    """Note when a review was last assigned to a person."""
    _keep(session, person, team=team, assigned_at=at)


def _keep(session: Session, person: str, *, team: int, **values: datetime | str | None) -> None:
    nothing = dict.fromkeys(("away_from", "away_until", "delegate", "assigned_at"))
    added = rows.add_new(
        session, PersonRow, ("team_id", "person"), team_id=team, person=person, **{**nothing, **values}
    )
    if added is None:
        known = get(session, person, team=team)
        assert known is not None
        rows.change(session, PersonRow, known.id, where={"team_id": team}, to=values)
