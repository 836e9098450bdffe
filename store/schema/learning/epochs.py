"""Tables of earned autonomy: what the evidence permits a deployed version, and what it rests on."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam
from store.states import Level
from store.types import OneOf


class Epoch(OfTeam, Base):
    """The time over which the cases of a deployed version are alike, with what its evidence permits."""

    __tablename__ = "epochs"
    __table_args__ = (
        UniqueConstraint("workflow_id", "number"),
        # Each run of a workflow with earned autonomy asks for the one that is open.
        Index(
            "uq_epochs_open",
            "deployment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    number: Mapped[int]
    """Number within its workflow, from 1."""
    wrong: Mapped[float]
    """Promised: the share of what goes alone that may be wrong, 0 to 1."""
    sure: Mapped[float]
    """Promised: the certainty of it, 0 to 1."""
    level: Mapped[Level] = mapped_column(OneOf(Level))
    floor: Mapped[float | None]
    """Lowest score that goes alone now, or is announced; None: nothing does."""
    permitted: Mapped[float | None]
    """Lowest score that the evidence permits to go alone; None where it permits nothing."""
    probability: Mapped[float]
    """Probability with which a case that goes alone now is looked at, 0 to 1."""
    least: Mapped[float]
    """Smallest probability with which any case is looked at now: 1 before anything goes alone."""
    held: Mapped[str | None] = mapped_column(String(20))
    """Code of why nothing goes alone for now; None where nothing is in the way."""
    change: Mapped[int]
    """Raised by each change of level, floor or hold; a press names the one that it was shown."""
    state: Mapped[dict[str, Any]]
    """The evidence so far, as the certifier keeps it. It follows from the rows of its cases."""
    looked_at: Mapped[int]
    """Labels that it rests on."""
    worked_until: Mapped[int]
    """Its cases up to this one have been worked in, or have nothing that could be."""
    seen_until: Mapped[int]
    """Its cases up to this one were looked through for a change of what comes in."""
    asked_at: Mapped[datetime | None]
    """Time when those who answer for the workflow were asked to let it go further; None while no question is open."""
    asked_floor: Mapped[float | None]
    """Lowest score about which they were last asked, or that they let."""
    allowed_by: Mapped[str | None] = mapped_column(String(100))
    """The person who let it go as far as it goes; None where nobody has yet, or where somebody took it back."""
    allowed_at: Mapped[datetime | None]
    """Time of that, or when it was taken back."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end: Mapped[str | None] = mapped_column(String(20))
    """Code of why it ended; None while it lasts."""


class EpochCase(OfTeam, Base):
    """A run whose proposal is evidence, with what was settled about it before anybody could judge it."""

    __tablename__ = "epoch_cases"
    __table_args__ = (
        UniqueConstraint("run_id"),
        Index("ix_epoch_cases_epoch_id", "epoch_id", "id"),
        Index("ix_epoch_cases_case_id", "case_id"),
    )

    epoch_id: Mapped[int] = mapped_column(ForeignKey("epochs.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    score: Mapped[float]
    """Highest floor at which it would go alone, 0 to 1."""
    alone: Mapped[bool]
    """True if it went alone, or was announced."""
    floor: Mapped[float | None]
    """Floor that was in force; None where nothing went alone."""
    probability: Mapped[float]
    """Probability with which a person looks at it: 1 where a person decides."""
    least: Mapped[float]
    """Smallest probability that was in force for any case then."""
    counts: Mapped[bool]
    """True if the certificate may rest on it: the first run of its case in this epoch."""
    label_id: Mapped[int | None] = mapped_column(ForeignKey("labels.id"))
    """Label that was worked in; None before, or where there is none."""
    is_error: Mapped[bool | None]
    """True if that label counts as an error."""
    worked_at: Mapped[datetime | None]
    at: Mapped[datetime]
