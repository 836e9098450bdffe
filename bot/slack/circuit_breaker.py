"""The circuit breaker of the way to Slack: while Slack as a whole does not answer, all messages wait together.

A message that got no answer says little by itself: it may be the network, Slack, or this one message. Slack is
therefore asked something that concerns no message. Where it does not answer that either, nothing is sent for a while,
growing to `LONGEST`; the next message after it is the trial. Nothing is given up for it, and all go out afterwards.
"""

import time
from threading import Lock

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.api_errors import TRANSPORT, Then, refusal

log = structlog.get_logger()

LONGEST = 30.0
"""Seconds between two trials, at most."""
_FIRST = 1.0
"""Seconds before the first one."""


class Breaker:
    """Watch over whether Slack takes what it is sent. May be shared between threads."""

    def __init__(self, client: WebClient, *, longest: float = LONGEST) -> None:
        """`client`: one that retries nothing, with a short time-out. `longest`: seconds between two trials."""
        self._client = client
        self.longest = longest
        self._lock = Lock()
        self._failures = 0
        """Trials in a row that came to nothing."""
        self._until = float("-inf")
        """Until when nothing is sent, by the monotonic clock."""
        self._takes: dict[str, bool] = {}
        """Channel -> was the last message to it taken?"""

    @property
    def is_open(self) -> bool:
        """Is nothing to be sent now?"""
        return time.monotonic() < self._until

    @property
    def takes_messages(self) -> bool:
        """Is there a channel whose last message was taken, or none that refused one? False while Slack is away."""
        with self._lock:
            return not self._failures and (any(self._takes.values()) or not self._takes)

    def note_taken(self, channel: str) -> None:
        """Note that Slack took a message."""
        with self._lock:
            self._takes[channel] = True
            if self._failures:
                log.info("slack.back", trials=self._failures)
            self._failures, self._until = 0, float("-inf")

    def note_answered(self) -> None:
        """Note that Slack is there, whatever it said."""
        with self._lock:
            self._failures, self._until = 0, float("-inf")

    def note_refused(self, channel: str) -> None:
        """Note that Slack answered, and did not take a message."""
        self.note_answered()
        with self._lock:
            self._takes[channel] = False

    def note_refused_all(self, *, seconds: float) -> None:
        """Note that Slack takes no message at all until somebody acts; it is left alone for so many seconds."""
        with self._lock:
            self._takes = dict.fromkeys(self._takes, False)
            self._failures += 1
            self._until = time.monotonic() + seconds

    def note_unanswered(self, channel: str) -> bool:
        """Note that a message got no answer, and ask whether Slack answers at all; True where it does not."""
        if self._answers():
            self.note_refused(channel)
            return False
        with self._lock:
            # Several messages that were under way together are one failure.
            if not self.is_open:
                self._failures += 1
                pause = min(_FIRST * 2 ** min(self._failures - 1, 10), self.longest)
                self._until = time.monotonic() + pause
                log.warning("slack.away", seconds=pause, trials=self._failures)
        return True

    def _answers(self) -> bool:
        try:
            self._client.api_test()
        except SlackApiError as error:
            return refusal(error).then is not Then.LATER
        except TRANSPORT:
            return False
        return True
