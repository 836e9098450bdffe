"""A version of a workflow that waits for signatures, with its card."""

from handlers.slack.specimens.learning.deployments import EVIDENCE
from store.governance import teams
from store.learning import deployments
from store.states import DeploymentState
from tests.slack.stage import Stage
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.deployments import moves
from workflows.quality.deployments.evidence import Evidence
from workflows.quality.deployments.views import RefusedFor

_ROLLOUT = {"way": "shadow", "share": 0.2, "margin": 0.03, "sure": 0.9, "signatures": 1}


def proposed(
    stage: Stage,
    workflow: AnyWorkflow,
    *,
    evidence: Evidence = EVIDENCE,
    refused_for: tuple[RefusedFor, ...] = (),
    signatures: int = 1,
) -> int:
    """Propose a version, and post its card. Return its row."""
    context = stage.world.context
    with context.database.write() as session:
        row = teams.workflow_id(session, team=context.team, name=workflow.name, options=None, at=context.clock())
        number = deployments.last_number(session, row, team=context.team) + 1
        added = deployments.add(
            session,
            team=context.team,
            workflow=row,
            number=number,
            state=DeploymentState.TRYING,
            change=1,
            name=f"version{number}",
            parts={"prompt": f"p{number}"},
            model="claude-haiku-4-5",
            recall=0,
            rollout={**_ROLLOUT, "signatures": signatures},
            proposed_by="operator",
            proposed_at=context.clock(),
        )
        assert added is not None
        made = deployments.get(session, added, team=context.team)
        assert made is not None
        refused = [one.value for one in refused_for]
        kept = evidence.model_dump(mode="json")
        moves.propose(session, context, made, by="operator", evidence=kept, refused_for=refused)
    stage.send()
    return added
