"""Limits of the requests to one model: how many at once, and how many in a minute. They keep a provider's limits.

One limit keeps this process's own memory: the files of all requests together.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Condition, Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded where a rate is set: the library brings a client for each kind of storage
    from limits import RateLimitItemPerMinute
    from limits.strategies import MovingWindowRateLimiter

AT_ONCE = 16
"""Requests to one model at once, in this process."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of the files of all requests at once, in base64. Sending takes three to four times as much."""
LONGEST_WAIT = 60.0
"""Seconds that a request waits for a free slot."""


class Busy(Exception):
    """A request waited for a free slot and did not get one."""


@dataclass(frozen=True, kw_only=True)
class _Rate:
    """The most requests to a model within a minute, and those that were counted."""

    limit: "RateLimitItemPerMinute"
    limiter: "MovingWindowRateLimiter"


def _rate(per_minute: int) -> _Rate:
    from limits import RateLimitItemPerMinute
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

    return _Rate(limit=RateLimitItemPerMinute(per_minute), limiter=MovingWindowRateLimiter(MemoryStorage()))


class _Room:
    """Room for the files of requests."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._changed = Condition()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Wait for room for so many bytes, and hold it in the block. Raise `Busy`."""
        held = min(size, self._most)
        if held:
            with self._changed:
                if not self._changed.wait_for(lambda: self._left >= held, timeout=LONGEST_WAIT):
                    raise Busy(
                        f"other questions hold all memory for documents, and none ended within {LONGEST_WAIT:g} s."
                    )
                self._left -= held
        try:
            yield
        finally:
            if held:
                with self._changed:
                    self._left += held
                    self._changed.notify_all()


class Concurrency:
    """A limit for each model. Threads may share it."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        per_minute: int | None = None,
        most_bytes: int = MOST_BYTES,
        room: _Room | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Set the limits. `per_minute`: requests of this process to one model in any minute; None: no limit.

        `most_bytes`: of the files of all requests at once. One that is larger goes alone. `room`: that which others
        share, in place of it.
        """
        self._at_once = at_once
        self._rate = _rate(per_minute) if per_minute is not None else None
        self._sleep = sleep
        self._concurrency: dict[str, BoundedSemaphore] = {}
        self._lock = Lock()
        self._room = room or _Room(most_bytes)

    @contextmanager
    def slot(self, model: str, *, size: int = 0) -> Iterator[None]:
        """Wait for a free slot, and hold it in the block. Raise `Busy`. `size`: bytes of the files of the request."""
        lane = self._of(model)
        self._wait_for_rate(model)
        if not lane.acquire(timeout=LONGEST_WAIT):
            raise Busy(
                f"{self._at_once} questions to {model} were under way, and none was answered within {LONGEST_WAIT:g} s."
            )
        try:
            with self._room.taken(size):
                yield
        finally:
            lane.release()

    def _wait_for_rate(self, model: str) -> None:
        if self._rate is None:
            return
        waited, most = 0.0, self._rate.limit.amount
        while not self._rate.limiter.hit(self._rate.limit, model):
            until = self._rate.limiter.get_window_stats(self._rate.limit, model).reset_time
            if until - time.time() > 2 * LONGEST_WAIT:
                # The requests were counted while the clock was ahead, and would count until that time.
                self._rate = _rate(most)
                continue
            wait = min(max(until - time.time(), 0.05), LONGEST_WAIT)
            if waited + wait > LONGEST_WAIT:
                raise Busy(f"{model} was asked {most} times within a minute, which is the limit in the settings.")
            self._sleep(wait)
            waited += wait

    def _of(self, model: str) -> BoundedSemaphore:
        with self._lock:
            return self._concurrency.setdefault(model, BoundedSemaphore(self._at_once))


class SharedConcurrency:
    """The limits of each key to a vendor, for all teams of a process that use it; the memory for files is one."""

    def __init__(self) -> None:
        self._room = _Room(MOST_BYTES)
        self._lock = Lock()
        self._known: list[tuple[object, Concurrency]] = []

    def of(self, key: object, *, at_once: int, per_minute: int | None) -> Concurrency:
        """Return the limits for what is equal to a key. Whoever sets others for it has limits of their own."""
        wanted = (key, at_once, per_minute)
        with self._lock:
            for known, concurrency in self._known:
                if known == wanted:
                    return concurrency
            made = Concurrency(at_once=at_once, per_minute=per_minute, room=self._room)
            self._known.append((wanted, made))
            return made
