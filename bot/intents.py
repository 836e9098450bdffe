"""The news of intents in the outbox, read from the present rows each time they are sent. It knows no face."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.texts import deliveries, failures, groups, outage, overrun, pauses
from handlers.texts.doubt import is_open
from handlers.texts.pieces import Room, Told
from handlers.who import is_named
from store.schema import OutboxRow
from store.slack import cards, outbox
from store.slack.faces import face_of
from store.states import OutboxState, ReviewState
from workflows.engine.case import notices
from workflows.engine.context import Context
from workflows.engine.deliver.delivery_status import late_view, target_view
from workflows.engine.deliver.workflow_pauses import hand_note, pause_note
from workflows.engine.errors import Unknown
from workflows.engine.propose.model_outages import outage_view, overrun_view
from workflows.engine.read.digest_views import DigestView
from workflows.engine.read.digests import digest_view
from workflows.engine.review.cards import card_view, failure_view, place_of
from workflows.engine.review.doubts import doubt_view
from workflows.engine.review.views import CardView, DoubtView

NOWHERE = "nowhere"
"""The kind of the note that a channel cannot be posted to; it knows which one."""
UNSENT = "unsent"
"""The kind of the note that a message was given up; it is about its row."""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """The open reviews of a channel that have no card of their own."""

    channel: str
    number: int
    oldest: datetime


News = CardView | DoubtView | DigestView | Rest | Callable[[Room], Told]
"""News that a face draws: a read model that it has a layout for, or paragraphs, as long as it has room for."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """Something that is to stand in a channel."""

    news: News | None
    """None: nothing."""
    waits: bool = False
    """True if it waits for a person. A channel has room for a few of these."""


def read(context: Context, rows: Sequence[OutboxRow]) -> Intent:
    """Read what an intent tells, or several of one kind. Raise `Unknown` where what it is about is not known here."""
    first = rows[0]
    match first.kind:
        case "card":
            view = card_view(context, first.subject_id)
            waits = view.state == ReviewState.OPEN
            belongs = context.registry.get(view.workflow).review.post_to == first.channel
            return Intent(news=view if belongs or not waits else None, waits=waits)
        case "doubt":
            asked = doubt_view(context, first.subject_id)
            return Intent(news=asked, waits=is_open(asked))
        case "queue":
            with context.database.read() as session:
                rest = cards.unshown(session, team=context.team, channel=first.channel)
            if rest.oldest is None:
                return Intent(news=None)
            return Intent(news=Rest(channel=first.channel, number=rest.number, oldest=rest.oldest))
        case "digest":
            return Intent(news=digest_view(context, first.subject_id))
        case _:
            return Intent(news=_note(context, rows))


def _note(context: Context, rows: Sequence[OutboxRow]) -> Callable[[Room], Told] | None:
    """Something that is told in paragraphs; None where it is over and need not be told any more."""
    first = rows[0]
    match first.kind:
        case "outage":
            left_alone = outage_view(context.database, team=context.team, outage=first.subject_id)
            return lambda room: outage.outage(left_alone, room)
        case "late":
            late = late_view(context, first.subject_id)
            return lambda room: deliveries.late(late, room)
        case "target":
            target = target_view(context, first.subject_id)
            return lambda room: deliveries.target(target, room)
        case "overrun":
            more = overrun_view(context.database, team=context.team, overrun=first.subject_id)
            return _plainly(overrun.overrun(more)) if more is not None else None
        case "failure":
            failed = [failure_view(context, row.subject_id) for row in rows]
            return lambda room: failures.failures(failed, room)
        case "paused":
            note = pause_note(context, first.subject_id)
            return _plainly(pauses.stopped(note.workflow, note.pause))
        case notices.PAUSED_BY_HAND | notices.RESUMED as kind:
            done_at = datetime.fromisoformat(first.about["at"])
            by_hand = hand_note(context, first.subject_id, done_at, resumed=kind == notices.RESUMED)
            return _plainly(pauses.lifted(by_hand) if kind == notices.RESUMED else pauses.by_hand(by_hand))
        case notices.GROUP:
            group, code = first.about["group"], first.about["code"]
            hurt = [workflow.name for workflow in context.registry if is_named(group, workflow.review.reviewers)]
            return _plainly(groups.unreadable(group, code, workflows=sorted(hurt)))
        case "clock":
            return _plainly(failures.wrong_clock(digest_view(context, first.subject_id).last, context.clock()))
        case "nowhere":
            return _nowhere(context, first.about["channel"])
        case "unsent":
            return _unsent(context, first.subject_id)
        case kind:
            raise AssertionError(f"nobody tells {kind}")


def _plainly(told: Told) -> Callable[[Room], Told]:
    """Tell something that is never long."""
    return lambda _: told


def _nowhere(context: Context, channel: str) -> Callable[[Room], Told] | None:
    with context.database.read() as session:
        held = outbox.held_up(session, team=context.team, channel=channel)
    if not held.number:
        # The trouble is over before it was told.
        return None
    owners = sorted({workflow.owner for workflow in context.registry if workflow.review.post_to == channel})
    return _plainly(
        failures.nowhere(channel, held.error, held.number, face=face_of(channel).capitalize(), owners=owners)
    )


def _unsent(context: Context, given_up: int) -> Callable[[Room], Told] | None:
    with context.database.read() as session:
        row = outbox.get(session, given_up, team=context.team)
    assert row is not None
    if row.state != OutboxState.DEAD:
        return None
    return _plainly(failures.unsent(row.channel, _what(context, row), row.error or "no reason given"))


def _what(context: Context, row: OutboxRow) -> str:
    """Return the subject of an intent in words."""
    try:
        match row.kind:
            case "card":
                return f"the card of case {place_of(context, row.subject_id).case}"
            case "doubt":
                return f"the question whether case {doubt_view(context, row.subject_id).case} was delivered"
            case "failure":
                return f"the news that case {failure_view(context, row.subject_id).case} stopped"
    except Unknown:
        pass
    return _WHAT.get(row.kind, "a message")


_WHAT = {
    "card": "the card of a case",
    "doubt": "the question whether a case was delivered",
    "failure": "the news that a case stopped",
    "late": "the news that a delivery keeps failing",
    "outage": "the news that a model is left alone",
    "target": "the news that a target is down",
    "queue": "the number of reviews that wait",
    "paused": "the news that Countersign paused a workflow",
    notices.PAUSED_BY_HAND: "the news that a workflow was paused",
    notices.RESUMED: "the news that a workflow was resumed",
    notices.GROUP: "the news that a user group cannot be read",
    "digest": "the summary of the day",
}
