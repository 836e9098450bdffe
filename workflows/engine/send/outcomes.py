"""The outcome of an attempt to send: the message stands, or was not taken and is sent later, or is given up."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from store.cases.review import reminders
from store.slack import messages, outbox
from store.slack.outbox import LONGEST_WAIT, TO_ORIGIN, VIEWS
from store.states import OutboxState
from workflows.engine.case import notices
from workflows.engine.causes import counting
from workflows.engine.context import Context
from workflows.engine.declare.names import can_be_written_to
from workflows.engine.send.channel_queue import Taken
from workflows.engine.send.rate_limits import RateLimit, note_rate_limit
from workflows.engine.send.refusals import COUNTED, Refusal, Then
from workflows.engine.send.views import Intent

log = structlog.get_logger()

MAX_ATTEMPTS = 8
"""Number of refusals after which a message is given up, visibly. Errors that say nothing about the message do not
count."""

_VAIN = frozenset({outbox.TAKEN_IN, outbox.FILES_REFUSED})
"""Kinds of notes that nobody needs where the message in whose thread they were to be said is gone."""


def note_sent(
    context: Context,
    taken: Taken,
    *,
    shown: Sequence[Intent],
    ts: str | None,
    waits: bool,
    posted_in: str | None = None,
    names: Sequence[int] = (),
    has_pages: bool = False,
) -> None:
    """Note that a message stands.

    `shown`: what it shows; the rest of what was taken is still to be sent. `ts`: the face's name for it; None where
    there is to be none. `waits`: whether it waits for a person. `posted_in`: the channel in which it stands. `names`:
    the reviews that a direct message names. `has_pages`: whether pages belong into its thread.
    """
    first, team, rows_shown = taken.rows[0], context.team, {intent.row for intent in shown}
    with context.database.write() as session:
        for row in taken.rows:
            if row.id in rows_shown:
                done: dict[str, object] = {"error": None, "unsure_since": None}
                if first.kind not in VIEWS:
                    # So that it can be taken away once the content that it tells of is removed.
                    done |= {"ts": ts or outbox.NO_MESSAGE, "posted_in": posted_in if ts is not None else None}
                elif can_be_written_to(first.channel):
                    # A message to a person is changed by the name of the channel that it is in.
                    done |= {"posted_in": posted_in if ts is not None else None}
                if names:
                    done["about"] = {**row.about, outbox.NAMES: ",".join(map(str, names))}
                is_settled = outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.SENT, **done)
                if not is_settled and first.kind not in VIEWS and ts is not None:
                    # Its content was removed while it was being sent.
                    outbox.note_place(session, row.id, team=team, ts=ts, posted_in=posted_in)
            else:
                # The row is not in the message that was found; it may be in another.
                outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.DUE)
        if ts is None and first.kind in VIEWS:
            messages.forget(session, team=team, channel=first.channel, subject=first.subject)
        elif ts is not None and first.kind in VIEWS:
            if first.kind == outbox.CAUSE and taken.ts is None:
                # Its thread is there only now.
                counting.tell(session, first.subject_id, team=team, occasion=counting.NEW, at=context.clock())
            messages.drawn(session, team=team, channel=first.channel, subject=first.subject, ts=ts, waits=waits)
            if has_pages and waits and taken.ts is None:
                # Its thread is there only now, too.
                notices.show_pages(session, first.subject_id, team=team, at=context.clock())
        elif ts is not None and posted_in is not None and first.kind == outbox.ORIGINAL:
            notices.original_file(session, first, posted_in=posted_in, at=context.clock())
        elif ts is not None and first.kind == outbox.DIRECT_REMINDER:
            reminders.note_direct_sent(session, team=team, person=first.channel, at=context.clock())
    log.info("message.sent", kind=first.kind, subject=str(first.subject), channel=first.channel, rows=len(shown))


def note_refused(
    context: Context, taken: Taken, refused: Refusal, *, wait: timedelta, limit: RateLimit | None = None
) -> None:
    """Note that a face did not take a message, or did not say so, and the time of the next attempt to send.

    `wait`: time before that attempt. `limit`: the rate limit that the face named.
    """
    first, team, at = taken.rows[0], context.team, context.clock()
    wait = min(wait, LONGEST_WAIT)
    if taken.is_to_go and refused.then is Then.POST_ANEW:
        # Somebody deleted it before.
        with context.database.write() as session:
            gone = {"ts": outbox.NO_MESSAGE, "posted_in": None, "error": None, "unsure_since": None}
            outbox.move(session, first, frm=OutboxState.ATTEMPTING, to=OutboxState.SENT, **gone)
        return
    is_vain = refused.then is Then.NO_CHANNEL and first.kind in TO_ORIGIN and outbox.THREAD not in first.about
    if is_vain or (refused.then is Then.POST_ANEW and first.kind in _VAIN):
        # Whoever handed the case in cannot be written to, or deleted the message; nobody has to repair anything.
        with context.database.write() as session:
            outbox.move(session, first, frm=OutboxState.ATTEMPTING, to=OutboxState.SENT, unsure_since=None)
        log.info("outcome.not_taken", person=first.channel, code=refused.code)
        return
    if first.kind in notices.DIRECT and refused.then is Then.NO_CHANNEL:
        # Somebody who cannot be written to is reminded in the channel; nobody has to repair anything.
        with context.database.write() as session:
            outbox.move(session, first, frm=OutboxState.ATTEMPTING, to=OutboxState.SENT, unsure_since=None)
        log.info("reminder.not_taken", person=first.channel, code=refused.code)
        return
    with context.database.write() as session:
        if limit is not None:
            note_rate_limit(session, limit, team=team, at=at)
        if refused.then is Then.NO_CHANNEL:
            notices.refused_channel(session, team=team, channel=first.channel, at=at)
        if refused.then is Then.POST_ANEW:
            messages.forget(session, team=team, channel=first.channel, subject=first.subject)
        for row in taken.rows:
            # The outcome of this attempt may be certain while that of an earlier one is not.
            unsure = row.unsure_since if refused.unsure else taken.unsure
            attempts = row.attempts + (refused.then in COUNTED)
            said = {"error": refused.code, "unsure_since": unsure, "attempts": attempts}
            # The message in whose thread it was to be said is gone, and no later attempt finds it.
            is_gone = refused.then is Then.POST_ANEW and row.kind in TO_ORIGIN
            if is_gone or refused.then is Then.GIVE_UP or attempts >= MAX_ATTEMPTS:
                outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.DEAD, **said)
                notices.unsent(session, row, at=at)
            else:
                # A message without a wait of its own stays the first: it is its face's next trial.
                later = at + wait if wait else row.not_before
                outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.DUE, not_before=later, **said)
        if refused.then is Then.NO_CHANNEL:
            outbox.hold_up(session, team=team, channel=first.channel, until=at + wait)
