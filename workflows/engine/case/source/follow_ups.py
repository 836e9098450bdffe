"""Notes of what follows a run, in the transaction in which it becomes delivered. The cases are made afterwards."""

from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.sources import follow_ups
from workflows.engine.declare.registry import AnyWorkflow


def note(session: Session, run: schema.Run, workflow: AnyWorkflow, *, at: datetime) -> None:
    """Note what follows a run that was delivered, as its workflow declares it."""
    for then in workflow.follow_ups:
        follow_ups.add(session, team=run.team_id, case=run.case_id, run=run.id, workflow=then.workflow, at=at)
