"""Messages shown in channels: the subject of each, and Slack's name for it."""

from functools import lru_cache

from sqlalchemy import Dialect, bindparam, delete, func, select
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Message, Review, Workflow
from store.subjects import Subject, SubjectKind


def of_subject(session: Session, *, team: int, channel: str, subject: Subject) -> Message | None:
    """Return the message that shows a subject in a channel."""
    return session.scalar(
        select(Message).where(Message.team_id == team, Message.channel == channel, Message.is_about(subject))
    )


def subject_at(session: Session, *, team: int, channel: str, ts: str) -> Subject | None:
    """Return the subject of a message in a channel; None where it is none of ours. `ts`: Slack's name for it."""
    query = select(Message).where(Message.team_id == team, Message.channel == channel, Message.ts == ts)
    found = session.scalar(query)
    return found.subject if found is not None else None


def channels_of(session: Session, *, team: int, subject: Subject) -> set[str]:
    """Return the channels in which a subject is shown."""
    values = {"team": team, "kind": subject.kind, "id": subject.id}
    return {channel for (channel,) in _channels_of(connection_of(session).dialect).all(session, values)}


@lru_cache(maxsize=MOST)
def _channels_of(dialect: Dialect) -> Statement:
    # Every decision asks for them.
    query = select(Message.channel).where(
        Message.team_id == bindparam("team"),
        Message.subject_kind == bindparam("kind"),
        Message.subject_id == bindparam("id"),
    )
    return compiled(query, dialect)


def cards_elsewhere(session: Session, *, team: int, workflow: str, channel: str | None) -> list[tuple[int, str]]:
    """The reviews of a workflow's cards that wait in any channel but this one, with the channel."""
    query = (
        select(Review.id, Message.channel)
        .select_from(Message)
        .join(Review, Message.is_about_row(SubjectKind.REVIEW, Review.id))
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Message.team_id == team,
            Message.waits,
            Message.channel != (channel or ""),
            Workflow.name == workflow,
        )
    )
    return [(review, elsewhere) for review, elsewhere in session.execute(query)]


def channels_with_queue(session: Session, *, team: int) -> list[str]:
    """Return the channels that show a queue."""
    query = select(Message.channel).where(Message.team_id == team, Message.subject_kind == SubjectKind.CHANNEL)
    return list(session.scalars(query))


def waiting(session: Session, *, team: int, channel: str, kind: SubjectKind) -> int:
    """Count the messages in a channel that show something that waits for a person. `kind`: of their subject."""
    query = select(func.count()).where(
        Message.team_id == team,
        Message.channel == channel,
        Message.waits,
        Message.subject_kind == kind,
    )
    return session.scalar(query) or 0


def drawn(session: Session, *, team: int, channel: str, subject: Subject, ts: str, waits: bool) -> None:
    """Note the message that shows a subject now; add it where it is new."""
    known = of_subject(session, team=team, channel=channel, subject=subject)
    if known is None:
        rows.add(
            session,
            Message,
            team_id=team,
            channel=channel,
            subject_kind=subject.kind,
            subject_id=subject.id,
            ts=ts,
            waits=waits,
        )
    else:
        shows = {"ts": ts, "waits": waits}
        rows.change(session, Message, known.id, where={}, to=shows)


def forget(session: Session, *, team: int, channel: str, subject: Subject) -> None:
    """Forget a message that is gone, or is no longer to be changed."""
    session.execute(
        delete(Message).where(Message.team_id == team, Message.channel == channel, Message.is_about(subject))
    )
