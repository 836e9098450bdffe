"""Invalid requests in a row: then the fault is in the workflow, and not in a case.

The provider may name any reason, such as a form that it does not take or a parameter that the model does not know.
Without this count, each case would go to a person, and nobody would be told of the fault.
"""

from collections import Counter
from dataclasses import replace
from threading import Lock

from workflows.model.outcomes import Outcome, Verdict

IN_A_ROW = 5
"""Invalid requests in a row of one workflow, prompt version and model, with none accepted in between."""
_TAKEN = frozenset({Outcome.ANSWERED, Outcome.GARBAGE, Outcome.TRUNCATED, Outcome.REFUSED})


class InvalidRequests:
    """A count of invalid requests, in this process. Threads may share it."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def judged(self, about: str, verdict: Verdict) -> Verdict:
        """Return the verdict on one more request, or `UNFIT` after too many. `about`: the name that such requests
        share.
        """
        with self._lock:
            if verdict.outcome in _TAKEN:
                self._counts.pop(about, None)
            if verdict.outcome is not Outcome.INVALID:
                return verdict
            self._counts[about] += 1
            if self._counts[about] < IN_A_ROW:
                return verdict
            # After that somebody repairs the workflow, and the count begins again.
            count = self._counts.pop(about)
        return replace(verdict, outcome=Outcome.UNFIT, why=f"{verdict.why} This happened {count} times in a row.")
