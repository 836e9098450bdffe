"""The outbox: intents to show something in Slack, written in the transaction that causes them.

A view shows a subject's present state and is coalesced; a note says something once. Only the sender works them off.
Cards are views too; `store.slack.cards` says which of them a channel shows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.faces import ROLE, WEBHOOK, Face, face_of
from store.schema import Message, OutboxRow
from store.states import OutboxState
from store.subjects import Subject, SubjectKind
from store.types import literally

LONGEST_WAIT = timedelta(minutes=5)
"""Longest time by which a row is put off at once."""
CARD = "card"
"""The kind of a review's card."""
QUEUE = "queue"
"""The kind of a channel's card for all that has no card of its own."""
SPOT_CHECKS = "spot_checks"
"""The kind of a channel's card for the spot checks that wait."""
DOUBT = "doubt"
"""The kind of the question whether a delivery happened."""
ANNOUNCED = "announced"
"""The kind of the card of a case that is delivered after a while, unless somebody stops it."""
OUTAGE = "outage"
"""The kind of the news that a model is left alone."""
TARGET = "target"
"""The kind of the news that a target of deliveries is down."""
TROUBLE = "trouble"
"""The kind of the news that many calls of a system fail."""
EXPIRY = "expiry"
"""The kind of the note that what lets us use a system soon ends."""
OVERRUN = "overrun"
"""The kind of the news that a model took more than was reserved for it."""
DECIDED = "decided"
"""The kind of the note that tells of a decision, in the thread of the review's card."""
TAKEN_BACK = "taken_back"
"""The kind of the note there that a decision was taken back."""
REMINDED = "reminded"
"""The kind of the note there that a review still waits."""
DIRECT_REMINDER = "direct_reminder"
"""The kind of the direct message that tells a person of the reviews that wait for them."""
ESCALATED = "escalated"
"""The kind of the note there that a review went to others."""
ASSIGNED = "assigned"
"""The kind of the note there that the assignee of a review changed."""
CAUSE = "cause"
"""The kind of the card of a cause of failures."""
CAUSE_NOTE = "cause_note"
"""The kind of the note in its thread that calls those who can mend it."""
COURSE = "course"
"""The kind of the question whether a workflow is to expand, hold or stop."""
COURSE_NOTE = "course_note"
"""The kind of the note in its thread that tells what was chosen."""
DEPLOYMENT = "deployment"
"""The kind of the card of a version that somebody wants to deploy, or deployed."""
AUTONOMY = "autonomy"
"""The kind of the question whether more of a workflow may go alone."""
RUN_AGAIN = "run_again"
"""The kind of the note in the thread of a case's card that a person ran the case again."""
OUTCOME = "outcome"
"""The kind of the news for the source of a case how a run of it ended, or stopped."""
TAKEN_IN = "taken_in"
"""The kind of the news, in the thread of a message, that it was taken in as a case."""
MESSAGE_FAILED = "message_failed"
"""The kind of the news that messages of a watched channel could not be taken in."""
FILES_REFUSED = "files_refused"
"""The kind of the news, for whoever sent files, that some of them were not taken."""
QUESTION = "question"
"""The kind of the news for the source of a case that a person asks it a question."""
ANSWERED = "answered"
"""The kind of the note, in the thread of a question, that its answer was taken."""
PAGES = "pages"
"""The kind of the pages of a review's documents, of which a face has pictures for those who decide it."""
PAGES_NOTE = "pages_note"
"""The kind of the note with these pictures in the thread of the review's card."""
ORIGINAL = "original"
"""The kind of the direct message that a document follows which a person asked to see."""
ORIGINAL_FILE = "original_file"
"""The kind of that document itself, which goes to where the message stands."""
UPLOADS = frozenset({PAGES, ORIGINAL_FILE})
"""Kinds that are files, and no messages."""
TO_ORIGIN = frozenset({OUTCOME, TAKEN_IN, FILES_REFUSED, QUESTION, ANSWERED})
"""Kinds of notes for whoever handed a case in. A channel shows what waits for a decision before them."""
THREAD = "thread"
"""The message in whose thread a note is said, among its facts."""
WEBHOOK_TROUBLE = "webhook_trouble"
"""The kind of the note that what a source was to be told was given up."""
FETCH_REFUSED = "inputs_refused"
"""The kind of the note that a look for cases found inputs that were not taken in."""
FETCH_FAILED = "fetch_failed"
"""The kind of the note that looks for cases fail."""
FETCH_WELL = "fetch_well"
"""The kind of the note that a look for cases succeeded again."""
REPLIES = frozenset(
    {DECIDED, TAKEN_BACK, REMINDED, ESCALATED, ASSIGNED, CAUSE_NOTE, COURSE_NOTE, RUN_AGAIN, PAGES_NOTE}
)
"""Kinds of notes that are said in the thread of the message about the same subject, and nowhere else."""
TELLS_OF_CASE = frozenset(
    {DECIDED, REMINDED, ESCALATED, ASSIGNED, RUN_AGAIN, PAGES_NOTE, ORIGINAL}
    | {"run_again_apart", "reported", "late", "failure", "improved"}
    | TO_ORIGIN
)
"""Kinds of notes that name a case by its key, or say anything of its content."""
NO_MESSAGE = ""
"""The name of a note's message where none stands: nothing was to be said, or it was taken away."""
NAMES = "names"
"""The reviews that a direct message names, among the facts of its note: ids with commas between them."""
NEED_ROOM = (CARD, DOUBT, ANNOUNCED)
"""Kinds of cards of which a channel has room for a few; the rest is held."""
UNSENT = (OutboxState.DUE, OutboxState.HELD)
"""States of what is still to be sent."""
VIEWS = frozenset(
    {
        *(CARD, QUEUE, SPOT_CHECKS, DOUBT, ANNOUNCED, OUTAGE, TARGET, TROUBLE, OVERRUN, CAUSE, COURSE),
        *(DEPLOYMENT, AUTONOMY, PAGES),
    }
)
"""Kinds that show a present state; the others say something once."""


@dataclass(frozen=True, kw_only=True)
class HeldUp:
    """The messages that wait for a channel that Slack refuses."""

    number: int
    error: str
    """Slack's error code."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """The messages to a channel that Slack refused."""

    channel: str
    state: OutboxState
    error: str
    """Slack's error code."""
    number: int


def want_view(session: Session, *, team: int, kind: str, subject: Subject, channel: str, at: datetime) -> None:
    """Show a subject's present state in a channel; several wishes that are not met yet become one."""
    values = _wish(team, kind, subject, channel, at)
    wanted = _wanted_again(connection_of(session).dialect, returning=True).run(session, values).fetchone()
    if wanted is None:
        _add(session, team=team, kind=kind, subject=subject, channel=channel, at=at)
    elif (known := session.identity_map.get(identity_key(OutboxRow, wanted[0]))) is not None:
        session.expire(known)


def want_view_again(session: Session, *, team: int, kind: str, subject: Subject, channel: str, at: datetime) -> None:
    """Show a subject's present state like `want_view`, where it was wanted before: the database is not asked at once.

    Nothing that this session has read of it changes.
    """
    values = _wish(team, kind, subject, channel, at)
    _wanted_again(connection_of(session).dialect, returning=False).queue(session, values)


def _wish(team: int, kind: str, subject: Subject, channel: str, at: datetime) -> dict[str, object]:
    return {
        "team": team,
        "kind": kind,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "channel": channel,
        "occasion": "",
        "due": OutboxState.DUE,
        "at": at,
    }


def add_note(
    session: Session,
    *,
    team: int,
    kind: str,
    subject: Subject,
    channel: str,
    at: datetime,
    occasion: str = "",
    about: Mapping[str, str] | None = None,
) -> None:
    """Say something once in a channel. A subject has one note of a kind and an occasion there.

    `occasion`, `about`: as for `add_note_once`.
    """
    _add(session, team=team, kind=kind, subject=subject, channel=channel, at=at, occasion=occasion, about=about)


def add_note_once(
    session: Session,
    *,
    team: int,
    kind: str,
    subject: Subject,
    channel: str,
    at: datetime,
    occasion: str = "",
    about: Mapping[str, str] | None = None,
) -> None:
    """Have something said in a channel, unless it was said there before. For who is alone in what it is about.

    `occasion`: what tells it from what is said of the same subject another time. `about`: what it needs to know beside
    its subject.
    """
    if not was_noted(session, team=team, kind=kind, subject=subject, channel=channel, occasion=occasion):
        _add(session, team=team, kind=kind, subject=subject, channel=channel, at=at, occasion=occasion, about=about)


def was_noted(session: Session, *, team: int, kind: str, subject: Subject, channel: str, occasion: str) -> bool:
    """Tell whether something was said in a channel, or is to be, on an occasion."""
    said = select(OutboxRow.id).where(_is(team, kind, subject, channel, occasion))
    return session.scalar(said) is not None


def _is(team: int, kind: str, subject: Subject, channel: str, occasion: str = "") -> ColumnElement[bool]:
    """Return the condition of the one row of this intent."""
    return and_(
        OutboxRow.team_id == team,
        OutboxRow.kind == kind,
        OutboxRow.is_about(subject),
        OutboxRow.channel == channel,
        OutboxRow.occasion == occasion,
    )


@lru_cache(maxsize=MOST)
def _wanted_again(dialect: Dialect, *, returning: bool) -> Statement:
    wish = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == bindparam("team"),
            OutboxRow.kind == bindparam("kind"),
            OutboxRow.subject_kind == bindparam("subject_kind"),
            OutboxRow.subject_id == bindparam("subject_id"),
            OutboxRow.channel == bindparam("channel"),
            OutboxRow.occasion == bindparam("occasion"),
        )
        .values(
            state=bindparam("due"),
            wanted=OutboxRow.wanted + literal_column("1"),
            attempts=literal_column("0"),
            not_before=bindparam("at"),
        )
    )
    return compiled(wish.returning(OutboxRow.id) if returning else wish, dialect)


def _add(
    session: Session,
    *,
    team: int,
    kind: str,
    subject: Subject,
    channel: str,
    at: datetime,
    occasion: str = "",
    about: Mapping[str, str] | None = None,
) -> None:
    rows.append(
        session,
        OutboxRow,
        team_id=team,
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        face=face_of(channel),
        channel=channel,
        occasion=occasion,
        about=dict(about or {}),
        state=OutboxState.DUE,
        wanted=1,
        attempts=0,
        not_before=at,
        created_at=at,
    )


def channels(session: Session, *, team: int, face: Face, at: datetime, but: Collection[int] = ()) -> list[str]:
    """Return the channels of a face, or roles of them, in which something is due. `but`: causes to be left out."""
    query = select(OutboxRow.channel).where(
        OutboxRow.team_id == team, is_unsent(OutboxState.DUE), _is_for(face), is_time(at), *_but_causes(but)
    )
    return sorted(session.scalars(query.distinct()))


def is_any_to_send(session: Session, *, team: int, face: Face) -> bool:
    """Tell whether a face is to be sent anything, now or later."""
    query = select(OutboxRow.id).where(OutboxRow.team_id == team, is_unsent(OutboxState.DUE), _is_for(face))
    return session.scalar(query.limit(1)) is not None


def unsent_about(session: Session, *, team: int, kinds: Collection[str], subject: Subject) -> list[OutboxRow]:
    """Return the notes of these kinds about a subject that are still to be sent, or are being sent."""
    states = (OutboxState.DUE, OutboxState.HELD, OutboxState.ATTEMPTING)
    query = select(OutboxRow).where(
        OutboxRow.team_id == team, is_unsent(*states), OutboxRow.kind.in_(kinds), OutboxRow.is_about(subject)
    )
    return list(session.scalars(query.order_by(OutboxRow.id)))


def is_any_unsent(session: Session, *, team: int, kind: str, channel: str) -> bool:
    """Tell whether a note of this kind is still to be sent to a channel."""
    states = (OutboxState.DUE, OutboxState.ATTEMPTING)
    query = select(OutboxRow.id).where(
        OutboxRow.team_id == team,
        OutboxRow.channel == channel,
        OutboxRow.kind == kind,
        is_unsent(*states),
        # One that is to be taken away tells nobody anything.
        OutboxRow.ts.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def take_away(
    session: Session,
    *,
    team: int,
    kinds: Collection[str],
    kind: SubjectKind,
    ids: Collection[int],
    at: datetime,
) -> None:
    """Have the notes of these kinds about these subjects taken away, where they stand or are being sent.

    `kind`, `ids`: of the subjects. The sender deletes a note that stands and is due again.
    """
    about = (OutboxRow.kind.in_(kinds), OutboxRow.subject_kind == kind, OutboxRow.subject_id.in_(ids))
    session.execute(
        _due_again(at).where(OutboxRow.team_id == team, _stands(), *about),
        execution_options={"synchronize_session": False},
    )


def take_away_rows(session: Session, only: Collection[int], *, team: int, at: datetime) -> None:
    """Have these notes taken away, where they stand."""
    theirs = (OutboxRow.team_id == team, OutboxRow.id.in_(only), _stands())
    session.execute(_due_again(at).where(*theirs), execution_options={"synchronize_session": False})


def want_attempted_again(session: Session, *, team: int, kind: str, subject: Subject, at: datetime) -> None:
    """Show a subject's present state again wherever it is being shown at this moment: that is out of date."""
    theirs = (OutboxRow.team_id == team, OutboxRow.kind == kind, OutboxRow.is_about(subject))
    again = _due_again(at).where(*theirs, OutboxRow.state == literally(OutboxState.ATTEMPTING))
    session.execute(again, execution_options={"synchronize_session": False})


def note_place(session: Session, row: int, *, team: int, ts: str, posted_in: str | None) -> None:
    """Note where a note stands that is wanted to go since its sending began."""
    place = update(OutboxRow).where(OutboxRow.id == row, OutboxRow.team_id == team)
    session.execute(place.values(ts=ts, posted_in=posted_in), execution_options={"synchronize_session": False})


def _stands() -> ColumnElement[bool]:
    """Return the condition that a note stands as a message of which the place is known, or becomes one just now."""
    is_known = and_(OutboxRow.ts.is_not(None), OutboxRow.ts != NO_MESSAGE)
    return or_(is_known, OutboxRow.state == literally(OutboxState.ATTEMPTING))


def _due_again(at: datetime) -> Update:
    changes = {"state": OutboxState.DUE, "wanted": OutboxRow.wanted + 1, "attempts": 0, "not_before": at}
    return update(OutboxRow).values(changes)


def out_of_reach(
    session: Session, *, team: int, kinds: Collection[str], kind: SubjectKind, ids: Collection[int]
) -> int:
    """Count the notes of these kinds about these subjects that were sent and whose place is not known.

    Earlier versions did not keep it. `kind`, `ids`: of the subjects.
    """
    about = (OutboxRow.kind.in_(kinds), OutboxRow.subject_kind == kind, OutboxRow.subject_id.in_(ids))
    sent = (OutboxRow.team_id == team, OutboxRow.state == OutboxState.SENT, OutboxRow.ts.is_(None))
    return session.scalar(select(func.count()).select_from(OutboxRow).where(*sent, *about)) or 0


def direct_reminders(session: Session, *, team: int, since: datetime) -> list[OutboxRow]:
    """Return the direct messages of what waits for a person that stand, and were wanted since a time."""
    query = select(OutboxRow).where(
        OutboxRow.team_id == team,
        # Written out as in the index of these rows.
        OutboxRow.kind == literal_column(f"'{DIRECT_REMINDER}'"),
        _stands(),
        OutboxRow.created_at >= since,
    )
    return list(session.scalars(query))


def channels_held(session: Session, *, team: int, face: Face) -> list[str]:
    """The channels of a face that have a card set aside."""
    query = select(OutboxRow.channel).where(OutboxRow.team_id == team, is_unsent(OutboxState.HELD), _is_for(face))
    return sorted(session.scalars(query.distinct()))


def is_postponed(session: Session, *, team: int, face: Face, at: datetime) -> bool:
    """Tell whether a face is to be sent anything later than now."""
    query = select(OutboxRow.id).where(
        OutboxRow.team_id == team, is_unsent(OutboxState.DUE), _is_for(face), ~is_time(at)
    )
    return session.scalar(query.limit(1)) is not None


def is_any_due(session: Session, *, team: int, kind: str, among: Collection[int]) -> bool:
    """Tell whether an intent of a kind is due about one of these subjects, by their ids."""
    query = select(OutboxRow.id).where(
        OutboxRow.team_id == team, is_unsent(OutboxState.DUE), OutboxRow.kind == kind, OutboxRow.subject_id.in_(among)
    )
    return session.scalar(query.limit(1)) is not None


def due(
    session: Session,
    *,
    team: int,
    channel: str,
    at: datetime,
    limit: int,
    but: Collection[int] = (),
    later: Collection[str] = (),
) -> list[OutboxRow]:
    """Return what to send to a channel first: changes to cards shown there, then notes. At most `limit`.

    `but`: causes whose cards are left out. `later`: kinds of notes that are left out.
    """
    shown_there = (
        select(Message.id)
        .where(
            Message.team_id == team,
            Message.channel == OutboxRow.channel,
            Message.is_about_same(OutboxRow),
        )
        .exists()
    )
    query = (
        _due(team, channel, at)
        .where(
            OutboxRow.kind.not_in((QUEUE, *later)),
            or_(OutboxRow.kind.not_in(NEED_ROOM), shown_there),
            *_but_causes(but),
        )
        .order_by(OutboxRow.kind.not_in(NEED_ROOM), OutboxRow.not_before, OutboxRow.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def due_queue(session: Session, *, team: int, channel: str, at: datetime) -> list[OutboxRow]:
    """Return a channel's queue, if it has to be drawn."""
    return list(session.scalars(_due(team, channel, at).where(OutboxRow.kind == QUEUE)))


def due_to_origin(session: Session, *, team: int, channel: str, at: datetime) -> list[OutboxRow]:
    """Return the first note for whoever handed a case in that is due in a channel."""
    query = _due(team, channel, at).where(OutboxRow.kind.in_(TO_ORIGIN))
    return list(session.scalars(query.order_by(OutboxRow.not_before, OutboxRow.id).limit(1)))


def move(session: Session, row: OutboxRow, *, frm: OutboxState, to: OutboxState, **changes: object) -> bool:
    """Move a row if it is as it was read; False where its state changed or it is wanted anew."""
    where = {"state": frm, "wanted": row.wanted}
    return rows.change(session, OutboxRow, row.id, where=where, to={"state": to, **changes})


def take_back(session: Session, *, team: int, face: Face) -> int:
    """Make due again what was being sent when the sender of a face ended; returns how many."""
    cut_off = (
        update(OutboxRow)
        .where(OutboxRow.team_id == team, is_unsent(OutboxState.ATTEMPTING), _is_for(face))
        .values(state=OutboxState.DUE)
        .returning(OutboxRow.id)
    )
    return len(session.scalars(cut_off).all())


def mark_unsure(session: Session, *, team: int, since: datetime) -> None:
    """Note that every row not known to be sent may have been sent, from a time on."""
    unknown = update(OutboxRow).where(OutboxRow.team_id == team, is_unsent())
    session.execute(unknown.values(unsure_since=since), execution_options={"synchronize_session": False})


def withdraw_unsent(session: Session, *, team: int) -> None:
    """Take back all that was never sent, as if nobody had wanted it."""
    unsent = delete(OutboxRow).where(OutboxRow.team_id == team, is_unsent())
    session.execute(unsent, execution_options={"synchronize_session": False})


def revive_notes(session: Session, *, team: int, at: datetime) -> None:
    """Make due again the notes that were given up: the cause may be gone. People do it for what goes to programs."""
    revived = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.kind.not_in(NEED_ROOM),
            is_unsent(OutboxState.DEAD),
            OutboxRow.face != WEBHOOK,
        )
        .values(state=OutboxState.DUE, attempts=0, not_before=at)
    )
    session.execute(revived, execution_options={"synchronize_session": False})


def want_all_again(session: Session, *, team: int) -> None:
    """Draw all shown views anew: they may be out of date."""
    stands = select(Message.id).where(
        Message.team_id == team, Message.channel == OutboxRow.channel, Message.is_about_same(OutboxRow)
    )
    shown = update(OutboxRow).where(
        OutboxRow.team_id == team, OutboxRow.kind.in_(VIEWS), OutboxRow.state == OutboxState.SENT, stands.exists()
    )
    anew = shown.values(state=OutboxState.DUE, wanted=OutboxRow.wanted + 1, attempts=0)
    session.execute(anew, execution_options={"synchronize_session": False})


def held_up(session: Session, *, team: int, channel: str) -> HeldUp:
    """The messages that wait for a channel that Slack refuses."""
    query = select(func.count(), func.max(OutboxRow.error)).where(
        OutboxRow.team_id == team, OutboxRow.channel == channel, is_unsent(*UNSENT)
    )
    number, error = session.execute(query).one()
    return HeldUp(number=number, error=error or "no reason given")


def hold_up(session: Session, *, team: int, channel: str, until: datetime) -> None:
    """Put off everything for a channel until a time."""
    session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.team_id == team,
            OutboxRow.channel == channel,
            is_unsent(*UNSENT),
            OutboxRow.not_before < until,
        )
        .values(not_before=until)
        .execution_options(synchronize_session=False)
    )


def troubled(session: Session, *, team: int) -> list[Trouble]:
    """Return the refusals of Slack that still keep something from being shown, by channel and state."""
    query = (
        select(OutboxRow.channel, OutboxRow.state, OutboxRow.error, func.count())
        .where(OutboxRow.team_id == team, is_unsent(), OutboxRow.error.is_not(None), OutboxRow.face != WEBHOOK)
        .group_by(OutboxRow.channel, OutboxRow.state, OutboxRow.error)
        .order_by(OutboxRow.channel, OutboxRow.state)
    )
    return [
        Trouble(channel=channel, state=state, error=str(error), number=number)
        for channel, state, error, number in session.execute(query)
    ]


def _but_causes(left_out: Collection[int]) -> list[ColumnElement[bool]]:
    return [or_(OutboxRow.kind != CAUSE, OutboxRow.subject_id.not_in(left_out))] if left_out else []


def _is_for(face: Face) -> ColumnElement[bool]:
    """Return the condition that a row is for a face."""
    return or_(OutboxRow.face == face.name, and_(OutboxRow.face == ROLE, OutboxRow.channel.in_(face.roles)))


def get(session: Session, row: int, *, team: int) -> OutboxRow | None:
    """Return the row with this id."""
    return rows.get(session, OutboxRow, row, team=team)


def _due(team: int, channel: str, at: datetime) -> Select[OutboxRow]:
    return select(OutboxRow).where(
        OutboxRow.team_id == team, OutboxRow.channel == channel, is_unsent(OutboxState.DUE), is_time(at)
    )


def is_unsent(*states: OutboxState) -> ColumnElement[bool]:
    """Return the condition that a row is in one of these states; without any: in any but `sent`, which most are in."""
    unsent = OutboxRow.state != literally(OutboxState.SENT)
    return and_(unsent, OutboxRow.state.in_(states)) if states else unsent


def is_time(at: datetime) -> ColumnElement[bool]:
    """Return a condition: a row may be sent now.

    A row put off by more than `LONGEST_WAIT` was written before the clock was put back.
    """
    return or_(OutboxRow.not_before <= at, OutboxRow.not_before > at + LONGEST_WAIT)
