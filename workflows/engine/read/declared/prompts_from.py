"""The places from which the prompts of workflows come, as an operator is told."""

from collections.abc import Iterable

from store.learning import deployments
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.read.declared.prompt_views import PromptsFrom


def prompts_from(context: Context, workflows: Iterable[AnyWorkflow]) -> PromptsFrom:
    """Return where the prompts of these workflows come from, by name. Raise `store.db.database.Unavailable`."""
    with context.database.read() as session:
        live = {one.name: one.live for one in deployments.used_by(session, team=context.team)}
    deployed: list[str] = []
    files: list[str] = []
    for one in sorted(workflows, key=lambda one: one.name):
        uses_files = context.versions.uses_files(one, live=live.get(one.name))
        (files if uses_files else deployed).append(one.name)
    return PromptsFrom(always_files=context.versions.always_files, deployed=deployed, files=files)
