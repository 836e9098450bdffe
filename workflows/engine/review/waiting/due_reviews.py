"""Reviews about which something is due by the clock: read a few at a time, and done one by one.

Every process looks. Whoever does something about a review checks, in a transaction, that it is due still.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow

AT_ONCE = 200
"""Reviews that are read at once."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A review about which something is due, as it was read."""

    review: int
    case: int
    version: int
    claimed_at: datetime | None
    workflow: str


def each_due(
    context: Context,
    find: Callable[[Session, int], Sequence[schema.Review]],
    do: Callable[[Context, Due, AnyWorkflow], bool],
) -> int:
    """Do something about each review that is due, and return the number of those for which `do` returned True.

    `find`: returns at most `AT_ONCE` of them after a review, by their ids. `do`: False where somebody else was faster.
    """
    done = after = 0
    while found := _read(context, find, after):
        for one in found:
            after = one.review
            # A process that knows its workflow does the others.
            if one.workflow in context.registry:
                done += do(context, one, context.registry.get(one.workflow))
    return done


def _read(context: Context, find: Callable[[Session, int], Sequence[schema.Review]], after: int) -> list[Due]:
    with context.database.read() as session:
        return [
            Due(
                review=row.id,
                case=row.case_id,
                version=row.version,
                claimed_at=row.claimed_at,
                workflow=teams.workflow_name(session, row.workflow_id, team=context.team),
            )
            for row in find(session, after)
        ]
