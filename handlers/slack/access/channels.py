"""Channels that we are in. Asked of Slack, and remembered for a few seconds."""

import structlog
from slack_sdk import WebClient

from handlers.slack.access.lookups import Lookup
from handlers.slack.access.rights import Unsure
from handlers.slack.error_codes import NOT_DONE, code_of

log = structlog.get_logger()

REMEMBERED = 30.0
"""Seconds for which an answer is used."""


class Channels:
    """Our membership of channels, by their ids."""

    def __init__(self, client: WebClient) -> None:
        """Ask through `client`, which has to be one without retries."""
        self._client = client
        self._lookup = Lookup(self._ask, name="channels", remembered=REMEMBERED)

    def is_in(self, channel: str) -> bool:
        """Tell whether we are in a channel; False where Slack does not say."""
        try:
            return self._lookup(channel)
        except Unsure:
            return False

    def _ask(self, channel: str) -> bool | None:
        try:
            found = self._client.conversations_info(channel=channel)["channel"]
        except NOT_DONE as error:
            log.info("channel.not_read", channel=channel, error=code_of(error))
            return False
        return bool(found.get("is_member")) and not found.get("is_archived")
