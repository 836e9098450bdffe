"""The evidence: read from the database, the systems of record and the channels."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import JsonValue

from bot.sandbox.client import Administrator
from store import schema
from store.db.database import Database
from store.slack.outbox import CAUSE
from store.subjects import SubjectKind
from tests.chaos.counting import DECIDING, STOPPED, CaseNow, Decided, Effect, Evidence, Intent, Shown, Stop
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.case.notices import FAILURE, UNSENT

RowT = TypeVar("RowT", bound=schema.Base)


@dataclass(kw_only=True)
class Remembered:
    """The memory of the people around the system, whatever the system forgot."""

    accepted: list[tuple[int, JsonValue]] = field(default_factory=list)
    clicks: list[tuple[int, int]] = field(default_factory=list)
    entitled: defaultdict[str, list[JsonValue]] = field(default_factory=lambda: defaultdict(list))
    questions: int = 0
    effects: Sequence[Effect] = ()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The content of the database."""

    cases: dict[int, schema.Case]
    runs: list[schema.Run]
    reviews: list[schema.Review]
    decisions: list[schema.Decision]
    deliveries: list[schema.Delivery]
    outbox: list[schema.OutboxRow]
    steps: list[schema.Step]
    workflows: dict[int, str]
    bodies: dict[int, JsonValue]
    digests: list[str]
    heard: list[str]
    stopped: list[int]
    """Runs that ever stopped, by the audit."""

    @classmethod
    def of(cls, database: Database) -> "Kept":
        """Read everything, as of one moment."""
        with database.read() as session:

            def all_of(table: type[RowT]) -> list[RowT]:
                return list(session.query(table).order_by(table.id))

            audit = all_of(schema.AuditRow)
            return cls(
                cases={row.id: row for row in all_of(schema.Case)},
                runs=all_of(schema.Run),
                reviews=all_of(schema.Review),
                decisions=all_of(schema.Decision),
                deliveries=all_of(schema.Delivery),
                outbox=all_of(schema.OutboxRow),
                steps=all_of(schema.Step),
                workflows={row.id: row.name for row in all_of(schema.Workflow)},
                # A migration emptied those of old steps, which the steps hold themselves since.
                bodies={row.id: json.loads(row.body) for row in all_of(schema.Content) if row.body},
                digests=[f"{row.job} {row.period}" for row in all_of(schema.Digest)],
                heard=[row.action for row in audit if row.action.startswith("heard.")],
                stopped=[row.subject_id for row in audit if _is_stop(row)],
            )


def gather(database: Database, remembered: Remembered, messages: Sequence[Shown] | None) -> Evidence:
    """Return the evidence. `messages`: those that everybody can see; None: nothing is sent, so messages stay due."""
    kept = Kept.of(database)
    newest = {run.case_id: run for run in kept.runs}
    opened = [review.case_id for review in kept.reviews if review.state == "open"]
    return Evidence(
        accepted=remembered.accepted,
        cases={
            case: CaseNow(input=kept.bodies[run.input_id], state=run.state, open_reviews=opened.count(case))
            for case, run in newest.items()
        },
        stops=[_stop(run, kept, messages) for run in dict.fromkeys(kept.stopped)],
        clicks=remembered.clicks,
        decisions=[_decided(row, kept) for row in kept.decisions],
        applied={row.key: _values(row, kept) for row in kept.deliveries if row.state == "applied"},
        effects=remembered.effects,
        entitled=remembered.entitled,
        messages=messages or (),
        intents=[] if messages is None else [_intent(row, kept, messages) for row in kept.outbox],
        digests=kept.digests,
        heard=kept.heard,
        questions=remembered.questions,
        asks=sum(row.name == "ask" and row.recalled_from is None for row in kept.steps),
    )


def seen(administrator: Administrator, channels: Sequence[str], *, user: str) -> list[Shown]:
    """Return the messages in the channels that everybody can see and that name outbox rows."""
    found = []
    for channel in channels:
        for message in administrator.person(user).messages(channel):
            payload = (message.metadata or {}).get("event_payload")
            if not message.ephemeral and isinstance(payload, dict):
                rows = frozenset(int(row) for row in str(payload["rows"]).split(","))
                found.append(Shown(channel=channel, rows=rows))
    return found


def _stop(run: int, kept: Kept, messages: Sequence[Shown] | None) -> Stop:
    cause = next(row.cause_id for row in kept.runs if row.id == run)
    # Before causes were counted, each failed run had a message of its own.
    cards = [row for row in kept.outbox if (row.kind, row.subject_id) in ((CAUSE, cause), (FAILURE, run))]
    if messages is None:
        return Stop(run=run, told=bool(cards))
    shown = {row for message in messages for row in message.rows}
    doubts = {
        SubjectKind.DELIVERY.of(row.id) for row in kept.deliveries if row.run_id == run and row.state == "doubtful"
    }
    asked = {row.subject for row in kept.outbox if row.id in shown}
    return Stop(run=run, told=bool(cards) and all(card.id in shown for card in cards), asked=doubts <= asked)


def _decided(row: schema.Decision, kept: Kept) -> Decided:
    review = next(review for review in kept.reviews if review.id == row.review_id)
    run = next(run for run in kept.runs if run.id == review.run_id)
    case = kept.cases[run.case_id]
    rejection = row.kind == "rejected"
    owes = row.kind in DECIDING or (rejection and row.follows == "close")
    key = delivery_key(
        workflow=kept.workflows[run.workflow_id],
        case=case.key,
        revision=run.revision,
        correction=run.correction,
        rejection=rejection,
    )
    last = [other for other in kept.runs if other.case_id == run.case_id and other.revision == run.revision][-1]
    return Decided(
        review=row.review_id,
        version=row.version,
        kind=row.kind,
        key=key if owes else None,
        stopped=last.state in STOPPED,
    )


def _values(row: schema.Delivery, kept: Kept) -> JsonValue:
    return kept.bodies[row.output_id]


def _intent(row: schema.OutboxRow, kept: Kept, messages: Sequence[Shown]) -> Intent:
    shown = {intent for message in messages for intent in message.rows}
    unsent = [
        other.id for other in kept.outbox if (other.kind, other.subject) == (UNSENT, SubjectKind.OUTBOX.of(row.id))
    ]
    key = f"{row.kind}:{row.subject}:{row.channel}:{row.occasion}"
    return Intent(row=row.id, key=key, state=row.state, told=any(other in shown for other in unsent))


def _is_stop(row: schema.AuditRow) -> bool:
    verb = row.action.removeprefix("run.")
    # A run in doubt fails only after a person's answer.
    return row.action.startswith("run.") and verb in STOPPED and row.details.get("from") != "doubtful"
