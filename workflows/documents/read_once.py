"""Documents that were read and are not kept, such as those beside examples: each file is read once in a process."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST = 64 * 1024 * 1024
"""Bytes of them that are remembered; those that were used longest ago are forgotten first."""


class ReadOnce:
    """Documents by the hash of their file, packed."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._read: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def reading(self, sha256: str, read: Callable[[], bytes]) -> bytes:
        """Return what was read of a file, as it was read before or as `read` gives it now."""
        with self._lock:
            known = self._read.get(sha256)
            if known is not None:
                self._read.move_to_end(sha256)
                return known
        made = read()
        with self._lock:
            if sha256 not in self._read:
                self._read[sha256] = made
                self._size += len(made)
            while self._size > self._most:
                self._size -= len(self._read.popitem(last=False)[1])
        return made
