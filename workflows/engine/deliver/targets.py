"""The difference between a target that is down and a case that the target does not accept.

A target counts as down once the deliveries of several cases failed in a row, and none was made in between. A single
case that keeps failing while others are delivered has a problem of its own, and the target is not down. Each process
counts the failures by itself; the outage of a target is a row that all processes share.
"""

from datetime import datetime
from threading import Lock

from store import schema
from store.states import CLOSING
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Effect

DOWN_AFTER = 3
"""Cases whose deliveries fail in a row before their target counts as down."""


class Failures:
    """The cases that each team's target failed to take since it last took one. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cases: dict[tuple[int, str], dict[int, datetime]] = {}
        """(Team, target) -> case -> time. Teams may call different systems by one name."""

    def count(self, target: str, case: int, *, team: int, at: datetime, since: datetime | None) -> bool:
        """Count a case that a target failed to take, and tell whether the target is down. After that the count starts
        anew.

        `since`: when any process last found it up again; earlier failures do not count.
        """
        with self._lock:
            cases = self._cases.setdefault((team, target), {})
            cases[case] = at
            failed = {one: when for one, when in cases.items() if since is None or when >= since}
            self._cases[team, target] = {} if len(failed) >= DOWN_AFTER else failed
            return len(failed) >= DOWN_AFTER

    def took_one(self, target: str, *, team: int) -> None:
        """Note that a target took or refused a delivery, and so is up."""
        with self._lock:
            self._cases.pop((team, target), None)


def effect_of(workflow: AnyWorkflow, run: schema.Run) -> Effect | None:  # type: ignore[type-arg]  # of a workflow among others
    """Return the effect that delivers a run's answer or rejection; None where nobody is told of a rejection."""
    return workflow.rejection_effect if run.resolution in CLOSING else workflow.effect


def is_keyed(workflow: AnyWorkflow, run: schema.Run) -> bool:
    """Tell whether the target of a run's delivery knows our key."""
    effect = effect_of(workflow, run)
    return effect is not None and effect.idempotent


def target_of(workflow: AnyWorkflow, run: schema.Run) -> str:
    """Return the system that a run's answer or rejection is delivered to, as people call it."""
    return workflow.rejection_target if run.resolution in CLOSING else workflow.target
