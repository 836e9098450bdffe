"""Events heard from Slack: one row each, so that a repetition is known."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.schema import InboxRow


def add(session: Session, *, team: int, key: str, kind: str, at: datetime) -> bool:
    """Add an event; False where it was heard before. Its unique key decides between two at once."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(InboxRow).values(team_id=team, key=key, kind=kind, received_at=at)
    heard_before = statement.on_conflict_do_nothing(index_elements=["team_id", "key"])
    return session.scalar(heard_before.returning(InboxRow.id)) is not None


def note_form(session: Session, *, team: int, key: str, mark: str, at: datetime) -> bool:
    """Note how new a form of what is written anew is; False where a newer one was heard. `mark`: sorts by age."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(InboxRow).values(team_id=team, key=key, kind=mark, received_at=at)
    newest = statement.on_conflict_do_update(
        index_elements=["team_id", "key"], set_={"kind": mark, "received_at": at}, where=InboxRow.kind <= mark
    )
    return session.scalar(newest.returning(InboxRow.id)) is not None


def is_known(session: Session, *, team: int, key: str) -> bool:
    """Tell whether an event was heard before."""
    query = select(InboxRow.id).where(InboxRow.team_id == team, InboxRow.key == key)
    return session.scalar(query) is not None


def remove(session: Session, *, team: int, key: str) -> None:
    """Delete an event, so that it is new when it comes again."""
    session.execute(delete(InboxRow).where(InboxRow.team_id == team, InboxRow.key == key))


def forget(session: Session, *, team: int, before: datetime) -> None:
    """Delete the events heard before a time."""
    session.execute(delete(InboxRow).where(InboxRow.team_id == team, InboxRow.received_at < before))
