"""Cases that move: which of those that somebody waits for stand otherwise than before. One query for all of them."""

from collections.abc import Collection

from store.sources import marks
from store.sources.marks import Mark
from workflows.engine.context import Context

__all__ = ["Mark", "marks_of"]


def marks_of(context: Context, cases: Collection[int]) -> dict[int, Mark]:
    """Return the marks of cases by case: two of one case are equal while nothing moved."""
    with context.database.read() as session:
        return marks.of_cases(session, cases, team=context.team)
