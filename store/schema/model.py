"""What was asked of models: prompts, requests, money, outages, evals."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


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
    form: Mapped[str]
    """The JSON schema of the answer, as it was: a model writes in the order of its parts, which JSON columns lose."""
    seen_at: Mapped[datetime]


class Attempt(OfTeam, Base):
    """One request to a model: the journal of the calls, the ledger of what they cost, and the cache of the answers."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_run_id_id", "run_id", "id"),
        Index("ix_attempts_cache_key_id", "cache_key", "id"),
        Index("ix_attempts_began_at", "began_at"),
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


class Overrun(OfTeam, Base):
    """A model that took more than was reserved for a question to it: from then on more is reserved."""

    __tablename__ = "overruns"
    __table_args__ = (UniqueConstraint("team_id", "model"),)

    model: Mapped[str] = mapped_column(String(200))
    factor: Mapped[float]
    """How often what was reckoned fits into what it took, where that was most."""
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    """The request that took it."""
    at: Mapped[datetime]


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
