"""A rollback that a person asks for, and the end of a version that is only watched, as they were shown them."""

from store.learning import deployments
from store.states import DeploymentState
from workflows.engine.context import Context
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.quality.deployments import moves
from workflows.quality.deployments.views import Ended


def roll_back_shown(context: Context, deployment: int, *, change: int, by: str, reason: str) -> None:
    """Take the live version back that somebody was shown: the one before it is live again.

    `change`: that of the deployment that was shown. `reason`: in the person's words. Raise `Unknown`, `Stale` where it
    has changed since, or `Refused` for a reason that says nothing, or where there is none before it.
    """
    if not reason.strip():
        raise Refused("say why, in a few words")
    with context.database.write(urgent=True) as session:
        row = deployments.get(session, deployment, team=context.team)
        if row is None:
            raise Unknown(f"there is no deployment {deployment}")
        if row.change != change or row.state is not DeploymentState.LIVE:
            raise Stale(f"version {row.number} has changed since: look at it again")
        figures = {"said": reason.strip()}
        moves.take_back(session, context, row.workflow_id, by=by, why=Ended.BY_HAND, figures=figures)


def give_up_shown(context: Context, deployment: int, *, change: int, by: str) -> None:
    """End a version that is watched beside the live one, and that somebody was shown. Raise `Unknown`, `Stale`."""
    with context.database.write(urgent=True) as session:
        row = deployments.get(session, deployment, team=context.team)
        if row is None:
            raise Unknown(f"there is no deployment {deployment}")
        if row.change != change or row.state not in moves.BESIDE:
            raise Stale(f"version {row.number} has changed since: look at it again")
        moves.end(session, context, row, by=by, why=Ended.BY_HAND)
