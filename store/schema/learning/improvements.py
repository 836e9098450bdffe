"""The table of improvements that follow from what people decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam
from store.states import ImprovementState
from store.types import OneOf


class Improvement(OfTeam, Base):
    """A draft of something better: a never, examples, or a change to the prompt."""

    __tablename__ = "improvements"
    __table_args__ = (
        UniqueConstraint("workflow_id", "mark"),
        Index("ix_improvements_workflow_id_state", "workflow_id", "state", "id"),
    )

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    kind: Mapped[str] = mapped_column(String(20))
    """`never` or `examples`. A change to the prompt may be drafted of either."""
    mark: Mapped[str] = mapped_column(String(64))
    """Hash of the pattern, by which it is proposed once."""
    state: Mapped[ImprovementState] = mapped_column(OneOf(ImprovementState))
    change: Mapped[int]
    """Raised by each change; a press names the one that it was shown."""
    facts: Mapped[dict[str, Any]]
    """The pattern, as codes and numbers, and how often it held; no text of a case."""
    cases: Mapped[list[Any]]
    """Ids of the cases that it was found in."""
    text: Mapped[str | None]
    """Draft of a prompt, as a file; None for another kind, or once it was removed."""
    found_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]
    deployment_id: Mapped[int | None] = mapped_column(ForeignKey("deployments.id"))
    """Deployment that carries it out."""
    told_at: Mapped[datetime | None]
    """Time when those who corrected were told of it."""
