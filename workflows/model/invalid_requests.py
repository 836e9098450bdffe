"""Requests that a provider calls invalid, one after the other: then it is no case's fault but their workflow's.

Whatever the provider's words for it are: a form it does not take, a parameter the model does not know. Each case would
be asked about, and go to a person, without anybody being told.
"""

from collections import Counter
from dataclasses import replace
from threading import Lock

from workflows.model.outcomes import Outcome, Verdict

IN_A_ROW = 5
"""Requests of one workflow, by one version of its prompt, to one model, none of them taken in between."""
_TAKEN = frozenset({Outcome.ANSWERED, Outcome.GARBAGE, Outcome.TRUNCATED, Outcome.REFUSED})


class InvalidRequests:
    """Counts them, in this process. May be shared between threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def judged(self, about: str, verdict: Verdict) -> Verdict:
        """The verdict on one more request, or that there were too many. `about`: what such requests have in common."""
        with self._lock:
            if verdict.outcome in _TAKEN:
                self._counts.pop(about, None)
            if verdict.outcome is not Outcome.INVALID:
                return verdict
            self._counts[about] += 1
            if self._counts[about] < IN_A_ROW:
                return verdict
            # Somebody mends it, and then it begins anew.
            count = self._counts.pop(about)
        return replace(verdict, outcome=Outcome.UNFIT, why=f"{verdict.why} So it was {count} times in a row.")
