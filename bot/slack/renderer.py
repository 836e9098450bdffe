"""What the intents in the outbox look like now: drawn from the present rows each time they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from handlers.slack.blocks.card import card
from handlers.slack.blocks.deliveries import late, target
from handlers.slack.blocks.digest import digest
from handlers.slack.blocks.doubt import doubt, is_open
from handlers.slack.blocks.drawing import Drawn
from handlers.slack.blocks.failures import failures, nowhere, unsent, wrong_clock
from handlers.slack.blocks.groups import unreadable
from handlers.slack.blocks.outage import outage
from handlers.slack.blocks.overrun import overrun
from handlers.slack.blocks.pauses import by_hand, lifted, stopped
from handlers.slack.blocks.queue import queue
from handlers.slack.rights import named_by
from store.schema import OutboxRow
from store.slack import cards, outbox
from store.states import OutboxState, ReviewState
from workflows.engine.case import notices
from workflows.engine.context import Context
from workflows.engine.deliver.delivery_status import late_view, target_view
from workflows.engine.deliver.workflow_pauses import hand_note, pause_note
from workflows.engine.errors import Unknown
from workflows.engine.propose.model_outages import outage_view, overrun_view
from workflows.engine.read.digests import digest_view
from workflows.engine.review.cards import card_view, failure_view, place_of
from workflows.engine.review.doubts import doubt_view

NOWHERE = "nowhere"
"""The kind of the note that a channel cannot be posted to; its subject is `nowhere:CHANNEL:DATE`."""


UNSENT = "unsent"
"""The kind of the note that a message was given up; its subject is `unsent:ROW`."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A message as it is to stand."""

    drawn: Drawn | None
    """None: nothing is to stand there."""
    waits: bool = False
    """Does it wait for a person? A channel has room for a few of these."""


def draw(context: Context, rows: Sequence[OutboxRow]) -> Picture:
    """Draw an intent, or several of one kind at once. Raise `Unknown` where what it is about is not known here."""
    first = rows[0]
    match first.kind:
        case "card":
            view = card_view(context, _id(first))
            waits = view.state == ReviewState.OPEN
            belongs = context.registry.get(view.workflow).review.post_to == first.channel
            return Picture(drawn=card(view) if belongs or not waits else None, waits=waits)
        case "doubt":
            asked = doubt_view(context, _id(first))
            return Picture(drawn=doubt(asked), waits=is_open(asked))
        case "outage":
            return Picture(drawn=outage(outage_view(context.database, team=context.team, outage=_id(first))))
        case "late":
            return Picture(drawn=late(late_view(context, _id(first))))
        case "target":
            return Picture(drawn=target(target_view(context, _id(first))))
        case "overrun":
            more = overrun_view(context.database, team=context.team, overrun=_id(first))
            return Picture(drawn=overrun(more) if more is not None else None)
        case "queue":
            with context.database.read() as session:
                rest = cards.unshown(session, team=context.team, channel=first.channel)
            return Picture(drawn=queue(first.channel, rest.number, rest.oldest) if rest.oldest else None)
        case "failure":
            return Picture(drawn=failures([failure_view(context, _id(row)) for row in rows]))
        case "paused":
            note = pause_note(context, int(first.subject.split(":")[1]))
            return Picture(drawn=stopped(note.workflow, note.pause))
        case notices.PAUSED_BY_HAND | notices.RESUMED as kind:
            _, workflow, at = first.subject.split(":")
            done_at = datetime.strptime(at, notices.MOMENT).replace(tzinfo=UTC)
            told = hand_note(context, int(workflow), done_at, resumed=kind == notices.RESUMED)
            return Picture(drawn=lifted(told) if kind == notices.RESUMED else by_hand(told))
        case notices.GROUP:
            _, group, code, _ = first.subject.split(":")
            hurt = [workflow for workflow in context.registry if group in named_by(workflow.review.reviewers)]
            return Picture(drawn=unreadable(group, code, workflows=sorted(workflow.name for workflow in hurt)))
        case "digest":
            return Picture(drawn=digest(digest_view(context, _id(first))))
        case "clock":
            return Picture(drawn=wrong_clock(digest_view(context, _id(first)).last, context.clock()))
        case "nowhere":
            channel = first.subject.split(":")[1]
            with context.database.read() as session:
                held = outbox.held_up(session, team=context.team, channel=channel)
            if not held.number:
                # It is over, and was not told while it was so.
                return Picture(drawn=None)
            posting = [workflow for workflow in context.registry if workflow.review.post_to == channel]
            owners = sorted({workflow.owner for workflow in posting})
            return Picture(drawn=nowhere(channel, held.error, held.number, owners=owners))
        case "unsent":
            with context.database.read() as session:
                row = outbox.get(session, _id(first), team=context.team)
            assert row is not None
            if row.state != OutboxState.DEAD:
                return Picture(drawn=None)
            return Picture(drawn=unsent(row.channel, _what(context, row), row.error or "no reason given"))
        case _:
            raise AssertionError(f"nobody draws {first.kind}")


def _what(context: Context, row: OutboxRow) -> str:
    """What an intent is about, in words."""
    try:
        match row.kind:
            case "card":
                return f"the card of case {place_of(context, _id(row)).case}"
            case "doubt":
                return f"the question whether case {doubt_view(context, _id(row)).case} was delivered"
            case "failure":
                return f"the news that case {failure_view(context, _id(row)).case} stopped"
    except Unknown:
        pass
    return _WHAT.get(row.kind, "a message")


_WHAT = {
    "card": "the card of a case",
    "doubt": "the question whether a case was delivered",
    "failure": "the news that a case stopped",
    "late": "the news that a delivery is tried in vain",
    "outage": "the news that a model is left alone",
    "target": "the news that a target is down",
    "queue": "the number of reviews that wait",
    "paused": "the news that Countersign paused a workflow",
    notices.PAUSED_BY_HAND: "the news that a workflow was paused",
    notices.RESUMED: "the news that a workflow was resumed",
    notices.GROUP: "the news that a user group cannot be read",
    "digest": "the summary of the day",
}


def _id(row: OutboxRow) -> int:
    return int(row.subject.partition(":")[2])
