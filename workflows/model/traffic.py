"""The requests of this process to models, as counts that only grow. They begin at zero with the process.

Nothing is read from them but by whoever watches the process. The books of what was spent are the ledger's rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock

from workflows.model.outcomes import Outcome
from workflows.model.port import Usage

MOST = 200
"""Pairs of a workflow and a model that are counted by their names. Both are named by declarations and prompts, and
there are few; further ones are counted together.
"""
OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A workflow and the model that was asked for it."""

    workflow: str
    model: str


@dataclass(frozen=True, kw_only=True)
class Requests:
    """The requests of one route."""

    outcomes: Mapping[Outcome, int]
    usage: Usage
    dollars: Decimal
    """US dollars; a request of unknown cost counts with what was reserved for it."""
    sent: int
    """Number of the requests that were sent."""
    seconds: float
    """Sum of the seconds that these took."""


_NONE = Requests(outcomes={}, usage=Usage(), dollars=Decimal(0), sent=0, seconds=0.0)


class Traffic:
    """The counts. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[Route, Requests] = {}

    def count(
        self,
        route: Route,
        outcome: Outcome,
        *,
        usage: Usage | None = None,
        dollars: Decimal = Decimal(0),
        seconds: float | None = None,
    ) -> None:
        """Count a request that is over. `seconds`: how long it took; None where none was sent."""
        with self._lock:
            if route not in self._counts and len(self._counts) >= MOST:
                route = Route(workflow=OTHER, model=OTHER)
            before = self._counts.get(route, _NONE)
            self._counts[route] = Requests(
                outcomes={**before.outcomes, outcome: before.outcomes.get(outcome, 0) + 1},
                usage=before.usage.plus(usage or Usage()),
                dollars=before.dollars + dollars,
                sent=before.sent + (seconds is not None),
                seconds=before.seconds + (seconds or 0.0),
            )

    def counts(self) -> Mapping[Route, Requests]:
        """Return the counts so far."""
        with self._lock:
            return dict(self._counts)
