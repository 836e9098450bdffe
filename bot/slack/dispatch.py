"""The way of a request of Slack's through Bolt, whichever way it came.

Bolt's own way to acknowledge is not enough: it hands a click to another thread, and looks every 10 ms whether that has
acknowledged. Here one thread has a click from its arrival to its end, and its acknowledgement goes out at once.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from bot.slack.workspace import Workspace

CLICKS = 32
"""Number of acts of people that are worked on at once."""
WAITING = 3 * CLICKS
"""Requests that may wait for a thread."""
QUIET = 1.0
"""Seconds without anything in flight after which nothing more is heard."""
LAST_CALL = 10.0
"""Seconds after which that is so in any case."""

_making = Lock()
"""The level of the log is everybody's, and several workspaces may be begun at once."""


def bolt_app(workspace: Workspace, register: Callable[[App], None]) -> App:
    """Return Bolt's app with the listeners. `register`: adds them."""
    identity = AuthorizeResult(
        enterprise_id=workspace.enterprise,
        team_id=workspace.team,
        bot_token=workspace.bot_token,
        bot_id=workspace.bot_id,
        bot_user_id=workspace.bot_user,
    )
    logger = logging.getLogger("countersign.bolt")
    with _making:
        # Bolt would warn that it ignores a token in the environment.
        logger.setLevel(logging.ERROR)
        # The identity is known already: Bolt would otherwise ask Slack who we are.
        app = App(
            logger=logger,
            client=workspace.asking,
            authorize=lambda **_: identity,
            # A listener runs in the thread that has the request, and its acknowledgement does not wait for its end.
            process_before_response=True,
            # The listeners' error handler acknowledges requests without a listener; Bolt would log their content.
            raise_error_for_unhandled_request=True,
        )
        logger.setLevel(logging.WARNING)
    register(app)
    return app


def request_of(body: Mapping[str, Any], headers: Mapping[str, Any]) -> BoltRequest:
    """Return a request for Bolt. Whoever calls this knows that it is Slack's: Bolt does not look at its signature."""
    return BoltRequest(mode="socket_mode", body=dict(body), headers=dict(headers))


Take = Callable[[BoltRequest, Callable[[BoltResponse], None]], None]
"""Function that has a request worked on, and its answer sent."""


def dispatch(app: App, request: BoltRequest, send: Callable[[BoltResponse], None]) -> None:
    """Have a request worked on, and its answer sent once: when the listener acknowledges, else at the end."""
    ack = _AtOnce(send)
    request.context["ack"] = ack
    response = app.dispatch(request)
    if not ack.is_sent:
        ack.send(response)


class Busy:
    """A count of what is in flight: heard, and not yet done."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._in_flight = 0
        self._last = float("-inf")

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count one more in flight for the block."""
        with self._lock:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                self._last = time.monotonic()

    def wait_for_quiet(self, *, quiet: float, at_most: float) -> None:
        """Wait until nothing has been in flight for `quiet` seconds, at most `at_most`."""
        end = time.monotonic() + at_most
        while (now := time.monotonic()) < end:
            with self._lock:
                if not self._in_flight and now - self._last >= quiet:
                    return
            time.sleep(0.05)


class _AtOnce(Ack):
    """An acknowledgement that is sent when its listener gives it, while the listener goes on."""

    def __init__(self, send: Callable[[BoltResponse], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        self._send = send
        self.is_sent = False

    def __call__(self, *args: Any, **options: Any) -> BoltResponse:
        """Acknowledge, the first time."""
        response = super().__call__(*args, **options)
        if not self.is_sent:
            self.send(response)
        return response

    def send(self, response: BoltResponse) -> None:
        """Send the answer."""
        self.is_sent = True
        self._send(response)
