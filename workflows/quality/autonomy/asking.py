"""The question whether a version may go further: when people are asked, and when it is drawn anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.learning import epochs as kept
from store.schema import Epoch
from store.states import Level
from workflows.engine.case import learning_notices
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.autonomy import moves
from workflows.quality.autonomy.certifying.earning import Earning

WORTH_ASKING = 0.05
"""Share of the cases that would go alone in addition, from which on people are asked again."""


@dataclass(frozen=True, kw_only=True)
class Before:
    """The evidence of an epoch before a step."""

    labels: int
    on_probation: int
    """Looks that were still to be made more often."""


def ask(
    session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch, earning: Earning, *, before: Before
) -> bool:
    """Ask those who answer for a workflow whether a version may go further, where it is worth it; True if so.

    There is one question of an epoch, which is drawn anew.
    """
    at, permitted = context.clock(), earning.permitted

    def share(floor: float) -> float:
        known = moves.coverage(earning, floor)
        return known or kept.share_from(session, epoch.id, team=context.team, newest=moves.NEWEST, floor=floor) or 0.0

    if not is_worth_asking(workflow, epoch, earning, before, share=share, at=at):
        floor = permitted.at if permitted is not None else None
        if epoch.asked_at is not None and epoch.level is not Level.SHADOW and floor != epoch.asked_floor:
            learning_notices.question_over(session, team=context.team, epoch=epoch.id, at=at)
        return False
    floor = permitted.at if permitted is not None and epoch.level is not Level.SHADOW else None
    kept.note(session, epoch.id, team=context.team, asked_at=at, asked_floor=floor)
    moves.record(session, context, epoch, "epoch.asked", by=SYSTEM, asked=str(floor), labels=epoch.looked_at)
    learning_notices.may_go_further(
        session, workflow.review, team=context.team, epoch=epoch.id, at=at, owner=workflow.owner
    )
    return True


def is_worth_asking(
    workflow: AnyWorkflow,
    epoch: Epoch,
    earning: Earning,
    before: Before,
    *,
    share: Callable[[float], float],
    at: datetime,
) -> bool:
    """Tell whether people are asked now: at the first permit, and later where enough more would go alone.

    At most once a working day while a question is open. From shadow to draft they are asked once, and once whether
    what is announced may go alone. `share`: returns the share of the cases that goes alone at a floor, 0 to 1.
    """
    if epoch.level is Level.SHADOW:
        return before.labels < moves.COMPARED <= earning.labels
    if epoch.level is Level.VETO and before.on_probation and not earning.on_probation:
        return True
    permitted = earning.permitted
    if permitted is None or (epoch.floor is not None and permitted.at >= epoch.floor):
        return False
    if epoch.asked_floor is None:
        return True
    if epoch.asked_at is not None and workflow.working_days_after(epoch.asked_at, 1) > at:
        return False
    so_far = max(share(floor) for floor in (epoch.floor, epoch.asked_floor) if floor is not None)
    return share(permitted.at) - so_far >= WORTH_ASKING
