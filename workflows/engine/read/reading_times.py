"""The seconds that people had a form or a step of a review session open before they decided."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from store.cases.review import reviews
from workflows.engine.context import Context


@dataclass(frozen=True, kw_only=True)
class ReadingTime:
    """The times that decisions of one kind took."""

    workflow: str
    kind: str
    """A `DecisionKind`."""
    decisions: int
    """Number of the decisions of which it is known. A press on a card is none: Slack never tells when one is seen."""
    median: float
    """Seconds."""


def reading_times(context: Context, *, since: datetime) -> Sequence[ReadingTime]:
    """Return the median seconds of the decisions since a time, by workflow and kind.

    Decisions that were taken back, and cases with sample answers, are left out.
    """
    found = defaultdict[tuple[str, str], list[float]](list)
    with context.database.read() as session:
        for workflow, kind, seconds in reviews.seconds_since(session, team=context.team, since=since):
            found[workflow, kind].append(seconds)
    return [
        ReadingTime(workflow=workflow, kind=kind, decisions=len(some), median=median(some))
        for (workflow, kind), some in sorted(found.items())
    ]
