"""Cards of a channel: it has room for a few, the most urgent first; the rest is held."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from store.cases.review.reviews import FIRST
from store.schema import Announcement, Delivery, Message, OutboxRow, Review, Workflow
from store.slack.outbox import ANNOUNCED, CARD, DOUBT, NEED_ROOM, UNSENT, is_time, is_unsent
from store.states import AnnouncementState, DeliveryState, OutboxState, ReviewState
from store.subjects import SubjectKind
from store.types import literally

_UNDECIDED = (ReviewState.OPEN, ReviewState.AWAITING_SECOND)
"""States of a review in which it needs its card."""
_GOES_OUT = Announcement.state == literally(AnnouncementState.OPEN)
"""The condition that an announced case is still to go out."""


@dataclass(frozen=True, kw_only=True)
class Unshown:
    """The open reviews, and the announced cases, without a card in a channel."""

    number: int
    oldest: datetime | None
    """Time since when the oldest of these reviews is open."""
    announced: int
    """Number of the announced cases."""
    goes_out_by: datetime | None
    """Time by which all of these go out."""


def due(session: Session, *, team: int, channel: str, at: datetime, only_first: bool = False) -> list[OutboxRow]:
    """Return the next card of a channel: of the open reviews without one there, a correction, else the one with the
    earliest deadline. `only_first`: only a correction.
    """
    among = [Review.precedence == FIRST] if only_first else []
    query = (
        select(OutboxRow)
        .join(Review, _is_card(channel))
        .where(
            OutboxRow.team_id == team,
            is_unsent(*UNSENT),
            is_time(at),
            Review.state.in_(_UNDECIDED),
            ~_stands(team, channel),
            *among,
        )
        .order_by(Review.precedence, Review.answer_by, Review.id)
        .limit(1)
    )
    return list(session.scalars(query))


def due_doubts(session: Session, *, team: int, channel: str, at: datetime) -> list[OutboxRow]:
    """The doubt that a channel is asked about next: the oldest of the doubtful deliveries without a card there."""
    stands = select(Message.id).where(
        Message.team_id == team, Message.channel == channel, Message.is_about_same(OutboxRow)
    )
    query = (
        select(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.channel == channel,
            OutboxRow.kind == DOUBT,
            is_unsent(*UNSENT),
            is_time(at),
            _is_doubt(),
            ~stands.exists(),
        )
        .order_by(OutboxRow.id)
        .limit(1)
    )
    return list(session.scalars(query))


def due_announced(session: Session, *, team: int, channel: str, at: datetime) -> list[OutboxRow]:
    """Return the next card of an announced case: of those without one in a channel, the one that goes out first."""
    query = (
        select(OutboxRow)
        .join(Announcement, _is_announced(channel))
        .where(OutboxRow.team_id == team, is_unsent(*UNSENT), is_time(at), _GOES_OUT, ~_is_shown(team, channel))
        .order_by(Announcement.until, Announcement.id)
        .limit(1)
    )
    return list(session.scalars(query))


def drop(session: Session, *, team: int, channel: str) -> None:
    """Drop the new cards that are no longer needed."""
    needed = select(Review.id).where(_is_card(channel), Review.state.in_(_UNDECIDED)).exists()
    goes_out = select(Announcement.id).where(_is_announced(channel), _GOES_OUT).exists()
    _move_new(session, team, channel, UNSENT, OutboxState.SENT, ~needed, ~_is_doubt(), ~goes_out)


def hold(session: Session, *, team: int, channel: str, kind: str) -> None:
    """Hold the new cards of a kind: the channel has no room for them."""
    _move_new(session, team, channel, (OutboxState.DUE,), OutboxState.HELD, OutboxRow.kind == kind)


def _move_new(
    session: Session,
    team: int,
    channel: str,
    frm: Collection[OutboxState],
    to: OutboxState,
    *only: ColumnElement[bool],
) -> None:
    stands = select(Message.id).where(
        Message.team_id == team, Message.channel == channel, Message.is_about_same(OutboxRow)
    )
    moved = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.channel == channel,
            OutboxRow.kind.in_(NEED_ROOM),
            is_unsent(*frm),
            ~stands.exists(),
            *only,
        )
        .values(state=to)
    )
    session.execute(moved, execution_options={"synchronize_session": False})


def unshown(session: Session, *, team: int, channel: str) -> Unshown:
    """Return the open reviews and the announced cases that a channel has no room for."""
    query = (
        select(func.count(), func.min(Review.opened_at))
        .join(OutboxRow, and_(OutboxRow.team_id == team, _is_card(channel)))
        .where(
            Review.state.in_(_UNDECIDED),
            is_unsent(OutboxState.HELD, OutboxState.DEAD),
            ~_stands(team, channel),
        )
    )
    number, oldest = session.execute(query).one()
    rest = (
        select(func.count(), func.max(Announcement.until))
        .join(OutboxRow, and_(OutboxRow.team_id == team, _is_announced(channel)))
        .where(_GOES_OUT, is_unsent(OutboxState.HELD, OutboxState.DEAD), ~_is_shown(team, channel))
    )
    announced, by = session.execute(rest).one()
    return Unshown(number=number, oldest=oldest, announced=announced, goes_out_by=by)


def revive(session: Session, *, team: int, at: datetime) -> None:
    """Make due again the cards that were given up and are still needed: the cause may be gone.

    Those are the cards of open reviews, of doubts and of announced cases, and the cards shown that may be out of date.
    """
    reviewed = (
        select(Review.id)
        .where(Review.state.in_(_UNDECIDED), OutboxRow.is_about_row(SubjectKind.REVIEW, Review.id))
        .exists()
    )
    stands = select(Message.id).where(
        Message.team_id == team, Message.channel == OutboxRow.channel, Message.is_about_same(OutboxRow)
    )
    is_its = OutboxRow.is_about_row(SubjectKind.ANNOUNCEMENT, Announcement.id)
    announced = select(Announcement.id).where(_GOES_OUT, is_its).exists()
    given_up = (OutboxRow.team_id == team, OutboxRow.kind.in_(NEED_ROOM), is_unsent(OutboxState.DEAD))
    revived = (
        update(OutboxRow)
        .where(*given_up, or_(reviewed, stands.exists(), _is_doubt(), announced))
        .values(state=OutboxState.DUE, attempts=0, not_before=at, error=None)
    )
    session.execute(revived, execution_options={"synchronize_session": False})


def drop_elsewhere(session: Session, *, team: int, workflow: str, channel: str | None) -> None:
    """Drop the new cards of a workflow's open reviews in any channel but this one."""
    of_workflow = (
        select(Review.id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.state.in_(_UNDECIDED),
            Workflow.name == workflow,
            OutboxRow.is_about_row(SubjectKind.REVIEW, Review.id),
        )
    )
    dropped = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.kind == CARD,
            OutboxRow.channel != (channel or ""),
            is_unsent(*UNSENT),
            of_workflow.exists(),
        )
        .values(state=OutboxState.SENT)
    )
    session.execute(dropped, execution_options={"synchronize_session": False})


def unasked(session: Session, *, team: int, after: int, limit: int) -> list[Delivery]:
    """Return deliveries in doubt without a card, neither shown nor wanted, from the one after this id on."""
    is_asked = OutboxRow.is_about_row(SubjectKind.DELIVERY, Delivery.id)
    asked = select(OutboxRow.id).where(OutboxRow.team_id == team, OutboxRow.kind == DOUBT, is_asked)
    in_doubt = Delivery.state == literally(DeliveryState.DOUBTFUL)
    query = select(Delivery).where(Delivery.team_id == team, in_doubt, Delivery.id > after, ~asked.exists())
    return list(session.scalars(query.order_by(Delivery.id).limit(limit)))


def missing(session: Session, *, team: int, workflow: str, channel: str, after: int, limit: int) -> list[int]:
    """Return open reviews of a workflow without a card in a channel, present or due, from the one after this id on."""
    wanted = select(OutboxRow.id).where(OutboxRow.team_id == team, _is_card(channel), is_unsent())
    query = (
        select(Review.id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.team_id == team,
            Review.state.in_(_UNDECIDED),
            Workflow.name == workflow,
            Review.id > after,
            ~wanted.exists(),
            ~_stands(team, channel),
        )
        .order_by(Review.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def _is_doubt() -> ColumnElement[bool]:
    """Return the condition that a row is about a doubtful delivery."""
    is_it = OutboxRow.is_about_row(SubjectKind.DELIVERY, Delivery.id)
    return select(Delivery.id).where(Delivery.state == DeliveryState.DOUBTFUL, is_it).exists()


def _is_announced(channel: str) -> ColumnElement[bool]:
    """Return the condition that a row is about the card of an announced case in a channel."""
    is_its = OutboxRow.is_about_row(SubjectKind.ANNOUNCEMENT, Announcement.id)
    return and_(OutboxRow.kind == ANNOUNCED, OutboxRow.channel == channel, is_its)


def _is_shown(team: int, channel: str) -> ColumnElement[bool]:
    """Return a condition: an announced case's card is shown in a channel."""
    is_its = Message.is_about_row(SubjectKind.ANNOUNCEMENT, Announcement.id)
    return select(Message.id).where(Message.team_id == team, Message.channel == channel, is_its).exists()


def _is_card(channel: str) -> ColumnElement[bool]:
    """Return the condition that a row is about the card of a review in a channel."""
    is_its = OutboxRow.is_about_row(SubjectKind.REVIEW, Review.id)
    return and_(OutboxRow.kind == CARD, OutboxRow.channel == channel, is_its)


def _stands(team: int, channel: str) -> ColumnElement[bool]:
    """Return a condition: a review's card is shown in a channel."""
    return (
        select(Message.id)
        .where(Message.team_id == team, Message.channel == channel, Message.is_about_row(SubjectKind.REVIEW, Review.id))
        .exists()
    )
