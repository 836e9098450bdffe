"""Calls of Slack's API by the sender: never while a method is rate limited, counted, and each failure a refusal."""

import time
from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.api_errors import TRANSPORT, refusal
from store.db import failpoints
from store.db.failpoints import Failpoint
from workflows.engine.context import Context
from workflows.engine.health.figures import SLACK
from workflows.engine.send.rate_limits import time_left
from workflows.engine.send.refusals import Refusal, Then
from workflows.tools.calls import Called, CallOutcome

POST = "chat.postMessage"
_FAILED = frozenset({Then.WAIT, Then.LATER, Then.NO_TOKEN})
"""Consequences of a call that failed, and not for its message's sake."""


class NotTaken(Exception):
    """Slack did not take a message, or did not say so."""

    def __init__(self, refused: Refusal, method: str) -> None:
        self.refused = refused
        self.method = method
        super().__init__(refused.code)

    @property
    def everywhere(self) -> bool:
        """True if the method is limited in the whole workspace. Posting is limited in each channel by itself."""
        return self.method != POST


class Calls:
    """The calls of one sender."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def make(self, method: str, channel: str, call: Callable[[], SlackResponse]) -> SlackResponse:
        """Call Slack, unless the method is rate limited now. Raise `NotTaken`."""
        left = time_left(self._context, method=method, channel=channel)
        if left:
            raise NotTaken(Refusal(then=Then.WAIT, code="ratelimited", after=left.total_seconds()), method)
        started = time.perf_counter()
        try:
            failpoints.before(Failpoint.MESSAGE, method)
            answer = call()
            failpoints.after(Failpoint.MESSAGE, method)
        except (SlackApiError, *TRANSPORT) as error:
            refused = refusal(error)
            self._count(started, error=refused.code if refused.then in _FAILED else None)
            raise NotTaken(refused, method) from error
        self._count(started)
        return answer

    def _count(self, started: float, *, error: str | None = None) -> None:
        """Count a call. `error`: the code where it failed; a refusal of one message is an answer."""
        outcome = CallOutcome.ANSWERED if error is None else CallOutcome.FAILED
        took = (time.perf_counter() - started) * 1000
        called = Called(system=SLACK, outcome=outcome, milliseconds=took, error=error)
        self._context.meter.count([called], at=self._context.clock())
