"""Members of user groups, asked of Slack and remembered for a few seconds.

A person waits meanwhile, so the wait for Slack is short. A later answer is remembered for the next press.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from time import monotonic

import structlog
from slack_sdk import WebClient

from handlers.slack.access.rights import Unsure, UnusableGroup
from handlers.slack.error_codes import NOT_DONE, code_of, is_passing

log = structlog.get_logger()

REMEMBERED = 15.0
"""Seconds for which an answer is used: a person who left the group may still decide for as long. Slack answers about 20
such questions a minute."""
PATIENCE = 1.2
"""Seconds to wait for Slack, with all groups that one press needs; a press has 3 in all."""
_AT_ONCE = 4
"""Number of groups that are asked about at the same time."""

_until: ContextVar[float | None] = ContextVar("groups_until", default=None)


@contextmanager
def waiting() -> Iterator[None]:
    """Limit the wait for Slack in the block to `PATIENCE`, however many groups it asks about."""
    token = _until.set(monotonic() + PATIENCE)
    try:
        yield
    finally:
        _until.reset(token)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The knowledge about a group."""

    asked_at: float
    """Time of the question, by the monotonic clock."""
    members: frozenset[str] = frozenset()
    unusable: str | None = None
    """Slack's error code where it will never list the members."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A question to Slack without an answer so far."""

    at: float
    """Time of the question, by the monotonic clock."""
    answer: Future[_Known | None]
    """Members; None where Slack did not answer."""


class Groups:
    """The members of user groups, by group id."""

    def __init__(
        self, client: WebClient, *, team: str | None = None, tell: Callable[[str, str], None] | None = None
    ) -> None:
        """Ask through `client`, which has to be one without retries. `team`: the workspace, where Slack needs it.

        `tell`: called for a group that cannot be read, with Slack's code; it may be called again with the same.
        """
        self._client = client
        self._team = team
        self._tell = tell
        self._lock = Lock()
        self._known: dict[str, _Known] = {}
        self._asked: dict[str, _Asked] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="groups")

    def __call__(self, group: str) -> frozenset[str]:
        """Return the user ids in a group. Raise `Unsure` for no answer now, `UnusableGroup` for none ever."""
        with self._lock:
            known = self._known.get(group)
            if known is not None and monotonic() - known.asked_at >= REMEMBERED:
                known = None
            asked = None if known is not None else self._asked.get(group)
            if known is None and asked is None:
                at = monotonic()
                asked = self._asked[group] = _Asked(at=at, answer=self._pool.submit(self._ask, group, at))
        if asked is not None:
            until = _until.get()
            left = PATIENCE if until is None else max(until - monotonic(), 0.0)
            try:
                known = asked.answer.result(left)
            except TimeoutError:
                known = None
        if known is None:
            raise Unsure("Your right to this could not be checked just now. Nothing was done; try again.")
        if known.unusable is not None:
            raise UnusableGroup(group, known.unusable)
        return known.members

    def forget(self, group: str) -> None:
        """Forget a group's members, since they changed."""
        with self._lock:
            self._known.pop(group, None)
            self._asked.pop(group, None)

    def _ask(self, group: str, asked_at: float) -> _Known | None:
        """Ask Slack; None where it did not answer."""
        try:
            answer = self._client.usergroups_users_list(usergroup=group, team_id=self._team)
            known: _Known | None = _Known(asked_at=asked_at, members=frozenset(str(user) for user in answer["users"]))
        except NOT_DONE as error:
            code = code_of(error)
            log.warning("group.not_read", group=group, error=code)
            known = None if is_passing(code) else _Known(asked_at=asked_at, unusable=code)
        except KeyError:
            log.warning("group.not_read", group=group, error="no users in the answer")
            known = None
        with self._lock:
            asked = self._asked.get(group)
            # An answer to a question from before a change must not be remembered.
            if asked is not None and asked.at == asked_at:
                del self._asked[group]
                if known is not None:
                    self._known[group] = known
        if known is not None and known.unusable is not None and self._tell is not None:
            self._told(group, known.unusable)
        return known

    def _told(self, group: str, code: str) -> None:
        try:
            assert self._tell is not None
            self._tell(group, code)
        except Exception as error:  # the thread's edge: the next question tells it again
            log.error("group.not_told", group=group, error=type(error).__name__, exc_info=error)
