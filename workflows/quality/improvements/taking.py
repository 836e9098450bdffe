"""The taking of improvements: a person wants one, or leaves it. Its cases may become examples with the same word."""

from store.governance import audit, teams
from store.learning import improvements
from store.states import ImprovementState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import Stale
from workflows.quality.examples import taking
from workflows.quality.improvements.reading import view_of
from workflows.quality.improvements.views import ImprovementKind, ImprovementView


def take(context: Context, improvement: int, *, shown: int, by: str) -> list[int]:
    """Take an improvement; returns the examples that were taken in with it. `shown`: its change, as it was read.

    Raise `Unknown`, or `Stale` where somebody decided it since, or it is live.
    """
    view = _decide(context, improvement, ImprovementState.TAKEN, shown=shown, by=by)
    return taking.take(context, view.examples, by=by) if view.kind is ImprovementKind.EXAMPLES else []


def leave(context: Context, improvement: int, *, shown: int, by: str) -> None:
    """Leave an improvement; the same pattern is not proposed again. Raise as `take` does."""
    _decide(context, improvement, ImprovementState.LEFT, shown=shown, by=by)


def _decide(context: Context, improvement: int, state: ImprovementState, *, shown: int, by: str) -> ImprovementView:
    view = view_of(context, improvement)
    at = context.clock()
    with context.database.write(urgent=True) as session:
        if not improvements.decide(session, improvement, state, team=context.team, shown=shown, by=by, at=at):
            raise Stale("somebody has decided this since, or it is live; look at the improvements again")
        workflow = teams.find_workflow(session, team=context.team, name=view.workflow)
        assert workflow is not None
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action=f"improvement.{state}",
            subject=SubjectKind.WORKFLOW.of(workflow),
            case=None,
            details={"improvement": improvement},
        )
    return view
