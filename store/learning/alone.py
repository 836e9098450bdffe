"""All that ever went alone, with the draws of its spot checks, over all versions of a workflow.

It is counted of indexes alone: a certificate is read again and again, and there may be a million runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from store.schema import Run, SpotCheck, Workflow
from store.states import UNDECIDED, Resolution, RunState, SpotCheckState, SpotCheckWhy
from store.types import literally

_STOPPED = "stopped"
"""The end of a spot check of a case that did not go alone after all."""
# Written out as in the indexes of these rows.
_IS_UNDECIDED = SpotCheck.state.in_([literally(state) for state in UNDECIDED])
_HAS_ENDED = Run.state.in_([literally(state) for state in (RunState.CLOSED, RunState.DELIVERED)])


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Spot checks that were drawn with one probability and decided."""

    probability: float
    looked_at: int
    errors: int
    """Those that were wrong, or that nobody can look at any more."""


@dataclass(frozen=True, kw_only=True)
class Alone:
    """Cases of a workflow that went alone, up to the first whose spot check is not decided."""

    number: int
    undrawn: int
    """Number of further ones of which none was to be looked at."""
    least: float | None
    """Smallest probability with which one was drawn; None where none went alone."""
    drawn: Sequence[Drawn]
    until: datetime | None
    """Time when the first undecided one was drawn; None where all are decided."""


def of_workflow(session: Session, workflow: int, *, team: int) -> Alone:
    """Return what ever went alone of a workflow, with what its spot checks found."""
    ours = (SpotCheck.team_id == team, SpotCheck.workflow_id == workflow, SpotCheck.why == SpotCheckWhy.DRAWN)
    first = select(SpotCheck.run_id, SpotCheck.drawn_at).where(*ours, _IS_UNDECIDED).order_by(SpotCheck.run_id).limit(1)
    waits = session.execute(first).first()
    until: list[ColumnElement[bool]] = [] if waits is None else [Run.id < waits.run_id]
    probability = Run.spot_check_probability
    counted = (
        select(func.count(case((probability > 0, 1))), func.min(case((probability > 0, probability))), func.count())
        # The team is the workflow's, so that the runs' own rows are not read.
        .join(Workflow, Workflow.id == Run.workflow_id)
        .where(Workflow.team_id == team, Run.workflow_id == workflow, probability.is_not(None), *until)
    )
    number, least, in_all = session.execute(counted).one()
    others = _without_draw(session, workflow, team=team, drawn=in_all if waits is None else None)
    looked_until: list[ColumnElement[bool]] = [] if waits is None else [SpotCheck.run_id < waits.run_id]
    # What went out and nobody can look at any more: it was corrected before, or its content was removed. The bound
    # holds only if no draw is left out for what came of it.
    went_out = select(Run.id).where(Run.id == SpotCheck.run_id, Run.state == RunState.DELIVERED).exists()
    is_unknown = and_(
        SpotCheck.state == SpotCheckState.SUPERSEDED, func.coalesce(SpotCheck.end, "") != _STOPPED, went_out
    )
    is_wrong = or_(SpotCheck.is_error.is_(True), is_unknown)
    found = (
        select(SpotCheck.probability, func.count(), func.count(case((is_wrong, 1))))
        .where(*ours, or_(SpotCheck.state == SpotCheckState.DECIDED, is_unknown), *looked_until)
        .group_by(SpotCheck.probability)
    )
    return Alone(
        number=number,
        undrawn=in_all - number + others,
        least=least,
        drawn=[
            Drawn(probability=probability, looked_at=looked_at, errors=errors)
            for probability, looked_at, errors in session.execute(found)
        ],
        until=waits.drawn_at if waits is not None else None,
    )


def _without_draw(session: Session, workflow: int, *, team: int, drawn: int | None) -> int:
    """Return the number of runs that went alone and for which no draw was made: sample answers, and those of a time
    before there were spot checks. `drawn`: the number of the others, where it is known.
    """
    ended = select(func.count()).where(
        Run.team_id == team, Run.workflow_id == workflow, Run.resolution == Resolution.ALONE, _HAS_ENDED
    )
    if drawn is None:
        counted = select(func.count()).select_from(Run).join(Workflow, Workflow.id == Run.workflow_id)
        is_drawn = Run.spot_check_probability.is_not(None)
        drawn = session.scalar(counted.where(Workflow.team_id == team, Run.workflow_id == workflow, is_drawn)) or 0
    return max(0, (session.scalar(ended) or 0) - drawn)
