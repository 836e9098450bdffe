"""The present state of a need, for who presses its button: the summary may be a week old."""

from collections.abc import Sequence

from store.cases import target_outages
from store.governance import health, teams
from store.model import outages
from store.quality import failures as rows
from store.slack import outbox
from store.states import CauseState, OutboxState
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.digests.failures.needs import About
from workflows.engine.digests.failures.views import LISTED, FailedCase, SystemNow, Unsent
from workflows.engine.errors import Unknown
from workflows.engine.health.systems import system_views
from workflows.engine.read.causes import cause_lines

_NEEDY = (CauseState.OPEN, CauseState.REGRESSED)
_LOOKED_AT = 200
"""Causes, those that failed last, of which those about a system are found."""


def workflow_of(context: Context, row: int) -> str:
    """Return the name of a workflow's row. Raise `Unknown`."""
    with context.database.read() as session:
        name = next((one.name for one in teams.workflows(session, team=context.team) if one.id == row), None)
    if name is None or name not in context.registry:
        raise Unknown(f"there is no workflow {row}")
    return name


def doubts(context: Context, row: int) -> Sequence[int]:
    """Return the deliveries in doubt of a workflow's row, the oldest first; one more than are listed at most."""
    with context.database.read() as session:
        return rows.in_doubt(session, row, team=context.team, limit=LISTED + 1)


def failed_cases(context: Context, row: int) -> list[FailedCase]:
    """Return the cases of a workflow's row that stopped and belong to no cause, the oldest first; one more than are
    listed at most.
    """
    with context.database.read() as session:
        found = rows.without_cause(session, row, team=context.team, limit=LISTED + 1)
    return [FailedCase(case=one.case, state=one.state, since=one.since) for one in found]


def system_now(context: Context, about: About, id: int, *, workflows: Sequence[AnyWorkflow]) -> SystemNow:
    """Return how the system of a trouble or an outage is, as far as it concerns these workflows. Raise `Unknown`."""
    with context.database.read() as session:
        name: str | None = None
        match about:
            case About.TROUBLE:
                trouble = health.get(session, id, team=context.team)
                name = trouble.system if trouble is not None else None
            case About.OUTAGE:
                outage = outages.get(session, id, team=context.team)
                name = outage.model if outage is not None else None
            case About.TARGET:
                target = target_outages.get(session, id, team=context.team)
                name = target.target if target is not None else None
    if name is None:
        raise Unknown("there is no such system")
    views, names = system_views(context, workflows), [one.name for one in workflows]
    causes = cause_lines(context, workflows=names, states=_NEEDY, limit=_LOOKED_AT)
    return SystemNow(
        name=name,
        view=next((one for one in views if one.name == name), None),
        causes=[one for one in causes if one.dependency == name][:LISTED],
    )


def unsent(context: Context) -> list[Unsent]:
    """Return the messages that were given up, by channel and by the code of the refusal."""
    with context.database.read() as session:
        found = outbox.troubled(session, team=context.team)
    return [
        Unsent(channel=one.channel, error=one.error, number=one.number)
        for one in found
        if one.state is OutboxState.DEAD
    ]
