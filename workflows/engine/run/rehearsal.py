"""Makes the calls of a run as its journal would, and keeps nothing of them: an eval goes the way of a case by this.

Steps are tried as often as in a run, and what the code goes on with has been written as JSON and read back, since a
value that cannot be would stop the run.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from workflows.engine.case.journal import attempts_at, read_back, written
from workflows.engine.declare import author_threads
from workflows.engine.declare.steps import Call, recording
from workflows.engine.text.canonical_json import canonical
from workflows.model.port import Answer, ModelError


class Rehearsal:
    """One case's calls, with what they took. For one thread."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep`: takes seconds."""
        self._sleep = sleep
        self.cost = Decimal(0)
        """US dollars of all calls so far."""
        self.tokens = 0
        """Of all answers so far, read and written."""
        self.models: list[str] = []
        """Who answered, in order."""
        self.unheard: ModelError | None = None
        """Why the model could not be asked; None where it could."""

    @contextmanager
    def open(self) -> Iterator[None]:
        """Make the step calls of this thread for the block."""
        with recording(self):
            yield

    def record(self, call: Call) -> object:
        """Make the call. What it raises at last goes through."""
        canonical(call.arguments)  # what has no JSON form stops a run here
        try:
            with author_threads.untimed():
                return attempts_at(call, sleep=self._sleep)(lambda: self._attempt(call))
        except ModelError as error:
            self.unheard = error
            raise

    def _attempt(self, call: Call) -> object:
        # A step inside a step belongs to it.
        with recording(None):
            result = call.invoke()
        self.cost += call.cost(result)
        if isinstance(result, Answer):
            usage = result.usage
            self.tokens += usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens
            self.models.append(result.model)
        return read_back(call, result, written(call, result))
