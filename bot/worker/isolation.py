"""Isolation: most runs are worked on beside others, and a suspect alone.

A case that ends its worker's process takes down the runs beside it, and each of those looks as guilty. So a run that
was lost a few times is worked on while no other is: if the process ends then, this run was the cause.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

LONGEST = 60.0
"""Seconds for which a suspect is kept alone, and for which it waits for that. So code that hangs stops no others."""


class Isolation:
    """A gate that lets in many at once, or one alone. A run that waits to be alone goes before later ones."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        """Let nobody in yet. `longest`: seconds for which anybody waits here."""
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
                # The run stays counted as waiting while it is inside, so that no other comes in.
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
