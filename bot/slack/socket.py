"""The socket that hears Slack: Bolt over Socket Mode, with room for many clicks at once, and an end that drops none.

Bolt's own start and stop are not enough: connecting can fail without an error, and closing drops the acknowledgements
that are still in flight. Nor is its way to acknowledge: it hands a click to another thread, and looks every 10 ms
whether that has acknowledged. Here one thread has a click from its envelope to its end, and its acknowledgement goes
out at once.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.api_errors import TRANSPORT, refusal
from bot.slack.workspace import Workspace

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

    def __init__(self, workspace: Workspace, register: Callable[[App], None], *, address: str | None = None) -> None:
        """Connect to nothing yet. `register`: adds the listeners. `address`: one that Slack gave, to begin at."""
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
            # A listener runs in the thread that has the envelope, and its acknowledgement does not wait for its end.
            process_before_response=True,
            # The listeners' error handler acknowledges requests without a listener; Bolt would log their content.
            raise_error_for_unhandled_request=True,
        )
        logger.setLevel(logging.WARNING)
        register(app)
        self._client = _Client(
            address,
            app_token=workspace.app_token,
            logger=logging.getLogger("countersign.socket"),
            web_client=WebClient(base_url=workspace.api_url, timeout=15, retry_handlers=[]),
            ping_interval=_PING,
        )
        self._socket = _Handler(self._busy, app, self._client)
        # The client would make a pool of its own.
        self._client.message_workers = self._executor

    @property
    def is_connected(self) -> bool:
        """True if Slack reaches us."""
        return self._client.is_connected()

    @property
    def connections(self) -> int | None:
        """Number of connections of this app, ours too, as Slack counted them when ours began; None before that."""
        return self._client.connections

    def connect(self, stop: Event) -> None:
        """Connect, however long that takes, unless told to stop. Later the client reconnects by itself."""
        while not stop.is_set():
            wait = _AGAIN
            try:
                # An address that came with the check may be too old by now, so it is no attempt of its own.
                wait = 0.0 if self._client.try_once() else _AGAIN
            except (SlackApiError, *TRANSPORT) as error:
                refused = refusal(error)
                wait = max(_AGAIN, refused.after or 0.0)
                log.warning("socket.not_connected", error=refused.code)
            if self.is_connected:
                log.info("socket.connected")
                return
            stop.wait(wait)

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


class _Client(SocketModeClient):
    """Slack's client, except that it starts with an address that it is given, and ends while Slack makes it wait.

    Slack gives few addresses a minute. The client by itself sleeps for as long as Slack says, whatever happens
    meanwhile. After a first attempt to connect, also one that failed, it tries again in threads of its own.
    """

    def __init__(self, address: str | None, **options: Any) -> None:
        super().__init__(**options)
        self._first = address
        self._ended = Event()
        self.connections: int | None = None
        self.on_message_listeners.append(self._count)

    def try_once(self) -> bool:
        """Try to connect, unless it is connected or about to; tell whether that was at the first address.

        Raise the errors of Slack's answer, also where it is to wait: the caller has to be able to end meanwhile.
        """
        if not self.connect_operation_lock.acquire(blocking=False):
            return False
        try:
            if self.is_connected():
                return False
            first, self._first = self._first, None
            self.wss_uri = first or self._ask()
            self.connect()
        finally:
            self.connect_operation_lock.release()
        return first is not None

    def issue_new_wss_url(self) -> str:
        """Return an address to reconnect at, once Slack gives one. Raise its errors."""
        while True:
            try:
                return self._ask()
            except SlackApiError as error:
                after = refusal(error).after
                if after is None or self._ended.wait(after):
                    raise

    def close(self) -> None:
        """Close the connection, and end its threads."""
        self._ended.set()
        super().close()

    def _count(self, message: str) -> None:
        """Read the number of connections in Slack's greeting, which is the first message on each."""
        if self.connections is None and '"hello"' in message:
            number = json.loads(message).get("num_connections")
            self.connections = number if isinstance(number, int) else None

    def _ask(self) -> str:
        return str(self.web_client.apps_connections_open(app_token=self.app_token)["url"])


class _Handler(SocketModeHandler):
    """Bolt's handler, counting what is in flight."""

    def __init__(self, busy: _Busy, app: App, client: _Client) -> None:
        # Bolt's own __init__ only makes a client.
        self._busy = busy
        self.app = app
        self.client = client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as in Bolt
        with self._busy.one_more():
            began = time.time()
            ack = _AtOnce(lambda response: send_response(client, req, response, began))
            request = BoltRequest(
                mode="socket_mode", body=req.payload, headers=build_headers(req), context={"ack": ack}
            )
            response = self.app.dispatch(request)
            if not ack.is_sent:
                ack.send(response)


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
        """Send an answer to the envelope. What is done for it is done, so a socket that is gone is no error."""
        self.is_sent = True
        try:
            self._send(response)
        except SlackClientNotConnectedError:
            log.warning("socket.not_acknowledged")
