"""Rate limits of a face: the times for which it asked not to be called, kept so that a restart does not forget them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.slack import rate_limits
from workflows.engine.context import Context

LONGEST_RATE_LIMIT = timedelta(hours=1)
"""Longest rate limit that is obeyed, whatever a face asks for; then it is asked again."""


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """A wish of a face's that a method is not called for a time."""

    method: str
    channel: str | None
    """None: in all channels."""
    seconds: float


def note_rate_limit(session: Session, limit: RateLimit, *, team: int, at: datetime) -> None:
    """Note from when on a method may be called again."""
    until = at + min(timedelta(seconds=limit.seconds), LONGEST_RATE_LIMIT)
    channel = rate_limits.EVERYWHERE if limit.channel is None else limit.channel
    rate_limits.note(session, team=team, method=limit.method, channel=channel, until=until)


def time_left(context: Context, *, method: str, channel: str) -> timedelta:
    """Return the time for which a method is not to be called for a channel; zero where it may be called."""
    with context.database.read() as session:
        until = rate_limits.until(session, team=context.team, method=method, channel=channel)
    left = until - context.clock() if until is not None else timedelta(0)
    # A longer limit was noted before the clock was put back.
    return left if timedelta(0) < left <= LONGEST_RATE_LIMIT else timedelta(0)
