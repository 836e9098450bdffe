"""The list of cases, and the workflows that have any."""

from collections.abc import Sequence

from store.cases import cases
from store.cases.cases import CaseLine
from store.governance import teams
from store.states import RunState
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.text.choices import choices


def case_lines(context: Context, *, workflow: str | None, state: RunState | None, limit: int) -> Sequence[CaseLine]:
    """Return cases with the state of their newest run, the newest case first.

    Raise `Refused` for a workflow that is not known here.
    """
    refuse_unknown(context, workflow)
    with context.database.read() as session:
        return cases.lines(session, team=context.team, workflow=workflow, state=state, limit=limit)


def state_called(name: str) -> RunState:
    """Return the state of a run with this name. Raise `Refused` where there is none."""
    if name not in list(RunState):
        raise Refused(f"there is no state {name!r}; there are: {', '.join(RunState)}")
    return RunState(name)


def workflows_with_cases(context: Context) -> Sequence[str]:
    """Return the names of all workflows that ever took in a case, or were paused."""
    with context.database.read() as session:
        return [row.name for row in teams.workflows(session, team=context.team)]


def refuse_unknown(context: Context, workflow: str | None) -> None:
    """Raise `Refused` for a workflow that neither is declared here nor has a case."""
    if workflow is None or workflow in context.registry:
        return
    names = workflows_with_cases(context)
    if workflow not in names:
        known = choices(sorted({*names, *(declared.name for declared in context.registry)}), typed=workflow)
        raise Refused(f"there is no workflow {workflow!r}; known: {known}")
