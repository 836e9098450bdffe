"""Rate limits of Slack's: the times of its Retry-After, kept so that a restart does not forget them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.schema import RateLimit

EVERYWHERE = ""
"""Stands for the channel where a method is limited in the whole workspace."""


def note(session: Session, *, team: int, method: str, channel: str, until: datetime) -> None:
    """Note that a method is limited until a time, in a channel or `EVERYWHERE`."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(RateLimit).values(team_id=team, method=method, channel=channel, until=until)
    session.execute(
        statement.on_conflict_do_update(index_elements=["team_id", "method", "channel"], set_={"until": until})
    )


def until(session: Session, *, team: int, method: str, channel: str) -> datetime | None:
    """Return the time until which a method is limited in a channel; None where it never was."""
    query = select(func.max(RateLimit.until)).where(
        RateLimit.team_id == team, RateLimit.method == method, RateLimit.channel.in_((channel, EVERYWHERE))
    )
    return session.scalar(query)
