"""The row of a new deployment, with its prompt and its audit row: the one place where a deployment begins."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.governance import audit
from store.learning import deployments
from store.states import DeploymentState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.prompts import keep_prompt
from workflows.model.port import Prompt
from workflows.quality.deployments.parts import Parts

BEGUN, TAKEN_OVER = "deployment.begun", "deployment.taken_over"
"""The audit's words for the beginning of a deployment."""


def add(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    parts: Parts,
    *,
    row: int,
    prompt: Prompt | None,
    model: str,
    state: DeploymentState,
    by: str,
    action: str,
    values: Mapping[str, Any],  # Any: columns of the row
) -> schema.Deployment | None:
    """Add a deployment under the next number; None where another process has just taken that.

    `row`: that of the workflow. `prompt`: the one that a model is asked with; it is kept. `model`: the name of the
    model. `values`: further columns.
    """
    team, at = context.team, context.clock()
    if prompt is not None:
        keep_prompt(session, workflow, prompt, team=team, at=at)
    number = deployments.last_number(session, row, team=team) + 1
    added = deployments.add(
        session,
        team=team,
        workflow=row,
        number=number,
        state=state,
        change=1,
        name=parts.name,
        parts=dict(parts.values),
        prompt_version=prompt.version if prompt is not None else None,
        model=model,
        rollout=asdict(workflow.rollout),
        proposed_by=by,
        proposed_at=at,
        **values,
    )
    if added is None:
        return None
    audit.record(
        session,
        team=team,
        at=at,
        actor=by,
        action=action,
        subject=SubjectKind.DEPLOYMENT.of(added),
        case=None,
        details={"number": number, "version": parts.name},
    )
    return deployments.get(session, added, team=team)
