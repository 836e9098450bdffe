"""The request URL where Slack reaches us over HTTP: the listeners of Socket Mode, behind a web server of our own.

A request is verified, then worked on in a thread, as one from a socket is. What a person did comes once: a row with a
unique key says that its very bytes were heard, so neither a second copy nor another process does it again. An event has
an id of its own, by which it is known. A request that cannot be worked on at once gets a 503 and changes nothing.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import BoundedSemaphore, Event

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.responses import Response

from bot.slack.dispatch import CLICKS, LAST_CALL, QUIET, Busy, bolt_app, dispatch, request_of
from bot.slack.workspace import Http, NoWorkspace, Workspace
from bot.web_server import answering, listening_at
from handlers.slack.limits import ACK_SECONDS
from handlers.slack.replies import DATABASE_SECONDS
from handlers.web.slack import Heard, answered, create_app, said
from store.db.time_limits import time_limit
from workflows.engine.case import inbox
from workflows.engine.context import Context

log = structlog.get_logger()

WAITING = 3 * CLICKS
"""Requests that may wait for a thread."""
_SECONDS = 15.0
"""For which a connection may last. Slack gives up after three."""
_CONNECTIONS = 400
"""Connections at once."""
_FORGED = 60.0
"""Seconds between two looks whether a request that is not signed is in the audit already."""


class RequestUrl:
    """The listeners behind a request URL."""

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
        self._context = context
        self._busy = Busy()
        self._free = BoundedSemaphore(CLICKS + WAITING)
        self._app = bolt_app(workspace, register)
        self._executor = ThreadPoolExecutor(CLICKS, thread_name_prefix="listener")
        self._routes = create_app(secrets=at.signing_secrets, hear=self._hear, refused=self._refused)
        self._running = ExitStack()
        self._audited = float("-inf")
        self.is_connected = False
        """True while requests are answered."""
        try:
            self._listening = listening_at(at.address)
        except OSError as error:
            why = error.strerror or str(error)
            raise NoWorkspace(f"COUNTERSIGN_SLACK_HTTP: cannot listen at {at.address}: {why}") from error

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
        if not self._free.acquire(blocking=False):
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
                        self._work(heard, send)
            finally:
                self._free.release()
                # Where a listener sent no answer, nothing was done.
                send(said(500, "it failed"))

        with self._busy.one_more():
            self._executor.submit(work)
            return await answer

    def _work(self, heard: Heard, send: Callable[[Response], None]) -> None:
        try:
            request = request_of(heard.body, heard.headers)
        except (AttributeError, KeyError, TypeError, ValueError):
            send(said(400, "it cannot be understood"))
            return
        if heard.can_recur or self._context is None:
            self._dispatch(request, lambda response: send(_as_http(response)))
            return
        context, key = self._context(), f"signed:{heard.signature.removeprefix('v0=')}"
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

        self._dispatch(request, answer)

    def _dispatch(self, request: BoltRequest, answer: Callable[[BoltResponse], None]) -> None:
        try:
            dispatch(self._app, request, answer)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            # An error of a listener does not come here: Bolt itself stumbled over what is in the request.
            log.warning("request_url.not_understood", error=type(error).__name__)
            answer(BoltResponse(status=400, body={"error": "it cannot be understood"}))

    def _refused(self, status: int, why: str) -> None:
        """Log a refusal. One that is not signed is in the audit, too: once an hour, so that nobody can fill it."""
        log.warning("request_url.refused", status=status, why=why)
        now = time.monotonic()
        if status == 401 and self._context is not None and now - self._audited > _FORGED:
            self._audited = now
            self._executor.submit(_audit_forged, self._context())


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
