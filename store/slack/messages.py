"""The messages that stand in channels: which subject's, under which of Slack's names, drawn when."""

from sqlalchemy import String, cast, delete, func, literal, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Message, Review, Workflow


def of_subject(session: Session, *, team: int, channel: str, subject: str) -> Message | None:
    """The message that shows a subject in a channel."""
    return session.scalar(
        select(Message).where(Message.team_id == team, Message.channel == channel, Message.subject == subject)
    )


def channels_of(session: Session, *, team: int, subject: str) -> set[str]:
    """The channels in which a subject is shown."""
    query = select(Message.channel).where(Message.team_id == team, Message.subject == subject)
    return set(session.scalars(query))


def cards_elsewhere(session: Session, *, team: int, workflow: str, channel: str | None) -> list[tuple[str, str]]:
    """The subjects of a workflow's cards that wait in any channel but this one, with the channel."""
    query = (
        select(Message.subject, Message.channel)
        .join(Review, Message.subject == literal("review:") + cast(Review.id, String))
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Message.team_id == team,
            Message.waits.is_(True),
            Message.channel != (channel or ""),
            Workflow.name == workflow,
        )
    )
    return [(subject, elsewhere) for subject, elsewhere in session.execute(query)]


def channels_with_queue(session: Session, *, team: int) -> list[str]:
    """The channels in which a queue stands."""
    query = select(Message.channel).where(Message.team_id == team, Message.subject.startswith("queue:"))
    return list(session.scalars(query))


def waiting(session: Session, *, team: int, channel: str, what: str) -> int:
    """How many messages in a channel show something that waits for a person. `what`: how their subjects begin."""
    query = select(func.count()).where(
        Message.team_id == team,
        Message.channel == channel,
        Message.waits.is_(True),
        Message.subject.startswith(f"{what}:"),
    )
    return session.scalar(query) or 0


def drawn(session: Session, *, team: int, channel: str, subject: str, ts: str, waits: bool) -> None:
    """Note what a message shows now; it may be a new one."""
    known = of_subject(session, team=team, channel=channel, subject=subject)
    if known is None:
        rows.add(
            session,
            Message,
            team_id=team,
            channel=channel,
            subject=subject,
            ts=ts,
            waits=waits,
        )
    else:
        shows = {"ts": ts, "waits": waits}
        rows.change(session, Message, known.id, where={}, to=shows)


def forget(session: Session, *, team: int, channel: str, subject: str) -> None:
    """Let go of a message that is no longer there, or is to stand as it is."""
    session.execute(
        delete(Message).where(Message.team_id == team, Message.channel == channel, Message.subject == subject)
    )
