"""The count of attempts at deliveries, as calls of their target."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from workflows.engine.context import Context
from workflows.engine.declare.calls.call_outcomes import outcome_of
from workflows.tools import calls
from workflows.tools.calls import Called, CallOutcome


@contextmanager
def counting_attempt(context: Context, target: str) -> Iterator[None]:
    """Count the block as a call of a target, and with it the calls that our own clients make in the block.

    Where one of these has the target's name, it is that call.
    """
    started = time.perf_counter()
    outcome: CallOutcome | None = None
    error: str | None = None
    with calls.noted() as noted:
        try:
            yield
            outcome = CallOutcome.ANSWERED
        except Exception as failed:
            outcome, error = outcome_of(failed), type(failed).__name__
            raise
        finally:
            took = (time.perf_counter() - started) * 1000
            made = noted.made
            if outcome is not None and target not in noted.systems:
                made = [*made, Called(system=target, outcome=outcome, milliseconds=took, error=error)]
            context.meter.count(made, at=context.clock())
