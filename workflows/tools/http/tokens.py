"""The token of a client. It is renewed once when it is refused, however many threads are told so."""

from collections.abc import Callable
from threading import Lock

from workflows.errors import TryAgain
from workflows.tools.deadlines import seconds_left

Token = Callable[[bool], str]
"""A function that returns a token: the present one, or, called with True, a new one after a refusal."""


class Tokens:
    """The token of one client."""

    def __init__(self, get: Token) -> None:
        self._get = get
        self._lock = Lock()
        self._value: str | None = None

    def present(self) -> str:
        """Return the token to send. It is fetched when it is first needed."""
        return self._replaced(None)

    def renewed(self, refused: str) -> str:
        """Return a token in place of a refused one. If another thread has already renewed it, return that one."""
        return self._replaced(refused)

    def known(self) -> str | None:
        """Return the kept token, so that it can be masked in messages."""
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
