"""Rows of the outbox that go to programs over HTTP: what is sent to a source next, and what became of it.

A row is put off for up to a day, and a program has no channel with cards: the queries of `store.slack.outbox` do not
fit. What its receiver refused for its own sake is set aside, so that it holds up nothing that follows it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from store.faces import WEBHOOK
from store.schema import OutboxRow, Question, Run
from store.slack.outbox import NO_MESSAGE, OUTCOME, QUESTION, is_unsent
from store.states import OutboxState
from store.subjects import SubjectKind


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Messages that wait to be sent to a source, or were given up."""

    source: int
    state: OutboxState
    number: int
    since: datetime
    """Time when the oldest was written."""
    error: str | None
    """The reason why the last attempt at one of them failed; None where none was made."""


def channel_of(source: int) -> str:
    """Return the channel of a source."""
    return f"{WEBHOOK}:{source}"


def source_of(channel: str) -> int:
    """Return the id of the source of a channel."""
    return int(channel.removeprefix(f"{WEBHOOK}:"))


def channels(session: Session, *, team: int) -> list[str]:
    """Return the channels to which anything is still to be sent, now or later."""
    return sorted(session.scalars(_due(team).with_only_columns(OutboxRow.channel).distinct()))


def head(session: Session, *, team: int, channel: str, set_aside: Collection[str]) -> OutboxRow | None:
    """Return the row that is sent to a channel before all others. `set_aside`: errors that concern one row alone."""
    query = _due(team).where(OutboxRow.channel == channel, _is_in_line(set_aside))
    return session.scalar(query.order_by(OutboxRow.id).limit(1))


def first_set_aside(session: Session, *, team: int, channel: str, set_aside: Collection[str]) -> OutboxRow | None:
    """Return the row whose turn comes first among those that were set aside."""
    query = _due(team).where(OutboxRow.channel == channel, OutboxRow.error.in_(set_aside))
    return session.scalar(query.order_by(OutboxRow.not_before, OutboxRow.id).limit(1))


def take_back(session: Session, *, team: int) -> int:
    """Make due again what was being sent when the sender ended; returns how many."""
    cut_off = (
        update(OutboxRow)
        .where(OutboxRow.team_id == team, is_unsent(OutboxState.ATTEMPTING), OutboxRow.face == WEBHOOK)
        .values(state=OutboxState.DUE)
        .returning(OutboxRow.id)
    )
    return len(session.scalars(cut_off).all())


def give_up_all(session: Session, *, team: int, channel: str, error: str) -> int:
    """Give up all that is still to be sent to a channel; returns how many."""
    given_up = (
        update(OutboxRow)
        .where(OutboxRow.team_id == team, is_unsent(OutboxState.DUE), OutboxRow.channel == channel)
        .values(state=OutboxState.DEAD, error=error)
        .returning(OutboxRow.id)
    )
    return len(session.scalars(given_up).all())


def drop_all(session: Session, *, team: int, channel: str) -> int:
    """Drop all that is still to be sent to a channel, as if nobody had wanted it; returns how many."""
    dropped = (
        update(OutboxRow)
        .where(OutboxRow.team_id == team, is_unsent(OutboxState.DUE), OutboxRow.channel == channel)
        .values(state=OutboxState.SENT, ts=NO_MESSAGE)
        .returning(OutboxRow.id)
    )
    return len(session.scalars(dropped).all())


def revive(session: Session, *, team: int, channel: str, at: datetime) -> int:
    """Make due now what was given up for a channel, or waits for another attempt; returns how many."""
    stopped = or_(OutboxRow.state == OutboxState.DEAD, OutboxRow.error.is_not(None))
    where = (OutboxRow.team_id == team, is_unsent(), OutboxRow.channel == channel, stopped)
    return _again(session, and_(*where), at=at)


def send_again(session: Session, case: int, *, team: int, at: datetime) -> int:
    """Make due again all that was sent of a case, or given up; returns how many."""
    runs = select(Run.id).where(Run.case_id == case, Run.team_id == team)
    asked = select(Question.id).where(Question.case_id == case, Question.team_id == team)
    of_it = or_(
        and_(OutboxRow.kind == OUTCOME, OutboxRow.subject_kind == SubjectKind.RUN, OutboxRow.subject_id.in_(runs)),
        and_(
            OutboxRow.kind == QUESTION,
            OutboxRow.subject_kind == SubjectKind.QUESTION,
            OutboxRow.subject_id.in_(asked),
        ),
    )
    stopped = OutboxRow.state.in_((OutboxState.SENT, OutboxState.DEAD))
    return _again(session, and_(OutboxRow.team_id == team, of_it, OutboxRow.face == WEBHOOK, stopped), at=at)


def waiting(session: Session, *, team: int) -> Sequence[Waiting]:
    """Return what waits and was attempted in vain, and what was given up, by source."""
    query = (
        select(
            OutboxRow.channel,
            OutboxRow.state,
            func.count(),
            func.min(OutboxRow.created_at),
            func.max(OutboxRow.error),
        )
        .where(OutboxRow.team_id == team, is_unsent(), OutboxRow.face == WEBHOOK)
        .group_by(OutboxRow.channel, OutboxRow.state)
        .order_by(OutboxRow.channel, OutboxRow.state)
    )
    return [
        Waiting(source=source_of(channel), state=state, number=number, since=since, error=error)
        for channel, state, number, since, error in session.execute(query)
    ]


def _again(session: Session, where: ColumnElement[bool], *, at: datetime) -> int:
    again = (
        update(OutboxRow)
        .where(where)
        .values(state=OutboxState.DUE, attempts=0, not_before=at, error=None, ts=None)
        .returning(OutboxRow.id)
    )
    return len(session.scalars(again, execution_options={"synchronize_session": False}).all())


def _due(team: int) -> Select[OutboxRow]:
    return select(OutboxRow).where(OutboxRow.team_id == team, is_unsent(OutboxState.DUE), OutboxRow.face == WEBHOOK)


def _is_in_line(set_aside: Collection[str]) -> ColumnElement[bool]:
    return or_(OutboxRow.error.is_(None), OutboxRow.error.not_in(set_aside))
