"""The first deployment of a workflow that was in use before there were any: what it does now, it goes on doing."""

import structlog

from store.learning import deployments
from store.states import DeploymentState
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.models import Models
from workflows.quality.deployments.adding import TAKEN_OVER, add
from workflows.quality.deployments.parts import Parts, model_asked, parts_of

log = structlog.get_logger()
BEFORE = "in use before there were deployments"
"""The note of such a deployment."""


def take_over(context: Context, models: Models) -> None:
    """Make the present versions of such workflows live, once, by whichever process starts first.

    A shipped example goes on with its files. A local model goes on learning from its file, until one is deployed.
    """
    with context.database.read() as session:
        used = deployments.used_by(session, team=context.team)
    for one in used:
        if one.takes_over and one.name in context.registry:
            _take_over(context, models, context.registry.get(one.name), one.id)


def _take_over(context: Context, models: Models, workflow: AnyWorkflow, row: int) -> None:
    prompt = context.registry.prompt(workflow.name)
    parts: Parts = parts_of(workflow, prompt, models)
    is_asked = "vendor" in parts.values
    with context.database.write() as session:
        used = deployments.held(session, row, team=context.team)
        if used is None or not used.takes_over:
            return  # another process was first
        if workflow.is_sample or used.live is not None:
            deployments.take_nothing_over(session, row, team=context.team)
            return
        added = add(
            session,
            context,
            workflow,
            parts,
            row=row,
            prompt=prompt if is_asked else None,
            model=model_asked(workflow, prompt, models),
            state=DeploymentState.LIVE,
            by=SYSTEM,
            action=TAKEN_OVER,
            # What is recalled is frozen with a deployment that somebody proposes.
            values={"training": None, "recall": 0, "note": BEFORE, "live_at": context.clock()},
        )
        assert added is not None, "its workflow is held"
        deployments.use(session, row, team=context.team, live=added.id, beside=None)
    context.charters.begin(workflow)
    log.info("deployment.taken_over", workflow=workflow.name, version=parts.name)
