"""Tells a target that is down from a case that it does not take.

The target of a delivery is down once the deliveries of several cases failed in a row, and none was made in between. One
case that fails again and again, while others are delivered, is that case's own trouble, and nothing is said of the
target. What failed is counted in this process; that a target is down is a row that all share.
"""

from datetime import datetime
from threading import Lock

from store import schema
from store.states import Resolution
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Effect

DOWN_AFTER = 3
"""Cases whose deliveries fail in a row before their target counts as down."""


class Failures:
    """The cases that each target did not take since it last took one. May be shared between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cases: dict[str, dict[int, datetime]] = {}

    def count(self, target: str, case: int, *, at: datetime, since: datetime | None) -> bool:
        """Count a case that a target did not take; is the target down? Asked once it is, it begins anew.

        `since`: when it was last found to be up again, whoever found it: what failed before that says nothing.
        """
        with self._lock:
            cases = self._cases.setdefault(target, {})
            cases[case] = at
            failed = {one: when for one, when in cases.items() if since is None or when >= since}
            self._cases[target] = {} if len(failed) >= DOWN_AFTER else failed
            return len(failed) >= DOWN_AFTER

    def took_one(self, target: str) -> None:
        """Note that a target took a delivery, or refused one: it is up."""
        with self._lock:
            self._cases.pop(target, None)


def effect_of(workflow: AnyWorkflow, run: schema.Run) -> Effect | None:  # type: ignore[type-arg]  # of a workflow among others
    """How what a run resolved reaches its system of record; None where a rejection is told to none."""
    return workflow.rejection_effect if run.resolution == Resolution.REJECTED else workflow.effect


def is_keyed(workflow: AnyWorkflow, run: schema.Run) -> bool:
    """Does the target of what a run resolved know our key?"""
    effect = effect_of(workflow, run)
    return effect is not None and effect.idempotent


def target_of(workflow: AnyWorkflow, run: schema.Run) -> str:
    """The system that what a run resolved is brought to, as people call it."""
    return workflow.rejection_target if run.resolution == Resolution.REJECTED else workflow.target
