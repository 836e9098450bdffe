"""Questions to Slack on which a right depends: asked while a person waits, and remembered for a few seconds.

The wait for Slack is short. A later answer is remembered for the next press.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from handlers.slack.access.rights import Unsure
from workflows.log_context import pool_of

PATIENCE = 1.2
"""Seconds to wait for Slack, with all questions of one press; a press has 3 in all."""
_AT_ONCE = 4
"""Number of questions of one kind that are asked at the same time."""

_until: ContextVar[float | None] = ContextVar("lookups_until", default=None)


@contextmanager
def waiting() -> Iterator[None]:
    """Limit the wait for Slack in the block to `PATIENCE`, however many questions it asks."""
    token = _until.set(monotonic() + PATIENCE)
    try:
        yield
    finally:
        _until.reset(token)


AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, kw_only=True)
class _Known(Generic[AnswerT]):
    asked_at: float
    """Time of the question, by the monotonic clock."""
    answer: AnswerT


@dataclass(frozen=True, kw_only=True)
class _Asked(Generic[AnswerT]):
    """A question to Slack without an answer so far."""

    at: float
    """Time of the question, by the monotonic clock."""
    answer: Future[AnswerT | None]
    """Answer; None where Slack did not give one."""


class Lookup(Generic[AnswerT]):
    """Answers of Slack, by the id of what is asked about."""

    def __init__(self, ask: Callable[[str], AnswerT | None], *, name: str, remembered: float) -> None:
        """Ask through `ask`, which returns None where Slack does not answer now. `name`: of the threads.

        `remembered`: seconds for which an answer is used.
        """
        self._asking = ask
        self._remembered = remembered
        self._lock = Lock()
        self._known: dict[str, _Known[AnswerT]] = {}
        self._asked: dict[str, _Asked[AnswerT]] = {}
        self._pool = pool_of(_AT_ONCE, name=name)

    def __call__(self, id: str) -> AnswerT:
        """Return Slack's answer. Raise `Unsure` where it does not come in time."""
        with self._lock:
            known = self._known.get(id)
            if known is not None and monotonic() - known.asked_at < self._remembered:
                return known.answer
            asked = self._asked.get(id)
            if asked is None:
                at = monotonic()
                asked = self._asked[id] = _Asked(at=at, answer=self._pool.submit(self._ask, id, at))
        until = _until.get()
        left = PATIENCE if until is None else max(until - monotonic(), 0.0)
        try:
            answer = asked.answer.result(left)
        except TimeoutError:
            answer = None
        if answer is None:
            raise Unsure("Your right to this could not be checked just now. Nothing was done; try again.")
        return answer

    def forget(self, id: str) -> None:
        """Forget an answer, since it changed."""
        with self._lock:
            self._known.pop(id, None)
            self._asked.pop(id, None)

    def _ask(self, id: str, asked_at: float) -> AnswerT | None:
        answer: AnswerT | None = None
        try:
            answer = self._asking(id)
        finally:
            with self._lock:
                asked = self._asked.get(id)
                # An answer to a question from before a change must not be remembered.
                if asked is not None and asked.at == asked_at:
                    del self._asked[id]
                    if answer is not None:
                        self._known[id] = _Known(asked_at=asked_at, answer=answer)
        return answer
