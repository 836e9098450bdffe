"""Tables of models: prompts, requests, budgets, outages, overruns, evals."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam
from store.states import BatchState
from store.types import OneOf


class PromptVersion(OfTeam, Base):
    """A prompt as it was when a process first loaded it. Rows are only ever added."""

    __tablename__ = "prompt_versions"
    __table_args__ = (UniqueConstraint("team_id", "workflow", "version"),)

    workflow: Mapped[str] = mapped_column(String(100))
    """Name of the workflow: a prompt may be tried before the first case comes."""
    version: Mapped[str] = mapped_column(String(64))
    """Hash over everything that decides what the model is told."""
    name: Mapped[str] = mapped_column(String(100))
    """Name of the file."""
    source: Mapped[str]
    """Text of the file, front matter and body."""
    form: Mapped[str]
    """JSON schema of the answer, as text: a model answers in the order of its fields, which JSON columns lose."""
    seen_at: Mapped[datetime]


class ModelRequest(OfTeam, Base):
    """One request to a model. The rows are the journal of calls, the ledger of costs, and the cache of answers."""

    __tablename__ = "model_requests"
    __table_args__ = (
        Index("ix_model_requests_run_id_id", "run_id", "id"),
        Index("ix_model_requests_cache_key_id", "cache_key", "id"),
        Index("ix_model_requests_began_at", "began_at"),
    )

    workflow: Mapped[str] = mapped_column(String(100))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    """The case; None for a question of an eval."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    number: Mapped[int]
    """Number of the request for one question, from 1."""
    model: Mapped[str] = mapped_column(String(200))
    """Model that was asked."""
    answered_by: Mapped[str | None] = mapped_column(String(200))
    """Model that answered, as the provider says."""
    prompt_version: Mapped[str] = mapped_column(String(64))
    input_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what the model was told of the case."""
    cache_key: Mapped[str | None] = mapped_column(String(64))
    """Key under which the answer may be given again; None where it may not."""
    cached_from: Mapped[int | None] = mapped_column(ForeignKey("model_requests.id"))
    """Request whose answer was given again; none was sent then."""
    content_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Text of the case that the model was told, and its answer."""
    request_id: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    """`asked` until the outcome is known; for good where the process ended meanwhile."""
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    thinking_tokens: Mapped[int]
    """Part of the output tokens."""
    cache_read_tokens: Mapped[int]
    cache_write_tokens: Mapped[int]
    reserved: Mapped[Decimal]
    """US dollars that the request may cost at most."""
    cost: Mapped[Decimal | None]
    """Cost in US dollars; None where it is not known: the reservation counts then."""
    prices: Mapped[str] = mapped_column(String(20))
    """Version of the price list."""
    began_at: Mapped[datetime]
    milliseconds: Mapped[float | None]


class ModelBatch(OfTeam, Base):
    """A batch of questions at a vendor. The row is there before anything is sent."""

    __tablename__ = "model_batches"
    __table_args__ = (Index("ix_model_batches_volume_test_id", "volume_test_id", "id"),)

    volume_test_id: Mapped[int] = mapped_column(ForeignKey("volume_tests.id"))
    mark: Mapped[str] = mapped_column(String(32))
    """Random beginning of the names of its questions: a batch whose name was lost is known by it."""
    name: Mapped[str | None] = mapped_column(String(200))
    """The vendor's name for it; None until the vendor has told it."""
    state: Mapped[BatchState] = mapped_column(OneOf(BatchState))
    model: Mapped[str] = mapped_column(String(200))
    questions: Mapped[int]
    """Number of questions that were sent."""
    reserved: Mapped[Decimal]
    """US dollars that it may cost at most."""
    sent_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BatchQuestion(OfTeam, Base):
    """A question in a batch. The row goes once the question may be asked anew."""

    __tablename__ = "batch_questions"
    __table_args__ = (UniqueConstraint("volume_case_id", "question"), UniqueConstraint("batch_id", "name"))

    batch_id: Mapped[int] = mapped_column(ForeignKey("model_batches.id"))
    volume_case_id: Mapped[int] = mapped_column(ForeignKey("volume_cases.id"))
    question: Mapped[str] = mapped_column(String(100))
    """SHA-256 of what is asked, its number among equal ones of the case, and the number of the attempt."""
    name: Mapped[str] = mapped_column(String(64))
    """Its name in the batch."""
    model_request_id: Mapped[int] = mapped_column(ForeignKey("model_requests.id"))
    ended: Mapped[str | None] = mapped_column(String(20))
    """The way in which it ended; None while it is open."""


class Spending(OfTeam, Base):
    """Sum spent and reserved of one budget, kept so that one statement can hold the limit."""

    __tablename__ = "spending"
    __table_args__ = (UniqueConstraint("team_id", "budget", "period"),)

    budget: Mapped[str] = mapped_column(String(120))
    """Owner of the budget: `workflow:NAME`, `case:ID`, `eval:ID` or `shadow:ID`."""
    period: Mapped[str] = mapped_column(String(10))
    """Local date as YYYY-MM-DD; empty where the budget has no period."""
    taken: Mapped[Decimal]
    """US dollars spent."""


class Outage(OfTeam, Base):
    """A time in which a model is not asked: it does not answer, or refuses us."""

    __tablename__ = "outages"
    __table_args__ = (UniqueConstraint("team_id", "model", "is_open"),)

    model: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    is_open: Mapped[bool | None]
    """True while the outage lasts, then None: a model has one at a time."""


class Overrun(OfTeam, Base):
    """A model whose request cost more than was reserved: from then on more is reserved."""

    __tablename__ = "overruns"
    __table_args__ = (UniqueConstraint("team_id", "model"),)

    model: Mapped[str] = mapped_column(String(200))
    factor: Mapped[float]
    """Cost divided by the estimate, where that was largest."""
    model_request_id: Mapped[int] = mapped_column(ForeignKey("model_requests.id"))
    """Request with that cost."""
    at: Mapped[datetime]


class Eval(OfTeam, Base):
    """A prompt or a model, tried on examples whose right answers are known."""

    __tablename__ = "evals"

    workflow: Mapped[str] = mapped_column(String(100), index=True)
    prompt_version: Mapped[str | None] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    examples: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the examples: two evals with the same one can be compared."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Time of the end; None where the eval was not finished."""
    result: Mapped[dict[str, Any] | None]
