"""Keeps the token that a client shows, and has it renewed once where it is refused, however many threads hear that."""

from collections.abc import Callable
from threading import Lock

from workflows.errors import TryAgain
from workflows.tools.deadlines import seconds_left

Token = Callable[[bool], str]
"""Gives a token: the present one, or, called with True, a new one because that was refused."""


class Tokens:
    """The token of one client."""

    def __init__(self, get: Token) -> None:
        self._get = get
        self._lock = Lock()
        self._value: str | None = None

    def present(self) -> str:
        """The token to show; asked for when it is first needed."""
        return self._replaced(None)

    def renewed(self, refused: str) -> str:
        """A token in place of a refused one; no new one, where another thread has got it already."""
        return self._replaced(refused)

    def known(self) -> str | None:
        """The token as it is kept, to keep it out of what is said."""
        return self._value

    def _replaced(self, refused: str | None) -> str:
        left = seconds_left()
        if not self._lock.acquire(timeout=-1 if left is None else left):
            raise TryAgain("another thread is still getting a token")
        try:
            if self._value == refused:
                self._value = self._get(refused is not None)
            assert self._value is not None
            return self._value
        finally:
            self._lock.release()
