"""The audit trail, read as it grows."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.cases import runs
from store.governance import audit
from store.states import Resolution
from workflows.engine.context import Context

_DELIVERED = "run.delivered"


@dataclass(frozen=True, kw_only=True)
class TrailLine:
    """One act on a case."""

    id: int
    action: str
    actor: str
    key: str
    """Of the case."""
    workflow: str
    alone: bool
    """True for the delivery of a case that was resolved alone."""


def last_line(context: Context) -> int:
    """Return the id of the newest line of the trail; 0 before the first."""
    with context.database.read() as session:
        return audit.last_id(session, team=context.team)


def lines_after(context: Context, line: int) -> Sequence[TrailLine]:
    """Return what was recorded after a line of the trail, the oldest first. 0: all."""
    with context.database.read() as session:
        found = audit.since(session, team=context.team, row=line)
        alone = set()
        for one in found:
            if one.action == _DELIVERED:
                run = runs.get(session, one.subject.id, team=context.team)
                if run is not None and run.resolution == Resolution.ALONE:
                    alone.add(one.id)
    return [
        TrailLine(
            id=one.id,
            action=one.action,
            actor=one.actor,
            key=one.key,
            workflow=one.workflow,
            alone=one.id in alone,
        )
        for one in found
    ]
