"""The request URL where Slack reaches us over HTTP: the listeners of Socket Mode, behind a web server of our own.

A request is verified, then worked on in a thread, as one from a socket is. What a person did comes once: a row with a
unique key says that its very bytes were heard, so neither a second copy nor another process does it again. An event has
an id of its own, by which it is known. A request that cannot be worked on at once gets a 503 and changes nothing.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from threading import BoundedSemaphore, Event
from typing import Any

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.responses import Response

from bot.slack.dispatch import CLICKS, LAST_CALL, QUIET, WAITING, Busy, bolt_app, dispatch, request_of
from bot.slack.switchboard import Line, Switchboard
from bot.slack.workspace import Http, NoWorkspace, Workspace
from bot.web_server import answering, listening_at, not_listening
from handlers.slack.limits import ACK_SECONDS
from handlers.slack.replies import DATABASE_SECONDS
from handlers.web.slack import Heard, answered, create_app, said
from store.db.time_limits import time_limit
from workflows.engine.case import inbox
from workflows.engine.context import Context

log = structlog.get_logger()

_SECONDS = 15.0
"""For which a connection may last. Slack gives up after three."""
_CONNECTIONS = 400
"""Connections at once."""
_FORGED = 60.0
"""Seconds between two looks whether a request that is not signed is in the audit already."""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """The listeners that one request is for, and where what they hear is kept."""

    app: App
    context: Context | None
    """None: it is not kept."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """The threads and the room for requests of one workspace."""

    executor: ThreadPoolExecutor
    free: BoundedSemaphore
    listening: Callable[[float], Listening | None]
    """Returns the listeners, once they are begun; None after a time of the monotonic clock."""


class Url:
    """A request URL at which Slack is heard, of however many workspaces."""

    def __init__(
        self,
        at: Http,
        *,
        way: Callable[[Mapping[str, Any]], Way | None],
        stranger: Callable[[BoltRequest], BoltResponse],
        context: Callable[[], Context | None],
        executor: ThreadPoolExecutor,
    ) -> None:
        """Take the address; nothing is answered yet. Raise `NoWorkspace` where that is taken.

        `way`: chooses it by the payload; None for a workspace that is not known, which `stranger` answers. `context`:
        where it is noted that a request was not signed. `executor`: makes that note, and ends with this.
        """
        self._way = way
        self._stranger = stranger
        self._context = context
        self._executor = executor
        self._busy = Busy()
        self._routes = create_app(secrets=at.signing_secrets, hear=self._hear, refused=self._refused)
        self._running = ExitStack()
        self._audited = float("-inf")
        self.is_connected = False
        """True while requests are answered."""
        try:
            self._listening = listening_at(at.address)
        except OSError as error:
            raise NoWorkspace(f"COUNTERSIGN_SLACK_HTTP: {not_listening(at.address, error)}") from error

    @property
    def port(self) -> int:
        """Port that is listened at."""
        return int(self._listening.getsockname()[1])

    def connect(self, stop: Event) -> None:
        """Answer from now on, unless told to stop."""
        if not stop.is_set():
            server = answering(
                self._routes,
                self._listening,
                name="request URL",
                seconds=_SECONDS,
                most=_CONNECTIONS,
                ends_within=int(LAST_CALL),
            )
            self._running.enter_context(server)
            self.is_connected = True
            log.info("request_url.answered", port=self.port)

    def close(self) -> None:
        """Stop hearing, once nothing has been in flight for a while."""
        if self.is_connected:
            self._busy.wait_for_quiet(quiet=QUIET, at_most=LAST_CALL)
        self._running.close()
        self.is_connected = False
        self._listening.close()
        self._executor.shutdown()

    async def _hear(self, heard: Heard) -> Response:
        way = self._way(heard.body)
        if way is None:
            return _as_http(self._stranger(request_of(heard.body, heard.headers)))
        if not way.free.acquire(blocking=False):
            log.warning("request_url.full")
            return said(503, "too much is under way")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Response] = loop.create_future()
        arrived = time.monotonic()

        def tell(response: Response) -> None:
            if not answer.done():
                answer.set_result(response)

        def send(response: Response) -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile, and what is done is done
                loop.call_soon_threadsafe(tell, response)

        def work() -> None:
            try:
                with self._busy.one_more():
                    if time.monotonic() - arrived > ACK_SECONDS:
                        # Slack has told the person already that it failed; so nothing may come of it.
                        send(said(503, "it waited for too long"))
                    else:
                        self._work(way, heard, send, until=arrived + ACK_SECONDS)
            finally:
                way.free.release()
                # Where a listener sent no answer, nothing was done.
                send(said(500, "it failed"))

        with self._busy.one_more():
            try:
                way.executor.submit(work)
            except RuntimeError:  # the app was uninstalled at this moment
                way.free.release()
                return said(503, "this workspace is not served any more")
            return await answer

    def _work(self, way: Way, heard: Heard, send: Callable[[Response], None], *, until: float) -> None:
        listening = way.listening(until)
        if listening is None:
            send(said(503, "the workspace is not begun yet"))
            return
        try:
            request = request_of(heard.body, heard.headers)
        except (AttributeError, KeyError, TypeError, ValueError):
            send(said(400, "it cannot be understood"))
            return
        if heard.can_recur or listening.context is None:
            self._dispatch(listening.app, request, lambda response: send(_as_http(response)))
            return
        context, key = listening.context, f"signed:{heard.signature.removeprefix('v0=')}"
        try:
            is_new = _is_new(context, key)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with the database, nothing is done
            log.warning("request_url.not_kept", error=type(error).__name__)
            send(said(503, "it could not be kept"))
            return
        if not is_new:
            log.warning("request_url.heard_before")
            # No 200: the first one may still fail, and whoever sent it would take it for done.
            send(said(409, "it was heard before"))
            return

        def answer(response: BoltResponse) -> None:
            if response.status != 200:
                _forget(context, key)
            send(_as_http(response))

        self._dispatch(listening.app, request, answer)

    def _dispatch(self, app: App, request: BoltRequest, answer: Callable[[BoltResponse], None]) -> None:
        try:
            dispatch(app, request, answer)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            # An error of a listener does not come here: Bolt itself stumbled over what is in the request.
            log.warning("request_url.not_understood", error=type(error).__name__)
            answer(BoltResponse(status=400, body={"error": "it cannot be understood"}))

    def _refused(self, status: int, why: str) -> None:
        """Log a refusal. One that is not signed is in the audit, too: once an hour, so that nobody can fill it."""
        log.warning("request_url.refused", status=status, why=why)
        now = time.monotonic()
        if status == 401 and now - self._audited > _FORGED and (context := self._context()) is not None:
            self._audited = now
            self._executor.submit(_audit_forged, context)


class RequestUrl(Url):
    """The listeners of one workspace behind a request URL."""

    def __init__(
        self,
        workspace: Workspace,
        register: Callable[[App], None],
        *,
        at: Http,
        context: Callable[[], Context] | None,
    ) -> None:
        """Take the address; nothing is answered yet. Raise `NoWorkspace` where that is taken.

        `register`: adds the listeners. `context`: returns where what was heard is kept; None: nothing is.
        """
        app, executor = bolt_app(workspace, register), ThreadPoolExecutor(CLICKS, thread_name_prefix="listener")
        kept = context if context is not None else lambda: None
        way = Way(
            executor=executor,
            free=BoundedSemaphore(CLICKS + WAITING),
            listening=lambda _: Listening(app=app, context=kept()),
        )
        self._free = way.free
        super().__init__(
            at, way=lambda _: way, stranger=lambda _: BoltResponse(status=200), context=kept, executor=executor
        )


def url_of_many(switchboard: Switchboard, at: Http) -> Url:
    """Return the request URL of all workspaces of a switchboard. Raise `NoWorkspace` where its address is taken."""

    def way(body: Mapping[str, Any]) -> Way | None:
        line = switchboard.line_for(body)
        return _of_line(line) if line is not None else None

    return Url(
        at,
        way=way,
        stranger=switchboard.stranger,
        context=switchboard.oldest_context,
        executor=ThreadPoolExecutor(1, thread_name_prefix="request URL"),
    )


def _of_line(line: Line) -> Way:
    def listening(until: float) -> Listening | None:
        connected = line.connected(until=until)
        return None if connected is None else Listening(app=connected.app, context=connected.context)

    return Way(executor=line.executor, free=line.free, listening=listening)


def _is_new(context: Context, key: str) -> bool:
    """Keep that a request was heard; False where it was before, which is in the audit once."""
    with time_limit(DATABASE_SECONDS):
        if inbox.hear(context, key=key, kind="request"):
            return True
        inbox.hear(context, key=f"again:{key}", kind="replay", audited=True)
        return False


def _forget(context: Context, key: str) -> None:
    """Forget a request that was not acknowledged: if it comes again, it is worked on."""
    try:
        with time_limit(DATABASE_SECONDS):
            inbox.unhear(context, key=key)
    except Exception as error:  # noqa: BLE001  # the person does it again, and those bytes are others
        log.warning("request_url.not_forgotten", error=type(error).__name__)


def _audit_forged(context: Context) -> None:
    try:
        with time_limit(DATABASE_SECONDS):
            inbox.hear(context, key=f"forged:{context.clock():%Y-%m-%dT%H}", kind="forged", audited=True)
    except Exception as error:  # noqa: BLE001  # it was refused all the same
        log.warning("request_url.not_audited", error=type(error).__name__)


def _as_http(response: BoltResponse) -> Response:
    content_type = response.headers.get("content-type", ["text/plain"])[0]
    return answered(response.status, response.body or "", content_type)
