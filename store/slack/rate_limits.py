"""Until when Slack wants to be left alone: what its Retry-After said, kept so that a restart does not forget it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.schema import Pause

EVERYWHERE = ""
"""In place of a channel, where a method is limited in the whole workspace."""


def pause(session: Session, *, team: int, method: str, channel: str, until: datetime) -> None:
    """Leave a method alone until a time, in a channel or `EVERYWHERE`."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Pause).values(team_id=team, method=method, channel=channel, until=until)
    session.execute(
        statement.on_conflict_do_update(index_elements=["team_id", "method", "channel"], set_={"until": until})
    )


def until(session: Session, *, team: int, method: str, channel: str) -> datetime | None:
    """Until when a method is to be left alone in a channel; None where Slack never asked for that."""
    query = select(func.max(Pause.until)).where(
        Pause.team_id == team, Pause.method == method, Pause.channel.in_((channel, EVERYWHERE))
    )
    return session.scalar(query)
