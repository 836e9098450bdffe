"""The read model of a reading, frozen, the same for every face."""

from dataclasses import dataclass
from datetime import datetime

from workflows.engine.case.reading_ways import Way


@dataclass(frozen=True, kw_only=True)
class ReadingView:
    """A person was shown what is in a case."""

    at: datetime
    by: str
    way: Way
    case: int
    key: str
    """Of the case."""
    workflow: str
