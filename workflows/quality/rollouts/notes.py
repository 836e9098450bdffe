"""Notes on versions: what was noted when one went live, ended or was taken back, read for whoever tells it."""

import json
from collections.abc import Mapping

from store.governance import teams
from store.learning import deployments
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.quality.rollouts.views import News, RolloutNote


def rollout_note(context: Context, deployment: int, about: Mapping[str, str]) -> RolloutNote:
    """Return the news of a deployment. `about`: the facts of the note. Raise `Unknown`."""
    with context.database.read() as session:
        row = deployments.get(session, deployment, team=context.team)
        if row is None:
            raise Unknown(f"there is no deployment {deployment}")
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
    figures = json.loads(about["figures"])
    return RolloutNote(
        news=News(about["news"]),
        workflow=name,
        owner=context.registry.get(name).owner if name in context.registry else "",
        number=row.number,
        is_shared=row.rollout.get("way") == "share",
        **figures,
    )
