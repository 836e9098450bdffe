"""The long poll: clients wait until a case has an end or a question, and one look at the database serves all of them.

A waiting client is a future in the server's loop and holds no thread. Every half second one query tells which of the
cases moved, and only those are read. Who hangs up is dropped. Where the process is about to stop, all are answered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import structlog

from handlers.web.api.work import Work
from workflows.engine.context import Context
from workflows.engine.sources.told.moving import Mark, marks_of
from workflows.engine.sources.told.outcomes import outcome_of, outcomes_of
from workflows.engine.sources.views import CaseOutcome, CaseState

log = structlog.get_logger()

LONGEST = 60
"""Seconds that a client may wait."""
MOST = 400
"""Clients that wait at once; a further one is answered at once."""
LOOK = 0.5
"""Seconds between two looks."""
_UNDECIDED = (CaseState.IN_PROGRESS, CaseState.NEEDS_PERSON)


@dataclass(kw_only=True, eq=False)
class _Waiter:
    """A client that waits."""

    source: int
    case: int
    outcome: CaseOutcome
    """The case as it stood at the last look that saw it moved."""
    mark: Mark | None
    """None before the first look."""
    settled: asyncio.Future[None]


class _Moved(NamedTuple):
    waiter: _Waiter
    mark: Mark
    outcome: CaseOutcome


class Waiting:
    """The clients that wait. Only the server's loop uses it."""

    def __init__(self, context: Context, work: Work, *, stops: Callable[[], bool], look: float = LOOK) -> None:
        """Wait for nothing yet. `stops`: tells whether the process is about to stop."""
        self._context = context
        self._work = work
        self._stops = stops
        self._look = look
        self._waiters: set[_Waiter] = set()
        self._looking: asyncio.Task[None] | None = None

    @property
    def number(self) -> int:
        """Number of clients that wait."""
        return len(self._waiters)

    async def outcome(
        self, source: int, case: int, *, seconds: int, gone: Callable[[], Awaitable[object]]
    ) -> CaseOutcome:
        """Return how a case stands, after some seconds at most. Raise `Unknown`, or `Problem`.

        `gone`: returns once the client has hung up.
        """
        outcome = await self._work.done(partial(outcome_of, self._context, source, case))
        if not seconds or outcome.state not in _UNDECIDED or self._stops() or len(self._waiters) >= MOST:
            return outcome
        settled = asyncio.get_running_loop().create_future()
        waiter = _Waiter(source=source, case=case, outcome=outcome, mark=None, settled=settled)
        self._waiters.add(waiter)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        hung_up = asyncio.ensure_future(gone())
        try:
            await asyncio.wait({settled, hung_up}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hung_up.cancel()
            self._waiters.discard(waiter)
        return waiter.outcome

    async def _look_on(self) -> None:
        """Look until nobody waits."""
        try:
            while self._waiters:
                if self._stops():
                    for waiter in self._waiters:
                        _settle(waiter)
                await asyncio.sleep(self._look)
                await self._look_once()
        finally:
            self._looking = None

    async def _look_once(self) -> None:
        waiting = [waiter for waiter in self._waiters if not waiter.settled.done()]
        if not waiting:
            return
        try:
            moved = await self._work.done(partial(_moved, self._context, waiting))
        except Exception as error:  # noqa: BLE001  # the loop's edge: the next look may do better, and all have an end
            log.warning("api.not_looked", error=type(error).__name__)
            return
        for waiter, mark, outcome in moved:
            waiter.mark, waiter.outcome = mark, outcome
            if outcome.state not in _UNDECIDED:
                _settle(waiter)


def _settle(waiter: _Waiter) -> None:
    if not waiter.settled.done():
        waiter.settled.set_result(None)


def _moved(context: Context, waiting: Collection[_Waiter]) -> list[_Moved]:
    """Return those whose case moved since the last look, with how it stands."""
    marks = marks_of(context, {waiter.case for waiter in waiting})
    moved = [waiter for waiter in waiting if marks.get(waiter.case) not in (None, waiter.mark)]
    by_source: dict[int, set[int]] = {}
    for waiter in moved:
        by_source.setdefault(waiter.source, set()).add(waiter.case)
    # The marks were read before, so that what moves in between is seen at the next look.
    outcomes: Mapping[tuple[int, int], CaseOutcome] = {
        (source, case): outcome
        for source, cases in by_source.items()
        for case, outcome in outcomes_of(context, source, cases).items()
    }
    return [
        _Moved(waiter=waiter, mark=marks[waiter.case], outcome=outcomes[waiter.source, waiter.case])
        for waiter in moved
        if (waiter.source, waiter.case) in outcomes
    ]
