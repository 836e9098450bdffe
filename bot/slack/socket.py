"""The socket that hears Slack: Bolt over Socket Mode, with room for many clicks at once, and an end that drops none.

Bolt's own start and stop are not enough: connecting can fail without an error, and closing drops the acknowledgements
that are still in flight.
"""

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from threading import Event
from typing import Any

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.api_errors import TRANSPORT, refusal
from bot.slack.dispatch import CLICKS, LAST_CALL, QUIET, Busy, Take, bolt_app, dispatch, request_of
from bot.slack.switchboard import Relay, Switchboard
from bot.slack.workspace import Workspace
from handlers.slack.limits import ACK_SECONDS

log = structlog.get_logger()

_PING = 3.0
"""Seconds between two checks of the socket; a dead one is noticed after a few of them."""
_READERS = 4
"""Threads that read what the socket says and hand it on, where several workspaces have threads of their own."""
_AGAIN = 5.0
"""Seconds between two attempts to connect."""

_arrived: ContextVar[float] = ContextVar("socket_arrived")
"""Time at which what a listener works on arrived, by the monotonic clock."""


class Socket:
    """One socket on which Slack is heard, of however many workspaces."""

    def __init__(
        self,
        *,
        app_token: str,
        api_url: str,
        take: Take,
        busy: Busy,
        executor: ThreadPoolExecutor,
        address: str | None = None,
    ) -> None:
        """Connect to nothing yet. `take`: has a request worked on, in a thread of `executor`. `busy`: counts them.

        `address`: one that Slack gave, to begin at.
        """
        self._busy = busy
        self._executor = executor
        self._client = _Client(
            address,
            app_token=app_token,
            logger=logging.getLogger("countersign.socket"),
            web_client=WebClient(base_url=api_url, timeout=15, retry_handlers=[]),
            ping_interval=_PING,
        )
        self._socket = _Handler(busy, take, self._client)
        # The client would make a pool of its own.
        self._client.message_workers = _Timed(executor)  # type: ignore[assignment]  # it only submits to it

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


class _Timed(Executor):
    """A pool that tells what it works on when that arrived: while all threads are busy, it waits."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, fn: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Have something done."""
        arrived = time.monotonic()

        def work() -> Any:
            _arrived.set(arrived)
            return fn(*args, **options)

        return self._executor.submit(work)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the pool."""
        self._executor.shutdown(wait, cancel_futures=cancel_futures)


class Hearing(Socket):
    """The listeners of one workspace on one socket."""

    def __init__(self, workspace: Workspace, register: Callable[[App], None], *, address: str | None = None) -> None:
        """Connect to nothing yet. `register`: adds the listeners. `address`: one that Slack gave, to begin at."""
        self.app = bolt_app(workspace, register)
        super().__init__(
            app_token=workspace.app_token,
            api_url=workspace.api_url,
            take=partial(dispatch, self.app),
            busy=Busy(),
            executor=ThreadPoolExecutor(CLICKS, thread_name_prefix="listener"),
            address=address,
        )


def socket_of_many(switchboard: Switchboard, *, app_token: str, api_url: str, address: str | None = None) -> Socket:
    """Return the socket of all workspaces of a switchboard. `address`: as `Socket` has it."""
    busy = Busy()
    return Socket(
        app_token=app_token,
        api_url=api_url,
        take=Relay(switchboard, busy),
        busy=busy,
        executor=ThreadPoolExecutor(_READERS, thread_name_prefix="socket"),
        address=address,
    )


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

    def disconnect(self) -> None:
        """Close the connection, also where its own thread closes it at the same moment."""
        # That thread takes the socket away while this one waits for the lock, and the library does not look again.
        with suppress(AttributeError):
            super().disconnect()

    def _count(self, message: str) -> None:
        """Read the number of connections in Slack's greeting, which is the first message on each."""
        if self.connections is None and '"hello"' in message:
            number = json.loads(message).get("num_connections")
            self.connections = number if isinstance(number, int) else None

    def _ask(self) -> str:
        return str(self.web_client.apps_connections_open(app_token=self.app_token)["url"])


class _Handler(SocketModeHandler):
    """Bolt's handler, counting what is in flight."""

    def __init__(self, busy: Busy, take: Take, client: _Client) -> None:
        # Bolt's own __init__ only makes a client.
        self._busy = busy
        self._take = take
        self.client = client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as in Bolt
        began = time.time()
        if time.monotonic() - _arrived.get() > ACK_SECONDS:
            # Slack has told the person already that it failed, so nothing may come of it. An event comes again.
            log.warning("socket.waited_too_long")
            return

        def send(response: BoltResponse) -> None:
            # What is done for it is done, so a socket that is gone is no error.
            try:
                send_response(client, req, response, began)
            except SlackClientNotConnectedError:
                log.warning("socket.not_acknowledged")

        with self._busy.one_more():
            self._take(request_of(req.payload, build_headers(req) or {}), send)
