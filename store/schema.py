"""The tables. Every row belongs to a team; what a case says lives in `contents` and nowhere else.

States are plain words here: which words there are and how they may follow each other is the engine's business.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.types import Money, UtcDateTime

# SQLite numbers rows by itself only where the key is called INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON().with_variant(JSONB, "postgresql")


class Base(DeclarativeBase):
    """What all tables share: names of constraints that are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: _Id,
        str: Text,
        datetime: UtcDateTime,
        Decimal: Money,
        float: Float,
        dict[str, Any]: _Json,
        list[Any]: _Json,
    }

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)


class OfTeam:
    """A row that belongs to a team."""

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), sort_order=-1)


class Team(Base):
    """A Slack workspace, or the local one until Slack is first connected."""

    __tablename__ = "teams"

    slack_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]
    """When an operator said that the database is a backup; what is older may have been delivered since it was made."""
    restores: Mapped[int] = mapped_column(server_default="0")
    """How often that was said. Numbers are given out again then; who names an older one means something else."""


class Workflow(OfTeam, Base):
    """A workflow that took in a case, and how to load its declaration again."""

    __tablename__ = "workflows"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    name: Mapped[str] = mapped_column(String(100))
    options: Mapped[dict[str, Any]]
    """What the declaration was made from, where it is made from options; never a case's content."""
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    """Since when no model is asked for it and nothing is resolved alone; None where it is not paused."""
    paused_by: Mapped[str | None] = mapped_column(String(100))
    """Who paused it: a person's id, or Countersign itself."""
    pause_reason: Mapped[str | None] = mapped_column(String(300))
    """Why, in words for people."""
    holds_deliveries: Mapped[bool] = mapped_column(server_default=false())
    """While it is paused, what was decided is not delivered either."""


class Case(OfTeam, Base):
    """One input to one workflow, with a key."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("workflow_id", "key"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    key: Mapped[str] = mapped_column(String(255), index=True)
    revision: Mapped[int]
    """1 for the first content under this key."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the newest revision's input."""
    source: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[datetime]


class Content(OfTeam, Base):
    """What a case says or what was said about it: inputs, outputs, step data, error texts. JSON."""

    __tablename__ = "contents"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    body: Mapped[str]


class Run(OfTeam, Base):
    """One execution of a case."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_state_id", "state", "id"),
        Index("ix_runs_case_id_id", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    revision: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    """The run that this one runs again or corrects."""
    from_step: Mapped[str | None] = mapped_column(String(150))
    """Where the rerun began; None for the start."""
    correction: Mapped[int]
    """0, or the number of this correction of a delivered case."""
    plan: Mapped[str | None] = mapped_column(String(16))
    """Which version of its workflow's code it began with."""
    state: Mapped[str] = mapped_column(String(20))
    epoch: Mapped[int]
    """Grows with every claim; a write that names an older one is refused."""
    losses: Mapped[int] = mapped_column(server_default="0")
    """How often a worker's process ended while it was worked on."""
    alone: Mapped[bool] = mapped_column(server_default=false())
    """It is worked on while nothing else is: if the process ends, it was this one."""
    input_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    resolution: Mapped[str | None] = mapped_column(String(20))
    """How it was resolved: alone, by a person, or rejected; None while it is not."""
    output_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """What is to be delivered."""
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Why it failed, parked or is in doubt."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Step(OfTeam, Base):
    """One attempt at one journaled call."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("run_id", "name", "nth", "attempt"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    position: Mapped[int]
    """The order in which the run made its calls, from 1; attempts at one call share it."""
    name: Mapped[str] = mapped_column(String(100))
    nth: Mapped[int]
    """1 for the first call of this name in the run."""
    attempt: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    input_hash: Mapped[str] = mapped_column(String(64))
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    """Its input with its output or its error."""
    error: Mapped[str | None] = mapped_column(String(200))
    """The error's type; what it said is content."""
    started_at: Mapped[datetime]
    milliseconds: Mapped[float]
    cost: Mapped[Decimal]
    recalled_from: Mapped[int | None] = mapped_column(ForeignKey("steps.id"))
    """The parent run's step whose result this one is."""


class Proposal(OfTeam, Base):
    """What the model (or, in a correction, a person) proposed."""

    __tablename__ = "proposals"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    confidence: Mapped[float | None]
    """The lowest of the fields', 0 to 1."""
    model: Mapped[str] = mapped_column(String(200))
    prompt_version: Mapped[str | None] = mapped_column(String(64))
    sample: Mapped[bool] = mapped_column(server_default=false())
    """Written by hand for a demonstration: no figure counts it."""
    created_at: Mapped[datetime]


class PromptVersion(OfTeam, Base):
    """A prompt as it was when a process that knows it began. Rows are only ever added."""

    __tablename__ = "prompt_versions"
    __table_args__ = (UniqueConstraint("team_id", "workflow", "version"),)

    workflow: Mapped[str] = mapped_column(String(100))
    """Its name: a prompt may be tried before the first case comes."""
    version: Mapped[str] = mapped_column(String(64))
    """The hash over all that decides what the model is told."""
    name: Mapped[str] = mapped_column(String(100))
    """The file's name."""
    source: Mapped[str]
    """The file, front matter and body."""
    form: Mapped[dict[str, Any]]
    """The JSON schema of the answer."""
    seen_at: Mapped[datetime]


class Attempt(OfTeam, Base):
    """One request to a model: the journal of the calls, the ledger of what they cost, and the cache of the answers."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_run_id_id", "run_id", "id"),
        Index("ix_attempts_cache_key_id", "cache_key", "id"),
        Index("ix_attempts_workflow_began_at", "workflow", "began_at"),
    )

    workflow: Mapped[str] = mapped_column(String(100))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    """None: of an eval."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    number: Mapped[int]
    """1 for the first attempt at a question."""
    model: Mapped[str] = mapped_column(String(200))
    """Who was asked."""
    answered_by: Mapped[str | None] = mapped_column(String(200))
    """Who answered, as the provider says."""
    prompt_version: Mapped[str] = mapped_column(String(64))
    input_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what the model was told of the case."""
    cache_key: Mapped[str | None] = mapped_column(String(64))
    """Of an answer that may be given again to the same question; None for all else."""
    cached_from: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    """The attempt whose answer was given again; no request was made then."""
    content_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """What the model was told of the case, and what it said."""
    request_id: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    """`asked` until it is known; for good where the process ended meanwhile."""
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    thinking_tokens: Mapped[int]
    """Of the output tokens."""
    cache_read_tokens: Mapped[int]
    cache_write_tokens: Mapped[int]
    reserved: Mapped[Decimal]
    """US dollars that it may cost at most."""
    cost: Mapped[Decimal | None]
    """US dollars that it took; None where that is not known: the reservation counts then."""
    prices: Mapped[str] = mapped_column(String(20))
    """The version of the price list."""
    began_at: Mapped[datetime]
    milliseconds: Mapped[float | None]


class Spending(OfTeam, Base):
    """What is spent and reserved of one budget: the sum of its attempts, kept so that one statement can hold it."""

    __tablename__ = "spending"
    __table_args__ = (UniqueConstraint("team_id", "budget", "period"),)

    budget: Mapped[str] = mapped_column(String(120))
    """Whose it is: `workflow:NAME`, `case:ID` or `eval:ID`."""
    period: Mapped[str] = mapped_column(String(10))
    """The local date as YYYY-MM-DD; empty where it has none."""
    taken: Mapped[Decimal]
    """US dollars."""


class Outage(OfTeam, Base):
    """A time in which a model is left alone: it does not answer, or does not let us."""

    __tablename__ = "outages"
    __table_args__ = (UniqueConstraint("team_id", "model", "standing"),)

    model: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    standing: Mapped[bool | None]
    """True while it lasts, then None: one at a time stands for a model."""


class Eval(OfTeam, Base):
    """A prompt or a model, tried on examples whose right answers are known."""

    __tablename__ = "evals"

    workflow: Mapped[str] = mapped_column(String(100), index=True)
    prompt_version: Mapped[str | None] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    examples: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the examples: two evals of the same ones can be compared."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """None: it was not finished."""
    result: Mapped[dict[str, Any] | None]


class Review(OfTeam, Base):
    """A person's turn."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_state_answer_by", "state", "answer_by"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    version: Mapped[int]
    """What a decision has to name; grows whenever what is shown changes."""
    state: Mapped[str] = mapped_column(String(20))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    """None: an empty form."""
    reasons_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    """Why a person is asked."""
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    claimed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]


class Decision(OfTeam, Base):
    """What a person decided about one version of a review."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("review_id", "version"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    follows: Mapped[str | None] = mapped_column(String(20))
    """After a rejection: by hand, close or propose again."""
    by: Mapped[str] = mapped_column(String(100))
    heard_as: Mapped[str | None] = mapped_column(String(250))
    """What made it, where that may be heard twice: a press by its person, message, button and time."""
    output_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    confirmed: Mapped[list[Any]]
    """The nevers that the person was warned of and confirmed."""
    at: Mapped[datetime]


class Delivery(OfTeam, Base):
    """The effect in the system of record. One row for each key."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("team_id", "key"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    """The run that last attempted it."""
    key: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(20))
    """The answer, or the news of a rejection."""
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    maybe_applied: Mapped[bool]
    """It failed, and may have been applied all the same: only the same values may be sent under its key."""
    output_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OutboxRow(OfTeam, Base):
    """An intent to show something in Slack: what about and where, never how it looks."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        Index("ix_outbox_state_not_before", "state", "not_before"),
        Index("ix_outbox_channel_state", "channel", "state"),
    )

    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(60))
    """A channel's id, or the name of a role that the settings give a channel."""
    key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    wanted: Mapped[int]
    """Grows whenever a view has to be drawn anew; what is sent for an older number is not the end of it."""
    attempts: Mapped[int]
    not_before: Mapped[datetime]
    unsure_since: Mapped[datetime | None]
    """When the first attempt began of which nobody knows whether Slack took it; None where there is none."""
    error: Mapped[str | None] = mapped_column(String(100))
    """What Slack said to the last attempt that it refused: its code."""
    created_at: Mapped[datetime]


class Pause(OfTeam, Base):
    """Until when Slack wants to be left alone with a method."""

    __tablename__ = "pauses"
    __table_args__ = (UniqueConstraint("team_id", "method", "channel"),)

    method: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(60))
    """Empty where the method is limited in the whole workspace."""
    until: Mapped[datetime]


class InboxRow(OfTeam, Base):
    """An event that was heard, and taken in with what follows from it."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("team_id", "key"),)

    key: Mapped[str] = mapped_column(String(100))
    """The event's id: heard again, it is the same one."""
    kind: Mapped[str] = mapped_column(String(60))
    received_at: Mapped[datetime] = mapped_column(index=True)


class Message(OfTeam, Base):
    """A message that stands in a channel."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("team_id", "channel", "subject"), UniqueConstraint("team_id", "channel", "ts"))

    channel: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    ts: Mapped[str] = mapped_column(String(32))
    """Slack's name for the message within the channel."""
    waits: Mapped[bool]
    """It shows something that waits for a person; a channel has room for a few of these."""


class Digest(OfTeam, Base):
    """What a team lead is told of a period. The figures are counts and ids, and never change."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("team_id", "job", "period"),)

    job: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(10))
    """The last local date that it covers, as YYYY-MM-DD: one digest of a job for each."""
    covers_from: Mapped[str] = mapped_column(String(10))
    """The first local date that it covers; an earlier one where digests were missed."""
    figures: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class AuditRow(OfTeam, Base):
    """Who did what and when: ids and hashes, no content. Rows are only ever added."""

    __tablename__ = "audit"

    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    details: Mapped[dict[str, Any]]
