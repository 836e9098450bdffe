"""Read models of baselines: figures of work by hand, each with where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Source(StrEnum):
    """Origin of recorded figures."""

    TIMINGS = "timings"
    """A file of cases that were timed."""
    FORMS = "forms"
    """Cases that people answered in empty forms, timed as every form is."""
    STATED = "stated"
    """Somebody's word."""


class FigureName(StrEnum):
    """The figures of a baseline."""

    MINUTES = "minutes"
    """Mean minutes for a case."""
    ERROR_RATE = "error_rate"
    """Share of cases with an error, 0 to 1."""
    REWORK = "rework"
    """Share of cases that were done again, 0 to 1."""
    BACKLOG = "backlog"
    """Number of cases that waited."""
    RESPONSE_HOURS = "response_hours"
    """Median hours from a case's arrival to its answer."""
    COST_PER_HOUR = "cost_per_hour"
    """US dollars for an hour of a person's work."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of work by hand."""

    name: FigureName
    value: float | Decimal
    number: int | None
    """Number of cases that it was counted from; None where it was stated."""
    deviation: float | None = None
    """Standard deviation of the minutes of one case; None for other figures, or fewer than two timings."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Figures that somebody recorded together."""

    source: Source
    figures: Sequence[Figure]
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BaselineView:
    """The baseline of a workflow."""

    workflow: str
    recordings: Sequence[Recording]
    """All that was recorded, newest first. Of each figure the newest one counts."""

    def newest(self, name: FigureName) -> tuple[Figure, Recording] | None:
        """Return the figure that counts, and what it was recorded with; None where there is none."""
        for recording in self.recordings:
            for figure in recording.figures:
                if figure.name is name:
                    return figure, recording
        return None
