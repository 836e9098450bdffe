"""The end of going alone: what went alone became worse than promised, and is taken back where that is learned.

Its epoch ends with its figures, and another one begins at the level draft, without evidence. People are told, and what
went alone since the last good evidence is looked at. That evidence is the last case before the trouble that a spot
check found right. The trouble begins with the first case of the run of spot checks that raised the alarm: those since
all of its tests had last lost what they had.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store.learning import epochs as kept
from store.learning.epochs import CheckOfEpoch
from store.schema import Epoch
from store.states import Level
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.autonomy import epochs, moves, packs
from workflows.quality.autonomy.certifying.alarm import TRIGGER, Alarm
from workflows.quality.autonomy.codes import Began, End, News

MOST_CASES = 20
"""Most wrong cases that are named."""
MOST_RUNS = 1_000
"""Most runs among which a pack is chosen, those with the lowest score."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """The spot checks that raised an alarm."""

    checks: Sequence[CheckOfEpoch]
    """In the order in which their labels came."""
    good_until: int
    """The last case before them that was found right, by its row in the epoch; 0 where there is none."""

    @property
    def wrong(self) -> Sequence[CheckOfEpoch]:
        """Those that found an error."""
        return [one for one in self.checks if one.is_error]


def trouble_in(checks: Sequence[CheckOfEpoch], *, wrong: float) -> Trouble:
    """Return the spot checks that raised the alarm over a promise. `wrong`: the share that it lets be wrong."""
    alarm, begin, end = Alarm(wrong=wrong), 0, len(checks)
    for place, one in enumerate(checks):
        if alarm.wealth >= TRIGGER:
            end = place
            break
        if max(alarm.held) <= 1:
            begin = place
        alarm.work_in(is_error=one.is_error)
    these = checks[begin:end]
    first = min((one.id for one in these if one.is_error), default=0)
    good = [one.id for one in checks if one.id < first and not one.is_error]
    return Trouble(checks=these, good_until=max(good, default=0))


def demote(session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch) -> moves.Moved:
    """Have nothing go alone from this commit on: an epoch whose alarm is raised, and that is held, ends."""
    team, before, reach = context.team, epoch.level, epoch.floor
    trouble = trouble_in(kept.checks_of(session, epoch.id, team=team), wrong=epoch.wrong)
    runs = kept.worst_alone(session, epoch.id, team=team, after=trouble.good_until, limit=MOST_RUNS)
    packed = packs.make(session, context, workflow, runs)
    figures = {
        "from": before.value,
        "floor": reach,
        "checks": len(trouble.checks),
        "errors": len(trouble.wrong),
        "cases": [one.case for one in reversed(trouble.wrong)][:MOST_CASES],
        "alone_since": kept.count_alone(session, epoch.id, team=team, after=trouble.good_until),
        "packed": packed,
    }
    epochs.end(
        session,
        context,
        epoch,
        by=SYSTEM,
        why=End.DEMOTED,
        checks=len(trouble.checks),
        errors=len(trouble.wrong),
        packed=packed,
    )
    began = epochs.begin(
        session,
        context,
        workflow,
        row=epoch.workflow_id,
        deployment=epoch.deployment_id,
        by=SYSTEM,
        why=Began.DEMOTED,
        level=Level.DRAFT,
    )
    moves.tell(session, context, workflow, epoch, News.DEMOTED, figures)
    return moves.moved(workflow, began, before, at=context.clock())
