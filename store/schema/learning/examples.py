"""The table of examples that grow from decisions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam
from store.states import ExampleState
from store.types import OneOf


class ExampleRow(OfTeam, Base):
    """A case with its right answer: a candidate, until somebody takes it in or leaves it."""

    __tablename__ = "examples"
    __table_args__ = (
        UniqueConstraint("workflow_id", "case_id"),
        Index("ix_examples_workflow_id_state", "workflow_id", "state", "id"),
        Index("ix_examples_workflow_id_alike", "workflow_id", "alike"),
    )

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id"))
    half: Mapped[str] = mapped_column(String(10))
    """`learning` or `measuring`, by the hash of the case's key; near duplicates are in one half. It never changes."""
    alike: Mapped[str] = mapped_column(String(32))
    """Mark of its near duplicates."""
    why: Mapped[str] = mapped_column(String(20))
    """Reason why it is a candidate: edited, answered, an error that was found, or a sample of approvals."""
    state: Mapped[ExampleState] = mapped_column(OneOf(ExampleState))
    critical: Mapped[bool] = mapped_column(server_default=false())
    """True if each new version has to have it right."""
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    """Input and output, masked."""
    found_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]
