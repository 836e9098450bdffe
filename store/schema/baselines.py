"""The table of baselines: how a workflow's cases were done before."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class Baseline(OfTeam, Base):
    """Figures of work by hand that somebody recorded. Of each figure the newest row that has it counts."""

    __tablename__ = "baselines"
    __table_args__ = (Index("ix_baselines_team_id_workflow_id_id", "team_id", "workflow_id", "id"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    source: Mapped[str] = mapped_column(String(20))
    """Origin of the figures: a file of timings, empty forms, or somebody's word."""
    minutes: Mapped[float | None]
    """Mean minutes for a case."""
    timings: Mapped[int | None]
    """Number of cases that were timed; None where the minutes were stated."""
    deviation: Mapped[float | None]
    """Standard deviation of the minutes of one case; None for fewer than two timings."""
    error_rate: Mapped[float | None]
    """Share of cases with an error, 0 to 1."""
    errors_among: Mapped[int | None]
    """Number of cases that it was counted among; None where it was stated."""
    rework: Mapped[float | None]
    """Share of cases that were done again, 0 to 1."""
    rework_among: Mapped[int | None]
    backlog: Mapped[int | None]
    """Cases that waited."""
    response_hours: Mapped[float | None]
    """Median hours from a case's arrival to its answer."""
    responses: Mapped[int | None]
    """Number of cases that these hours are of; None where they were stated."""
    cost_per_hour: Mapped[Decimal | None]
    """US dollars for an hour of a person's work."""
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
