"""A rehearsal makes the calls of a run as its journal would, and keeps nothing. An eval runs its cases this way.

Steps have as many attempts as in a run. Each result is written as JSON and read back, because a value that does not
survive this would stop a real run.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from workflows.engine.case.journal import attempts_at, read_back, written
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.steps import Call, recording
from workflows.engine.text.canonical_json import canonical
from workflows.model.port import Answer, ModelError


class Rehearsal:
    """The calls of one case, with their cost. For one thread."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Begin without any calls. `sleep`: takes seconds."""
        self._sleep = sleep
        self.cost = Decimal(0)
        """US dollars of all calls so far."""
        self.tokens = 0
        """Tokens of all questions and answers so far."""
        self.models: list[str] = []
        """Names of the models that answered, in order."""
        self.unheard: ModelError | None = None
        """Error for which the model could not be asked; None where it could."""

    @contextmanager
    def open(self) -> Iterator[None]:
        """Make the step calls of this thread in the block."""
        with recording(self):
            yield

    def record(self, call: Call) -> object:
        """Make the call. Raise the error of its last attempt."""
        canonical(call.arguments)  # arguments without a JSON form stop a run here
        try:
            with author_threads.untimed():
                return attempts_at(call, sleep=self._sleep)(lambda: self._attempt(call))
        except ModelError as error:
            self.unheard = error
            raise

    def _attempt(self, call: Call) -> object:
        # A step inside a step is a part of it.
        with recording(None):
            result = call.invoke()
        self.cost += call.cost(result)
        if isinstance(result, Answer):
            usage = result.usage
            self.tokens += usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens
            self.models.append(result.model)
        return read_back(call, result, written(call, result))
