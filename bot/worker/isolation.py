"""Who is worked on beside whom: most runs beside others, and a suspect alone.

A case that ends its worker's process takes down whatever runs beside it, and each of those looks as guilty as it is. A
run that was lost a few times is therefore worked on while nothing else is: if the process ends then, it was this one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

LONGEST = 60.0
"""Seconds for which a suspect is kept alone, and for which it waits to be so: hanging code stops no others."""


class Isolation:
    """Lets in many at once, or one alone. Who waits to be alone goes before whoever comes later."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        """`longest`: seconds for which anybody waits here."""
        self._longest = longest
        self._changed = Condition()
        self._inside = 0
        self._waiting_alone = 0

    @contextmanager
    def among(self, *, alone: bool) -> Iterator[None]:
        """Be inside for the block, beside others or alone."""
        with self._changed:
            if alone:
                self._waiting_alone += 1
                self._changed.wait_for(lambda: self._inside == 0, timeout=self._longest)
                # It stays counted while it is inside: nobody comes in beside it.
            else:
                self._changed.wait_for(lambda: self._waiting_alone == 0, timeout=self._longest)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._waiting_alone -= alone
                self._changed.notify_all()
