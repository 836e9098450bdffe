"""Webhooks: what a source is sent next, and what is noted of it afterwards. Knows no HTTP.

A source is sent one message at a time, in the order of what happened. Where its receiver is in trouble, all messages
wait; one that is refused for its own sake is set aside and tried again alone. Each tells the case as it stands when it
is sent. After about three days a message is given up, and people are told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

import structlog
from pydantic import JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.cases import runs
from store.cases.review import questions
from store.governance import audit
from store.slack import outbox
from store.sources import sources, webhooks
from store.states import CLOSING, OutboxState, QuestionState, Resolution, RunState, SourceKind
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.context import Context
from workflows.engine.errors import Refused, Unknown
from workflows.engine.sources.programs import api_sources
from workflows.engine.sources.programs.settings import ApiSettings
from workflows.engine.sources.told.outcomes import outcome_json, outcome_of
from workflows.engine.sources.told.webhook_secrets import WebhookKeys
from workflows.engine.sources.views import WebhookTrouble

log = structlog.get_logger()

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""Pauses between attempts to send a message, as Standard Webhooks suggests: three days in all."""
GIVEN_UP_AFTER = sum(PAUSES, timedelta())
"""Age after which a message is attempted once and no more: so long its receiver took nothing."""
GONE = "http_410"
"""The code of a receiver that wants no more messages."""
SET_ASIDE = frozenset({"http_400", "http_413", "http_415", "http_422"})
"""Codes of refusals that concern one message; all others concern the receiver."""
_JITTER = 0.2
_random = Random()  # noqa: S311  # spreads the pauses; it protects no secret


class Told(StrEnum):
    """The type of a message."""

    DELIVERED = "case.delivered"
    CLOSED = "case.closed"
    EXPIRED = "case.expired"
    FAILED = "case.failed"
    IN_DOUBT = "case.in_doubt"
    ASKED = "case.asked"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that is being sent."""

    row: schema.OutboxRow
    source: int
    settings: ApiSettings
    type: Told
    case: int

    @property
    def address(self) -> str:
        """The address of the receiver."""
        assert self.settings.webhook is not None
        return self.settings.webhook


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A receiver's refusal, or a failed attempt to reach it."""

    code: str
    """`http_` with the status, or a word for what failed."""
    after: timedelta | None = None
    """Time that the receiver asked to wait."""


def channels(context: Context) -> Sequence[str]:
    """Return the channels of sources to which anything is still to be sent."""
    with context.database.read() as session:
        return webhooks.channels(session, team=context.team)


def prepare(context: Context) -> None:
    """Make due again what an ended sender was sending: it keeps its id, by which its receiver knows it.

    Call it before the first message, and only as the only sender.
    """
    with context.database.write() as session:
        webhooks.take_back(session, team=context.team)


def take(context: Context, channel: str) -> Message | None:
    """Begin an attempt to send the message that comes next; None where nothing is due for the source now."""
    with context.database.write() as session:
        at = context.clock()
        row = _next(session, context, channel, at=at)
        if row is None:
            return None
        source = sources.get(session, webhooks.source_of(channel), team=context.team, anew=True)
        settings = api_sources.settings_of(source) if source is not None else None
        if source is None or settings is None or settings.webhook is None:
            # The operator took the address away.
            webhooks.drop_all(session, team=context.team, channel=channel)
            return None
        told = _told(session, row)
        if told is None:
            outbox.move(session, row, frm=OutboxState.DUE, to=OutboxState.SENT, ts=outbox.NO_MESSAGE)
            return None
        type, case = told
        if not outbox.move(session, row, frm=OutboxState.DUE, to=OutboxState.ATTEMPTING):
            return None
        return Message(row=row, source=source.id, settings=settings, type=type, case=case)


def body_of(context: Context, message: Message) -> dict[str, JsonValue] | None:
    """Return the body of a message; None where its source is told nothing of the case any more: another brought it."""
    try:
        outcome = outcome_of(context, message.source, message.case)
    except Unknown:
        return None
    return {
        "type": message.type.value,
        "timestamp": message.row.created_at.isoformat(),
        "data": outcome_json(outcome),
    }


def id_of(context: Context, message: Message) -> str:
    """Return the id of a message, the same at each attempt. After a restore, rows have numbers of others."""
    return f"msg_{context.restores.number}_{message.row.id}"


def note_taken(context: Context, message: Message) -> None:
    """Note that a receiver took a message, or that there is nothing to tell."""
    done = {"error": None, "ts": outbox.NO_MESSAGE}
    with context.database.write() as session:
        outbox.move(session, message.row, frm=OutboxState.ATTEMPTING, to=OutboxState.SENT, **done)
    log.info("webhook.sent", source=message.source, case=message.case, type=message.type.value)


def note_refused(
    context: Context, message: Message, refusal: Refusal, *, jitter: Callable[[], float] = _random.random
) -> None:
    """Note that a receiver did not take a message, and the time of the next attempt, or that there is none.

    `jitter`: from 0 to 1, the part of a pause that is random.
    """
    at, row, attempts = context.clock(), message.row, message.row.attempts + 1
    is_last = attempts > len(PAUSES) or at - row.created_at >= GIVEN_UP_AFTER
    with context.database.write() as session:
        if refusal.code == GONE:
            _end(session, context, message, at=at)
        elif is_last:
            given_up = {"error": refusal.code, "attempts": attempts}
            outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.DEAD, **given_up)
            notices.webhook_given_up(session, team=context.team, source=message.source, at=at)
        else:
            pause = PAUSES[attempts - 1] * (1 + _JITTER * jitter())
            not_before = at + max(pause, refusal.after or timedelta())
            moved = {"error": refusal.code, "attempts": attempts, "not_before": not_before}
            outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.DUE, **moved)
    log.warning("webhook.refused", source=message.source, case=message.case, code=refusal.code, attempts=attempts)


def rotate(context: Context, name: str, *, by: str) -> None:
    """Give a source the next secret; the present one signs too for a day. Raise `Unknown` or `Refused`."""
    with context.database.write(urgent=True) as session:
        row = api_sources.held(session, context, name)
        before = api_sources.settings_of(row)
        changed = {"secret_version": before.secret_version + 1, "secret_rotated_at": context.clock()}
        made = before.model_copy(update=changed).model_dump(mode="json")
        sources.change(session, row.id, team=context.team, settings=row.settings | made)
        version = before.secret_version + 1
        api_sources.record(
            session, context, row.id, "source.secret_rotated", {"source": name, "version": version}, by=by
        )


def secret(context: Context, name: str, keys: WebhookKeys, *, by: str) -> str:
    """Return the secret that a source verifies with, and record that it was shown. Raise `Unknown` or `Refused`."""
    with context.database.write(urgent=True) as session:
        row = api_sources.held(session, context, name)
        settings = api_sources.settings_of(row)
        version = settings.secret_version
        api_sources.record(session, context, row.id, "source.secret_shown", {"source": name, "version": version}, by=by)
        return keys.secrets(row.id, settings, at=context.clock())[0]


def redeliver(context: Context, name: str, *, by: str) -> int:
    """Send again, now, what was given up for a source or waits for another attempt; returns how many.

    An address that said it is gone is tried again.

    Raise `Unknown`, or `Refused` where the source has no address.
    """
    with context.database.write(urgent=True) as session:
        row = sources.named(session, team=context.team, kind=SourceKind.API, name=name)
        if row is None:
            raise Unknown(f"there is no source {name}; countersign source list shows all")
        settings = api_sources.settings_of(row)
        _refuse_unaddressed(name, settings)
        _try_again(session, context, row, settings)
        channel = webhooks.channel_of(row.id)
        number = webhooks.revive(session, team=context.team, channel=channel, at=context.clock())
        api_sources.record(session, context, row.id, "source.redelivered", {"source": name, "number": number}, by=by)
        return number


def redeliver_case(context: Context, case: int, *, by: str) -> int:
    """Send again all that a source was told of a case, or was to be; returns how many. Each keeps its id."""
    with context.database.write(urgent=True) as session:
        number = webhooks.send_again(session, case, team=context.team, at=context.clock())
        if number:
            audit.record(
                session,
                team=context.team,
                at=context.clock(),
                actor=by,
                action="case.redelivered",
                subject=SubjectKind.CASE.of(case),
                case=case,
                details={"number": number},
            )
        return number


def troubles(context: Context) -> Sequence[WebhookTrouble]:
    """Return what sources are not told, by source: what was given up, and what is attempted in vain."""
    with context.database.read() as session:
        found = webhooks.waiting(session, team=context.team)
        views = []
        for one in found:
            row = sources.get(session, one.source, team=context.team)
            if row is None or (one.state is not OutboxState.DEAD and one.error is None):
                continue
            views.append(
                WebhookTrouble(
                    source=row.id,
                    name=row.name,
                    given_up=one.state is OutboxState.DEAD,
                    number=one.number,
                    since=one.since,
                    error=one.error or "",
                )
            )
    return views


def given_up_for(context: Context, source: int) -> WebhookTrouble | None:
    """Return what was given up for a source; None where nothing is any more."""
    return next((one for one in troubles(context) if one.source == source and one.given_up), None)


def _next(session: Session, context: Context, channel: str, *, at: datetime) -> schema.OutboxRow | None:
    """Return the row whose turn it is; None where the source has to wait."""
    head = webhooks.head(session, team=context.team, channel=channel, set_aside=SET_ASIDE)
    if head is not None and _is_time(head, at):
        return head
    aside = webhooks.first_set_aside(session, team=context.team, channel=channel, set_aside=SET_ASIDE)
    # What was set aside waits too while its receiver is in trouble.
    is_in_trouble = head is not None and head.error is not None
    return aside if aside is not None and not is_in_trouble and _is_time(aside, at) else None


def _is_time(row: schema.OutboxRow, at: datetime) -> bool:
    # A row that was put off by more than is possible was written before the clock was put back.
    return row.not_before <= at or row.not_before > at + PAUSES[-1] * (1 + _JITTER)


def _told(session: Session, row: schema.OutboxRow) -> tuple[Told, int] | None:
    """Return the type of a message and its case; None where there is nothing to tell any more."""
    if row.kind == outbox.QUESTION:
        question = questions.get(session, row.subject_id, team=row.team_id)
        if question is None or question.state is QuestionState.ANSWERED:
            return None
        return Told.ASKED, question.case_id
    run = runs.get(session, row.subject_id, team=row.team_id)
    if run is None:
        return None
    match RunState(row.about["state"]):
        case RunState.DELIVERED | RunState.CLOSED if run.resolution in CLOSING:
            return Told.EXPIRED if run.resolution is Resolution.EXPIRED else Told.CLOSED, run.case_id
        case RunState.DELIVERED:
            return Told.DELIVERED, run.case_id
        case RunState.CLOSED:
            return Told.CLOSED, run.case_id
        case RunState.DOUBTFUL:
            return Told.IN_DOUBT, run.case_id
        case _:
            return Told.FAILED, run.case_id


def _end(session: Session, context: Context, message: Message, *, at: datetime) -> None:
    """Send nothing more to a receiver that said it is gone, until somebody sets its address again."""
    outbox.move(session, message.row, frm=OutboxState.ATTEMPTING, to=OutboxState.DEAD, error=GONE)
    webhooks.give_up_all(session, team=context.team, channel=message.row.channel, error=GONE)
    sources.hold(session, message.source, team=context.team)
    row = sources.get(session, message.source, team=context.team, anew=True)
    if row is not None:
        gone = {"webhook_gone_at": at.isoformat()}
        sources.change(session, row.id, team=context.team, settings=row.settings | gone)
    notices.webhook_given_up(session, team=context.team, source=message.source, at=at)


def _try_again(session: Session, context: Context, row: schema.Source, settings: ApiSettings) -> None:
    if settings.webhook_gone_at is not None:
        sources.change(session, row.id, team=context.team, settings=row.settings | {"webhook_gone_at": None})


def _refuse_unaddressed(name: str, settings: ApiSettings) -> None:
    if settings.webhook is None:
        raise Refused(f"{name} has no address; countersign source change {name} --webhook URL gives it one")
