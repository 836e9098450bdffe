"""The list of cases, and the workflows that have any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.cases import cases
from store.governance import teams
from store.states import Resolution, RunState
from workflows.engine.context import Context
from workflows.engine.errors import Refused


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case in a list."""

    id: int
    key: str
    workflow: str
    revision: int
    state: RunState
    """State of the case's newest run."""
    resolution: Resolution | None
    received_at: datetime
    waits: bool
    """True if the case's delivery waits for a target."""
    not_confirmed: bool
    """True if the delivery waits or failed, and may have been made all the same."""


def case_lines(context: Context, *, workflow: str | None, state: RunState | None, limit: int) -> Sequence[CaseLine]:
    """Return cases with the state of their newest run, the newest case first.

    Raise `Refused` for a workflow that is not known here.
    """
    refuse_unknown(context, workflow)
    with context.database.read() as session:
        found = cases.lines(session, team=context.team, workflow=workflow, state=state, limit=limit)
    return [
        CaseLine(
            id=line.id,
            key=line.key,
            workflow=line.workflow,
            revision=line.revision,
            state=line.state,
            resolution=line.resolution,
            received_at=line.received_at,
            waits=line.waits,
            not_confirmed=line.not_confirmed,
        )
        for line in found
    ]


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
        known = ", ".join(sorted({*names, *(declared.name for declared in context.registry)}))
        raise Refused(f"there is no workflow {workflow!r}; known: {known}")
