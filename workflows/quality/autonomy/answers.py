"""The word of people on how far a version goes: of what they were shown, or of a workflow by its name.

A press names the change that was shown and how far was asked about, in one number: nobody lets more than they saw.
"""

from store.learning import epochs as kept
from store.states import Level
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Unknown
from workflows.quality.autonomy import moves
from workflows.quality.autonomy.certificates import certificate_view
from workflows.quality.autonomy.certifying.earning import Earning
from workflows.quality.autonomy.moves import Moved
from workflows.quality.autonomy.views import NO_FLOOR, PLACES


def let_shown(context: Context, epoch: int, shown: int, *, by: str) -> Moved:
    """Let a version go as far as a person was shown. Raise as `moves.let` does.

    `shown`: as the view of the question, or of the certificate, says it.
    """
    change, place = divmod(shown, PLACES)
    with context.database.read() as session:
        row = kept.get(session, epoch, team=context.team)
    if row is None:
        raise Unknown("this version is no longer judged")
    floors = Earning.read(row.state).certifier.floors
    if place != NO_FLOOR and place >= len(floors):
        raise Refused("this button is not from Countersign")
    return moves.let(context, epoch, change=change, by=by, floor=floors[place].at if place != NO_FLOOR else None)


def leave_shown(context: Context, epoch: int, shown: int, *, by: str) -> None:
    """Leave it as it is. Raise as `moves.leave` does."""
    moves.leave(context, epoch, change=shown // PLACES, by=by)


def withdraw_shown(context: Context, epoch: int, shown: int, *, by: str, reason: str) -> Moved:
    """Take back what a version does alone, as a person was shown it. Raise as `moves.withdraw` does."""
    return moves.withdraw(context, epoch, change=shown // PLACES, by=by, to=Level.DRAFT, reason=reason)


def withdraw_now(
    context: Context, workflow: AnyWorkflow, *, by: str, reason: str, to: Level = Level.DRAFT, anew: bool = False
) -> Moved:
    """Take back what a workflow does alone. `anew`: with the evidence that it rests on.

    Raise `Refused` where nothing is deployed, or as `moves.withdraw` does.
    """
    view = certificate_view(context, workflow)
    if view.epoch is None:
        raise Refused(f"no version of {workflow.name} is deployed, so nothing of it goes alone")
    return moves.withdraw(context, view.epoch, change=view.change, by=by, to=to, reason=reason, anew=anew)
