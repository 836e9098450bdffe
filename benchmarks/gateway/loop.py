"""The loop of a measured process: asks as often and as many at once as it is told, and reports the time."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from benchmarks.gateway.asked import told
from benchmarks.peers.conversation import now, say

SAME = 0
"""Number of the ticket for repeated questions."""


def in_threads(ask: Callable[[int], None]) -> None:
    """Ask in as many threads as calls are to be under way. `ask`: asks about the ticket with this number."""
    fresh = count(1)
    say(ready=True)
    while True:
        same, calls, at_once = told()
        numbers = [SAME if same else next(fresh) for _ in range(calls)]
        with ThreadPoolExecutor(at_once) as threads:
            started = now()
            done = sum(1 for _ in threads.map(ask, numbers))
            say(done=done, seconds=now() - started)


def in_tasks(ask: Callable[[int], Awaitable[None]]) -> None:
    """Ask in as many tasks of one event loop as calls are to be under way."""
    asyncio.run(_in_tasks(ask))


async def _in_tasks(ask: Callable[[int], Awaitable[None]]) -> None:
    fresh = count(1)
    say(ready=True)
    while True:
        same, calls, at_once = await asyncio.to_thread(told)
        numbers = iter([SAME if same else next(fresh) for _ in range(calls)])
        done = 0

        async def work() -> None:
            nonlocal done
            for number in numbers:  # noqa: B023  # all tasks share the remaining numbers
                await ask(number)
                done += 1

        started = now()
        await asyncio.gather(*(work() for _ in range(at_once)))
        say(done=done, seconds=now() - started)
