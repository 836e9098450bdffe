"""What has to be shown in Slack: intents, written in the transaction of what they tell of."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from store import rows
from store.schema import OutboxRow


def want_view(session: Session, *, team: int, kind: str, subject: str, channel: str, at: datetime) -> None:
    """Have a subject's present state shown in a channel; wishes that were not met yet become one."""
    key = f"{kind}:{subject}:{channel}"
    again = (
        update(OutboxRow)
        .where(OutboxRow.team_id == team, OutboxRow.key == key)
        .values(state="due", wanted=OutboxRow.wanted + 1, attempts=0, not_before=at)
        .returning(OutboxRow.id)
    )
    if session.scalar(again) is None:
        _add(session, team=team, kind=kind, subject=subject, channel=channel, key=key, at=at)


def add_note(session: Session, *, team: int, kind: str, subject: str, channel: str, at: datetime) -> None:
    """Have something said once in a channel. A subject has one note of a kind there."""
    key = f"{kind}:{subject}:{channel}"
    _add(session, team=team, kind=kind, subject=subject, channel=channel, key=key, at=at)


def _add(session: Session, *, team: int, kind: str, subject: str, channel: str, key: str, at: datetime) -> None:
    rows.add(
        session,
        OutboxRow,
        team_id=team,
        kind=kind,
        subject=subject,
        channel=channel,
        key=key,
        state="due",
        wanted=1,
        attempts=0,
        not_before=at,
        created_at=at,
    )
