"""The switchboard of several workspaces: from what Slack sends, the payload chooses the workspace, and its listeners.

Each workspace has a line: threads of its own, so that a flood in one keeps nobody in another waiting. A line is there
for as long as the app is installed; while its workspace is begun, what comes waits for a moment.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from threading import BoundedSemaphore, Condition, Lock
from typing import Any

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.request.internals import extract_enterprise_id, extract_is_enterprise_install, extract_team_id

from bot.slack.dispatch import CLICKS, WAITING, Busy, dispatch
from handlers.slack.context import NotHere
from handlers.slack.limits import ACK_SECONDS
from handlers.slack.listeners import answer_of_nobody
from workflows.engine.context import Context

log = structlog.get_logger()

_THREADS = CLICKS // 2
"""Acts in one workspace that are worked on at once. Threads begin when they are needed."""
BEGINS_WITHIN = ACK_SECONDS - 0.5
"""Seconds for which what comes waits for a workspace that is begun: Slack gives up soon after."""
_STRANGERS = 1_000
"""Workspaces without an installation that are logged, each once."""

Send = Callable[[BoltResponse], None]


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A workspace that was begun: the listeners, and the context of what they do."""

    app: App
    context: Context


class Line:
    """The line of one workspace."""

    def __init__(self, workspace: str) -> None:
        """Connect nobody yet."""
        self.workspace = workspace
        self.executor = ThreadPoolExecutor(
            _THREADS,
            thread_name_prefix=f"listener-{workspace}",
            initializer=lambda: structlog.contextvars.bind_contextvars(workspace=workspace),
        )
        self.free = BoundedSemaphore(_THREADS + WAITING)
        """Room for what is worked on, and for what waits."""
        self._changed = Condition()
        self._connected: Connected | None = None
        self.is_closed = False

    def connect(self, connected: Connected | None) -> None:
        """Answer by these listeners from now on. None: by nobody, until they are begun anew."""
        with self._changed:
            self._connected = connected
            self._changed.notify_all()

    def connected(self, *, until: float) -> Connected | None:
        """Return the listeners, once they are begun; None after a time of the monotonic clock."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._connected is not None or self.is_closed, timeout=max(0.0, until - time.monotonic())
            )
            return self._connected

    def close(self) -> None:
        """Work on nothing more; what is under way is not waited for."""
        with self._changed:
            self._connected, self.is_closed = None, True
            self._changed.notify_all()
        self.executor.shutdown(wait=False)


class Switchboard:
    """The lines of all workspaces in which the app is installed."""

    def __init__(self) -> None:
        """Know no workspace yet."""
        self._lock = Lock()
        self._lines: dict[str, Line] = {}
        self._strangers: set[str] = set()

    def open(self, workspace: str) -> Line:
        """Return the line of a workspace, or of an organisation in which the app is installed as a whole."""
        with self._lock:
            if workspace not in self._lines:
                self._lines[workspace] = Line(workspace)
                self._strangers.discard(workspace)
            return self._lines[workspace]

    def forget(self, workspace: str) -> None:
        """Take away the line of a workspace in which the app is not installed any more."""
        with self._lock:
            line = self._lines.pop(workspace, None)
        if line is not None:
            line.close()

    def close(self) -> None:
        """Take away all lines."""
        for workspace in list(self._lines):
            self.forget(workspace)

    def line_for(self, body: Mapping[str, Any]) -> Line | None:
        """Return the line that a payload is for; None where the app is not installed there, as far as is known."""
        team, enterprise, is_whole = _place(body)
        posted_by = _team_of_message(body)
        with self._lock:
            if is_whole:
                return self._lines.get(enterprise or "")
            if posted_by in self._lines:
                # Somebody from elsewhere may press it in a channel that both share: the card is of that workspace.
                return self._lines[posted_by]
            # An act in an organisation may come without the word that the installation is its own.
            return self._lines.get(team or "") or self._lines.get(enterprise or "")

    def oldest_context(self) -> Context | None:
        """Return the context of the oldest team that is begun; None where none is."""
        with self._lock:
            lines = list(self._lines.values())
        found = [connected.context for line in lines if (connected := line.connected(until=0.0)) is not None]
        return min(found, key=lambda context: context.team, default=None)

    def stranger(self, request: BoltRequest) -> BoltResponse:
        """Answer for a workspace without an installation: acknowledged, nothing done, logged once."""
        team, enterprise, _ = _place(request.body)
        workspace = str(team or enterprise or "none")[:40]
        with self._lock:
            is_new = workspace not in self._strangers and len(self._strangers) < _STRANGERS
            if is_new:
                self._strangers.add(workspace)
        if is_new:
            log.warning("workspace.unknown", workspace=workspace)
        return answer_of_nobody(request, str(NotHere()))


class Relay:
    """A relay that hands each request from the socket to the line of its workspace, and returns at once."""

    def __init__(self, switchboard: Switchboard, busy: Busy) -> None:
        self._switchboard = switchboard
        self._busy = busy

    def __call__(self, request: BoltRequest, send: Send) -> None:
        """Have a request worked on. Where there is no room or nobody is begun in time, Slack gets no answer."""
        line = self._switchboard.line_for(request.body)
        if line is None:
            send(self._switchboard.stranger(request))
            return
        if not line.free.acquire(blocking=False):
            log.warning("workspace.full", workspace=line.workspace)
            return
        arrived = time.monotonic()
        held = ExitStack()
        held.callback(line.free.release)
        held.enter_context(self._busy.one_more())

        def work() -> None:
            with held:
                connected = line.connected(until=arrived + BEGINS_WITHIN)
                if time.monotonic() - arrived > ACK_SECONDS:
                    # All threads were busy until Slack had told the person that it failed. An event comes again.
                    log.warning("socket.waited_too_long", workspace=line.workspace)
                elif connected is not None:
                    dispatch(connected.app, request, send)
                elif line.is_closed:
                    send(self._switchboard.stranger(request))
                else:
                    # Slack sends an event again, and tells a person that it failed.
                    log.warning("workspace.not_begun", workspace=line.workspace)

        try:
            line.executor.submit(work)
        except RuntimeError:  # the app was uninstalled at this moment
            with held:
                send(self._switchboard.stranger(request))


def _team_of_message(body: Mapping[str, Any]) -> str | None:
    """Return the workspace whose bot posted the message in which something was pressed; None where it is not said."""
    message = body.get("message") if body.get("type") == "block_actions" else None
    team = message.get("team") if isinstance(message, Mapping) else None
    return team if isinstance(team, str) else None


def _place(body: Mapping[str, Any]) -> tuple[str | None, str | None, bool]:
    """Return the workspace and the organisation that a payload names, and whether the latter is the installation."""
    payload = dict(body)
    try:
        if payload.get("authorizations"):
            # The installation that an event is for. In a channel of several workspaces others are named beside it.
            of = payload["authorizations"][0]
            return of.get("team_id"), of.get("enterprise_id"), bool(of.get("is_enterprise_install"))
        return (
            extract_team_id(payload),
            extract_enterprise_id(payload),
            bool(extract_is_enterprise_install(payload)),
        )
    except (AttributeError, IndexError, KeyError, TypeError):
        return None, None, False
