"""The calls of one input that is tried several times: a step that was made is recalled, and the model is asked anew.

As in the journal of a run, a step is known by its name, its input, and its number among equal ones. So a question that
follows from a step's result stays the same question, and another system is not called once for each batch.
"""

from collections import Counter

from workflows.engine.case.journal import recalled, written
from workflows.engine.declare.steps import ASK, Call
from workflows.engine.run.rehearsal import Rehearsal
from workflows.engine.text.canonical_json import canonical, content_hash

MOST_KEPT = 1_000_000
"""Characters of all results of one input that are kept; what is beyond is made again."""


class RecalledSteps(Rehearsal):
    """A rehearsal that recalls the steps of earlier tries. For one thread."""

    def __init__(self, steps: dict[str, str]) -> None:
        """`steps`: mark of a step -> its result as JSON; those that are made are added."""
        super().__init__()
        self.steps = steps
        self.is_changed = False
        """True if a step was made that is worth keeping."""
        self._equal: Counter[str] = Counter()

    def record(self, call: Call) -> object:
        """Make the call, or recall its result. Raise the error of its last attempt."""
        if call.name == ASK:
            return super().record(call)
        mark = content_hash(canonical([call.name, call.arguments]))
        self._equal[mark] += 1
        name = f"{mark}:{self._equal[mark]}"
        if name in self.steps:
            return recalled(call, self.steps[name])
        result = super().record(call)
        body = written(call, result)
        if sum(map(len, self.steps.values())) + len(body) <= MOST_KEPT:
            self.steps[name] = body
            self.is_changed = True
        return result
