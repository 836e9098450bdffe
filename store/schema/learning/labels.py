"""Tables of labels: what decisions say about proposals."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some


class Label(OfTeam, Base):
    """The word of a person on a proposal, from a decision or from a spot check."""

    __tablename__ = "labels"
    __table_args__ = (
        UniqueConstraint("decision_id"),
        UniqueConstraint("spot_check_id"),
        Index("ix_labels_workflow_id_at", "workflow_id", "at"),
        Index("ix_labels_case_id", "case_id"),
        index_of_some("ix_labels_deployment", "deployment_id", "id", where="deployment_id IS NOT NULL"),
    )

    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    spot_check_id: Mapped[int | None] = mapped_column(ForeignKey("spot_checks.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    """Run whose proposal it judges."""
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    """Proposal that it judges; None where there was none."""
    deployment_id: Mapped[int | None] = mapped_column(ForeignKey("deployments.id"))
    """Deployment that proposed; None for a version from files, or where nothing was proposed."""
    kind: Mapped[str] = mapped_column(String(20))
    """Its provenance: approved, edited, rejected, answered, corrected, reported, spot-checked or packed."""
    saw: Mapped[bool]
    """True if the person saw the proposal before they decided."""
    by: Mapped[str] = mapped_column(String(100))
    is_error: Mapped[bool | None]
    """True if the proposal counts as an error; None where there was none."""
    wrong: Mapped[list[Any]]
    """Names of the output's fields that were not right."""
    output_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """The right output; None where nobody said it, as in a rejection."""
    revoked_at: Mapped[datetime | None]
    """Time when its decision was taken back, so that it counts for nothing; None while it stands."""
    at: Mapped[datetime]
    """Time of the decision."""


class LabelProgress(OfTeam, Base):
    """Progress of the making of labels: rows up to these have theirs, or need none."""

    __tablename__ = "label_progress"
    __table_args__ = (UniqueConstraint("team_id"),)

    decision_id: Mapped[int]
    spot_checks_until: Mapped[datetime | None]
    revoked_until: Mapped[datetime | None]
    """Decisions that were taken back before this have no label any more."""
    label_id: Mapped[int] = mapped_column(server_default="0")
    """Labels up to this one were looked at for examples."""
