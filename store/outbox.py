"""What has to be shown in Slack: intents, written in the transaction of what they tell of.

A view shows a subject's present state and is coalesced; a note says something once. Only the sender takes them up.
Cards are views too, and not all of them are shown at once: a channel has room for a few, the most urgent first.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select, update
from sqlalchemy.orm import Session

from store import rows
from store.schema import Message, OutboxRow, Review, Workflow

CARD = "card"
"""The kind of a review's card; its subject is `review:ID`."""
QUEUE = "queue"
"""The kind of a channel's card for all that has no card of its own; its subject is `queue:CHANNEL`."""


@dataclass(frozen=True, kw_only=True)
class Unshown:
    """The open reviews that a channel has no card for."""

    number: int
    oldest: datetime | None
    """Since when the oldest is open."""


@dataclass(frozen=True, kw_only=True)
class HeldUp:
    """What waits for a channel that Slack refuses."""

    number: int
    error: str
    """Slack's code."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Messages to a channel that Slack refused."""

    channel: str
    state: str
    error: str
    """Slack's code."""
    number: int


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


def channels(session: Session, *, team: int, at: datetime) -> list[str]:
    """The channels, or roles of channels, in which something is due."""
    query = select(OutboxRow.channel).where(
        OutboxRow.team_id == team, OutboxRow.state == "due", OutboxRow.not_before <= at
    )
    return sorted(session.scalars(query.distinct()))


def channels_with(session: Session, *, team: int, state: str) -> list[str]:
    """The channels that have something in a state."""
    query = select(OutboxRow.channel).where(OutboxRow.team_id == team, OutboxRow.state == state)
    return sorted(session.scalars(query.distinct()))


def is_postponed(session: Session, *, team: int, at: datetime) -> bool:
    """Is there anything that is to be sent later than now?"""
    query = select(OutboxRow.id).where(OutboxRow.team_id == team, OutboxRow.state == "due", OutboxRow.not_before > at)
    return session.scalar(query.limit(1)) is not None


def due(session: Session, *, team: int, channel: str, at: datetime, limit: int) -> list[OutboxRow]:
    """What a channel has to be sent first: changes to the cards that stand there, then notes. At most `limit`."""
    standing = (
        select(Message.id)
        .where(
            Message.team_id == team,
            Message.channel == OutboxRow.channel,
            Message.subject == OutboxRow.subject,
        )
        .exists()
    )
    query = (
        _due(team, channel, at)
        .where(OutboxRow.kind != QUEUE, or_(OutboxRow.kind != CARD, standing))
        .order_by(OutboxRow.kind != CARD, OutboxRow.not_before, OutboxRow.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def due_card(session: Session, *, team: int, channel: str, open_state: str, at: datetime) -> list[OutboxRow]:
    """The card that a channel gets next: of the open reviews without one there, that with the earliest deadline."""
    query = (
        select(OutboxRow)
        .join(Review, OutboxRow.key == _card_key(channel))
        .where(
            OutboxRow.team_id == team,
            OutboxRow.state.in_(("due", "held")),
            OutboxRow.not_before <= at,
            Review.state == open_state,
            ~_stands(team, channel),
        )
        .order_by(Review.answer_by, Review.id)
        .limit(1)
    )
    return list(session.scalars(query))


def due_queue(session: Session, *, team: int, channel: str, at: datetime) -> list[OutboxRow]:
    """A channel's queue, if it has to be drawn."""
    return list(session.scalars(_due(team, channel, at).where(OutboxRow.kind == QUEUE)))


def drop_cards(session: Session, *, team: int, channel: str, open_state: str) -> None:
    """Let go of the new cards that are no longer needed."""
    needed = select(Review.id).where(OutboxRow.key == _card_key(channel), Review.state == open_state).exists()
    _move_new_cards(session, team, channel, ("due", "held"), "sent", ~needed)


def hold_cards(session: Session, *, team: int, channel: str) -> None:
    """Set aside the new cards: the channel has no room for them."""
    _move_new_cards(session, team, channel, ("due",), "held")


def _move_new_cards(
    session: Session, team: int, channel: str, frm: Collection[str], to: str, *only: ColumnElement[bool]
) -> None:
    stands = select(Message.id).where(
        Message.team_id == team, Message.channel == channel, Message.subject == OutboxRow.subject
    )
    moved = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.channel == channel,
            OutboxRow.kind == CARD,
            OutboxRow.state.in_(frm),
            ~stands.exists(),
            *only,
        )
        .values(state=to)
    )
    session.execute(moved, execution_options={"synchronize_session": False})


def unshown(session: Session, *, team: int, channel: str, open_state: str) -> Unshown:
    """The open reviews that a channel has no room for."""
    query = (
        select(func.count(), func.min(Review.opened_at))
        .join(OutboxRow, and_(OutboxRow.team_id == team, OutboxRow.key == _card_key(channel)))
        .where(Review.state == open_state, OutboxRow.state.in_(("held", "dead")), ~_stands(team, channel))
    )
    number, oldest = session.execute(query).one()
    return Unshown(number=number, oldest=oldest)


def revive_cards(session: Session, *, team: int, open_state: str, at: datetime) -> None:
    """Make due again the cards that were given up and are still needed: what stood in their way may be gone.

    Those are the cards of open reviews, and those that stand and may not show how things are.
    """
    reviewed = select(Review.id).where(Review.state == open_state, OutboxRow.subject == _subject()).exists()
    stands = select(Message.id).where(
        Message.team_id == team, Message.channel == OutboxRow.channel, Message.subject == OutboxRow.subject
    )
    given_up = (OutboxRow.team_id == team, OutboxRow.kind == CARD, OutboxRow.state == "dead")
    revived = (
        update(OutboxRow)
        .where(*given_up, or_(reviewed, stands.exists()))
        .values(state="due", attempts=0, not_before=at, error=None)
    )
    session.execute(revived, execution_options={"synchronize_session": False})


def drop_cards_elsewhere(session: Session, *, team: int, workflow: str, channel: str | None, open_state: str) -> None:
    """Let go of the new cards of a workflow's open reviews in any channel but this one."""
    of_workflow = (
        select(Review.id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(Review.state == open_state, Workflow.name == workflow, OutboxRow.subject == _subject())
    )
    dropped = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.kind == CARD,
            OutboxRow.channel != (channel or ""),
            OutboxRow.state.in_(("due", "held")),
            of_workflow.exists(),
        )
        .values(state="sent")
    )
    session.execute(dropped, execution_options={"synchronize_session": False})


def without_card(session: Session, *, team: int, workflow: str, channel: str, open_state: str) -> list[int]:
    """The open reviews of a workflow that neither have a card in a channel nor are to get one."""
    wanted = select(OutboxRow.id).where(
        OutboxRow.team_id == team, OutboxRow.key == _card_key(channel), OutboxRow.state != "sent"
    )
    query = (
        select(Review.id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.team_id == team,
            Review.state == open_state,
            Workflow.name == workflow,
            ~wanted.exists(),
            ~_stands(team, channel),
        )
        .order_by(Review.id)
    )
    return list(session.scalars(query))


def move(session: Session, row: OutboxRow, *, frm: str, to: str, **changes: object) -> bool:
    """Move a row that is still wanted as it was read; False where it is in another state or wanted anew."""
    where = {"state": frm, "wanted": row.wanted}
    return rows.change(session, OutboxRow, row.id, where=where, to={"state": to, **changes})


def take_back(session: Session, *, team: int) -> int:
    """Make due again what was being sent when the sender ended; returns how many."""
    cut_off = (
        update(OutboxRow)
        .where(OutboxRow.team_id == team, OutboxRow.state == "attempting")
        .values(state="due")
        .returning(OutboxRow.id)
    )
    return len(session.scalars(cut_off).all())


def held_up(session: Session, *, team: int, channel: str) -> HeldUp:
    """What waits for a channel that Slack refuses."""
    query = select(func.count(), func.max(OutboxRow.error)).where(
        OutboxRow.team_id == team, OutboxRow.channel == channel, OutboxRow.state.in_(("due", "held"))
    )
    number, error = session.execute(query).one()
    return HeldUp(number=number, error=error or "no reason given")


def hold_up(session: Session, *, team: int, channel: str, until: datetime) -> None:
    """Have nothing sent to a channel until a time."""
    session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.channel == channel,
            OutboxRow.state.in_(("due", "held")),
            OutboxRow.not_before < until,
        )
        .values(not_before=until)
        .execution_options(synchronize_session=False)
    )


def troubled(session: Session, *, team: int) -> list[Trouble]:
    """What Slack refused and is still not shown."""
    query = (
        select(OutboxRow.channel, OutboxRow.state, OutboxRow.error, func.count())
        .where(OutboxRow.team_id == team, OutboxRow.state != "sent", OutboxRow.error.is_not(None))
        .group_by(OutboxRow.channel, OutboxRow.state, OutboxRow.error)
        .order_by(OutboxRow.channel, OutboxRow.state)
    )
    return [
        Trouble(channel=channel, state=state, error=str(error), number=number)
        for channel, state, error, number in session.execute(query)
    ]


def add_note_once(session: Session, *, team: int, kind: str, subject: str, channel: str, at: datetime) -> None:
    """Have something said in a channel, unless it was said there before. For the sender, who is alone."""
    key = f"{kind}:{subject}:{channel}"
    said = select(OutboxRow.id).where(OutboxRow.team_id == team, OutboxRow.key == key)
    if session.scalar(said) is None:
        _add(session, team=team, kind=kind, subject=subject, channel=channel, key=key, at=at)


def get(session: Session, row: int) -> OutboxRow | None:
    """The row with this id."""
    return session.get(OutboxRow, row)


def _due(team: int, channel: str, at: datetime) -> Select[OutboxRow]:
    return select(OutboxRow).where(
        OutboxRow.team_id == team, OutboxRow.channel == channel, OutboxRow.state == "due", OutboxRow.not_before <= at
    )


def _subject() -> ColumnElement[str]:
    return literal("review:") + cast(Review.id, String)


def _card_key(channel: str) -> ColumnElement[str]:
    """The key of a review's card row, as `want_view` makes it."""
    return literal(f"{CARD}:") + _subject() + literal(f":{channel}")


def _stands(team: int, channel: str) -> ColumnElement[bool]:
    """Does a review's card stand in a channel?"""
    return (
        select(Message.id)
        .where(Message.team_id == team, Message.channel == channel, Message.subject == _subject())
        .exists()
    )
