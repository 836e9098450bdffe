"""The rule of a workflow that nobody decides what they handed in, or asked for."""

from sqlalchemy.orm import Session

from store.cases import runs
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import OwnCase


def refuse_own_case(session: Session, workflow: AnyWorkflow, run: int, *, team: int, person: str) -> None:
    """Raise `OwnCase` where a workflow does not let a person decide a run's case.

    That is whoever handed its present content in, or asked for a rerun or a correction of it.
    """
    if workflow.review.self_approval:
        return
    if person in runs.askers_of(session, run, team=team):
        raise OwnCase(f"you handed this case in, or asked for it again; {workflow.name} has somebody else decide it")
