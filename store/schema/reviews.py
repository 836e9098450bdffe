"""What was proposed, what people decided, and what was delivered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam
from store.states import DeliveryState, ReviewState
from store.types import OneOf


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


class Review(OfTeam, Base):
    """A person's turn."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_state_answer_by", "state", "answer_by"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    version: Mapped[int]
    """What a decision has to name; grows whenever what is shown changes."""
    state: Mapped[ReviewState] = mapped_column(OneOf(ReviewState))
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
    interaction_id: Mapped[str | None] = mapped_column(String(250))
    """What made it, where that may be heard twice: a press by its person, message, button and time."""
    output_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    confirmed: Mapped[list[Any]]
    """The nevers that the person was warned of and confirmed."""
    at: Mapped[datetime]


class Delivery(OfTeam, Base):
    """The effect in the system of record. One row for each key."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        # Few wait, and they are looked for every other second.
        Index(
            "ix_deliveries_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    """The run that last attempted it."""
    key: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(20))
    """The answer, or the news of a rejection."""
    state: Mapped[DeliveryState] = mapped_column(OneOf(DeliveryState))
    attempts: Mapped[int]
    maybe_applied: Mapped[bool]
    """An attempt failed, and may have been applied all the same: only the same values may be sent under its key."""
    target: Mapped[str | None] = mapped_column(String(100))
    """The name of the system that it waits for, or last waited for; None where it never did."""
    waiting_since: Mapped[datetime | None]
    """When it first had to wait; None where it never did."""
    rounds: Mapped[int] = mapped_column(server_default="0")
    """How often it was attempted in vain since then: the next pause is longer."""
    next_at: Mapped[datetime | None]
    """When it is made again; None while it does not wait."""
    output_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
