"""What is told of a model that is left alone. Pure: only what a reader sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class OutageView:
    """A time in which a model is left alone."""

    model: str
    reason: str
    began_at: datetime
    ended_at: datetime | None
    """None: it lasts."""
    waiting: Mapping[str, int]
    """Workflow -> the cases that came meanwhile and wait for people without a proposal."""
