"""The socket that hears Slack: Bolt over Socket Mode, with room for many clicks at once, and an end that drops none.

Bolt's own start and stop are not enough: connecting can fail without an error, and closing drops the acknowledgements
that are still in flight.
"""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.api_errors import TRANSPORT, refusal
from bot.slack.workspace import Workspace
from handlers.slack import listeners
from handlers.slack.context import SlackContext

log = structlog.get_logger()

CLICKS = 32
"""Number of acts of people that are worked on at once."""
QUIET = 1.0
"""Seconds without anything in flight after which the socket is closed."""
LAST_CALL = 10.0
"""Seconds after which it is closed in any case."""
_PING = 3.0
"""Seconds between two checks of the socket; a dead one is noticed after a few of them."""
_AGAIN = 5.0
"""Seconds between two attempts to connect."""


class Hearing:
    """The listeners on one socket."""

    def __init__(self, workspace: Workspace, surface: SlackContext, *, address: str | None = None) -> None:
        """Connect to nothing yet. `address`: one that Slack gave already, for the first attempt."""
        self._address = address
        self._busy = _Busy()
        self._executor = ThreadPoolExecutor(CLICKS, thread_name_prefix="listener")
        client = workspace.asking
        identity = AuthorizeResult(
            enterprise_id=workspace.enterprise,
            team_id=workspace.team,
            bot_token=workspace.bot_token,
            bot_id=workspace.bot_id,
            bot_user_id=workspace.bot_user,
        )
        logger = logging.getLogger("countersign.bolt")
        # Bolt would warn that it ignores a token in the environment.
        logger.setLevel(logging.ERROR)
        # The identity is known already: Bolt would otherwise ask Slack who we are.
        app = App(
            logger=logger,
            client=client,
            authorize=lambda **_: identity,
            listener_executor=self._executor,
            # The listeners' error handler acknowledges requests without a listener; Bolt would log their content.
            raise_error_for_unhandled_request=True,
        )
        logger.setLevel(logging.WARNING)
        listeners.register(app, surface)
        self._socket = _Handler(
            self._busy,
            app,
            workspace.app_token,
            logger=logging.getLogger("countersign.socket"),
            web_client=WebClient(base_url=workspace.api_url, timeout=15, retry_handlers=[]),
            concurrency=CLICKS,
            ping_interval=_PING,
        )

    @property
    def is_connected(self) -> bool:
        """True if Slack reaches us."""
        return bool(self._socket.client.is_connected())

    def connect(self, stop: Event) -> None:
        """Connect, however long that takes, unless told to stop. Later the client reconnects by itself."""
        while not stop.is_set():
            wait = _AGAIN
            try:
                wait = self._try()
            except (SlackApiError, *TRANSPORT) as error:
                refused = refusal(error)
                wait = max(_AGAIN, refused.after or 0.0)
                log.warning("socket.not_connected", error=refused.code)
            if self.is_connected:
                log.info("socket.connected")
                return
            stop.wait(wait)

    def _try(self) -> float:
        """Try to connect once, and return the seconds before the next attempt. Raise the errors of Slack's answer.

        Slack gives few addresses a minute. So the one that came with the check of the token is used first; and we ask
        for others ourselves, since the client would sleep as long as Slack says, without an eye on the end.
        """
        client = self._socket.client
        # The client reconnects by itself, too, once it was connected.
        with client.connect_operation_lock:
            if client.is_connected():
                return 0.0
            address, self._address = self._address, None
            client.wss_uri = address or str(client.web_client.apps_connections_open(app_token=client.app_token)["url"])
            client.connect()
        return 0.0 if address else _AGAIN

    def close(self) -> None:
        """Stop hearing, once nothing has been in flight for a while."""
        self._busy.wait_for_quiet(quiet=QUIET, at_most=LAST_CALL)
        self._socket.close()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        self._executor.shutdown()


class _Busy:
    """A count of what is in flight: heard, and not yet acknowledged."""

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


class _Handler(SocketModeHandler):
    """Bolt's handler, counting what is in flight. Bolt's own middleware ends before a listener begins."""

    def __init__(self, busy: _Busy, app: App, app_token: str, **options: Any) -> None:
        self._busy = busy
        super().__init__(app, app_token, **options)

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as in Bolt
        with self._busy.one_more():
            super().handle(client, req)
