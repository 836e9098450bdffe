"""Who is in a user group, asked of Slack and remembered for a few seconds."""

from http.client import HTTPException
from threading import Lock
from time import monotonic

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from handlers.rights import Unsure

log = structlog.get_logger()

REMEMBERED = 15.0
"""Seconds for which an answer is used: a person who left the group may still decide for as long. Slack answers about
20 such questions a minute."""


class Groups:
    """The members of user groups."""

    def __init__(self, client: WebClient) -> None:
        """`client`: one with a short timeout, since a person waits."""
        self._client = client
        self._lock = Lock()
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    def __call__(self, group: str) -> frozenset[str]:
        """The user ids in a group. Raise `Unsure` where Slack does not say."""
        with self._lock:
            asked_at, members = self._known.get(group, (float("-inf"), frozenset()))
        if monotonic() - asked_at < REMEMBERED:
            return members
        try:
            answer = self._client.usergroups_users_list(usergroup=group)
            members = frozenset(str(user) for user in answer["users"])
        except (SlackApiError, SlackClientError, HTTPException, OSError, ValueError) as error:
            said = str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
            log.warning("group.not_read", group=group, error=said)
            raise Unsure("Your right to this could not be checked just now. Nothing was done; try again.") from error
        with self._lock:
            self._known[group] = (monotonic(), members)
        return members

    def forget(self, group: str) -> None:
        """Ask anew next time: the group's members changed."""
        with self._lock:
            self._known.pop(group, None)
