"""The rule of a workflow that nobody decides what they handed in, or asked for."""

from sqlalchemy.orm import Session

from store.cases import runs
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import OwnCase


def barred(session: Session, workflow: AnyWorkflow, run: int, *, team: int) -> set[str]:
    """Return those whom a workflow does not let decide a run's case; nobody where it has no such rule.

    That is whoever handed its present content in, or asked for a rerun or a correction of it.
    """
    return set() if workflow.review.self_approval else runs.askers_of(session, run, team=team)


def refuse_own_case(session: Session, workflow: AnyWorkflow, run: int, *, team: int, person: str) -> None:
    """Raise `OwnCase` where a workflow does not let a person decide a run's case."""
    if person in barred(session, workflow, run, team=team):
        raise OwnCase(f"you handed this case in, or asked for it again; {workflow.name} has somebody else decide it")
