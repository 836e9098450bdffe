"""Spot checks that have fallen behind: a drawn one waits for more than two working days of its workflow.

What goes alone is then looked at by nobody, so earned autonomy stops until people catch up. It is no error of the
workflow, and a weekend or a holiday is no delay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.cases.review import spot_checks
from store.governance import teams
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow

_MOST = 1_000
"""Overdue spot checks of a workflow that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The spot checks of a workflow that wait for more than two working days."""

    number: int
    oldest: datetime
    """Time when the first of them was drawn."""


def behind(session: Session, context: Context, workflow: AnyWorkflow) -> Behind | None:
    """Return how far a workflow's spot checks have fallen behind; None where they have not.

    What nobody drew, since it is looked at after autonomy was taken back, makes nobody fall behind.
    """
    row = teams.find_workflow(session, team=context.team, name=workflow.name)
    if row is None:
        return None
    at = context.clock()
    return behind_of(workflow, spot_checks.late(session, row, team=context.team, at=at, limit=_MOST), at=at)


def behind_of(workflow: AnyWorkflow, drawn: Sequence[datetime], *, at: datetime) -> Behind | None:
    """Return how far spot checks that were drawn at these times have fallen behind; None where they have not.

    The workflow's hours and holidays are the present ones, so that a holiday counts that was written down later.
    """
    late = [one for one in drawn if at >= workflow.spot_checks_behind_at(one)]
    return Behind(number=len(late), oldest=min(late)) if late else None
