"""The end of an announced case's time: all that let it be announced is looked at again before it is delivered.

What was taken back meanwhile holds for it, on every replica: the epoch is read locked, in the transaction that begins
the delivery. A lapse is neither a sign-off nor a label.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.learning import announcements
from store.states import AnnouncementState
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver import workflow_pauses
from workflows.engine.propose.standing import standing_under
from workflows.engine.reasons import Code, Reason


def against(session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow) -> Sequence[Reason]:
    """Return why a run that was announced may not be delivered now without a person; nothing where it may.

    What it rests on stays as it is until the transaction ends.
    """
    row = announcements.of_run(session, run.id, team=run.team_id)
    if row is None or row.state is not AnnouncementState.OPEN:
        # What has lapsed is settled: its delivery was begun, or waits for its target.
        return ()
    pause = workflow_pauses.paused(session, run.workflow_id, team=run.team_id, held=True)
    reasons = [Reason(code=Code.PAUSED, by=pause.who, said=pause.reason)] if pause is not None else []
    charter = context.charters.status(workflow, deployment=run.deployment_id)
    if not charter.is_signed:
        reasons.append(Reason(code=Code.UNSIGNED, by=workflow.owner))
    if charter.missing:
        reasons.append(Reason(code=Code.INCOMPLETE, missing=charter.missing))
    taken_back = _taken_back(session, context, run, workflow)
    return [*reasons, taken_back] if taken_back is not None else reasons


def _taken_back(session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow) -> Reason | None:
    """Return why a run does not go out by what its version has earned now; None where it does."""
    now = standing_under(session, context, run.deployment_id, workflow.autonomy, held=True)
    kept = announcements.evidence_of(session, run.id, team=run.team_id)
    if now is None or kept is None or now.id != kept.epoch_id:
        return Reason(code=Code.WITHDRAWN)
    if now.goes_from is None:
        return now.against
    return Reason(code=Code.WITHDRAWN) if kept.score < now.goes_from else None
