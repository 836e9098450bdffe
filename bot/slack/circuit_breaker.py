"""The circuit breaker for Slack: while Slack as a whole does not answer, all messages wait together.

A message without an answer says little: the cause may be the network, Slack, or this one message. So Slack is asked a
question that concerns no message. Where that gets no answer either, nothing is sent for a while, growing to `LONGEST`;
the next message is the trial. No message is given up because of it, and all go out afterwards.
"""

import time
from threading import Lock

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.api_errors import TRANSPORT, refusal
from workflows.engine.send.refusals import Then

log = structlog.get_logger()

LONGEST = 30.0
"""Seconds between two trials, at most."""
_FIRST = 1.0
"""Seconds before the first trial."""


class Breaker:
    """A circuit breaker for messages to Slack. Threads may share it."""

    def __init__(self, client: WebClient, *, longest: float = LONGEST) -> None:
        """Keep it closed. `client`: one without retries, with a short timeout. `longest`: seconds between trials."""
        self._client = client
        self.longest = longest
        self._lock = Lock()
        self._failures = 0
        """Number of failed trials in a row."""
        self._until = float("-inf")
        """Time until which nothing is sent, by the monotonic clock."""
        self._takes: dict[str, bool] = {}
        """Channel -> whether Slack took the last message to it."""

    @property
    def is_open(self) -> bool:
        """True while nothing is to be sent."""
        return time.monotonic() < self._until

    @property
    def takes_messages(self) -> bool:
        """True if Slack took the last message to some channel, or refused none. False while Slack is away."""
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
        """Note that Slack answered, whatever it said."""
        with self._lock:
            self._failures, self._until = 0, float("-inf")

    def note_refused(self, channel: str) -> None:
        """Note that Slack answered, and did not take a message."""
        self.note_answered()
        with self._lock:
            self._takes[channel] = False

    def note_refused_all(self, *, seconds: float) -> None:
        """Note that Slack takes no message until somebody acts; nothing is sent for so many seconds."""
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
            # Several messages that were under way at once count as one failure.
            if not self.is_open:
                self._failures += 1
                wait = min(_FIRST * 2 ** min(self._failures - 1, 10), self.longest)
                self._until = time.monotonic() + wait
                log.warning("slack.away", seconds=wait, trials=self._failures)
        return True

    def _answers(self) -> bool:
        try:
            self._client.api_test()
        except SlackApiError as error:
            return refusal(error).then is not Then.LATER
        except TRANSPORT:
            return False
        return True
