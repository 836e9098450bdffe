"""Announcements of changes, for everybody who waits or watches."""

import asyncio
from collections.abc import Callable

Observer = Callable[[int], None]
"""Function that gets the number of a change, on the sandbox's loop."""


class Changes:
    """A counter of everything that anybody could see change."""

    def __init__(self) -> None:
        self.number = 0
        self.observers: list[Observer] = []
        self._waiting: set[asyncio.Event] = set()
        self.over = False
        """True once the sandbox ends, so that nobody waits any longer."""

    def announce(self) -> None:
        self.number += 1
        self._wake()
        for observe in self.observers:
            observe(self.number)

    async def wait(self, since: int, seconds: float) -> int:
        """Return the present number, as soon as it exceeds `since` or the seconds are over."""
        if self.number <= since and not self.over:
            changed = asyncio.Event()
            self._waiting.add(changed)
            try:
                await asyncio.wait_for(changed.wait(), seconds)
            except TimeoutError:
                pass
            finally:
                self._waiting.discard(changed)
        return self.number

    def close(self) -> None:
        """Release everybody who waits."""
        self.over = True
        self._wake()

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()
