"""Members of user groups, asked of Slack and remembered for a few seconds."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from slack_sdk import WebClient

from handlers.slack.access.lookups import Lookup
from handlers.slack.access.rights import UnusableGroup
from handlers.slack.error_codes import NOT_DONE, code_of, is_passing

log = structlog.get_logger()

REMEMBERED = 15.0
"""Seconds for which an answer is used: a person who left the group may still decide for as long. Slack answers about 20
such questions a minute."""


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The knowledge about a group."""

    members: frozenset[str] = frozenset()
    unusable: str | None = None
    """Slack's error code where it will never list the members."""


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
        self._lookup = Lookup(self._ask, name="groups", remembered=REMEMBERED)

    def __call__(self, group: str) -> frozenset[str]:
        """Return the user ids in a group. Raise `Unsure` for no answer now, `UnusableGroup` for none ever."""
        known = self._lookup(group)
        if known.unusable is not None:
            raise UnusableGroup(group, known.unusable)
        return known.members

    def forget(self, group: str) -> None:
        """Forget a group's members, since they changed."""
        self._lookup.forget(group)

    def _ask(self, group: str) -> _Known | None:
        """Ask Slack; None where it did not answer."""
        try:
            answer = self._client.usergroups_users_list(usergroup=group, team_id=self._team)
            return _Known(members=frozenset(str(user) for user in answer["users"]))
        except NOT_DONE as error:
            code = code_of(error)
            log.warning("group.not_read", group=group, error=code)
            if is_passing(code):
                return None
        except KeyError:
            log.warning("group.not_read", group=group, error="no users in the answer")
            return None
        if self._tell is not None:
            self._told(group, code)
        return _Known(unusable=code)

    def _told(self, group: str, code: str) -> None:
        try:
            assert self._tell is not None
            self._tell(group, code)
        except Exception as error:  # the thread's edge: the next question tells it again
            log.error("group.not_told", group=group, error=type(error).__name__, exc_info=error)
