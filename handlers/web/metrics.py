"""The route /metrics, for Prometheus: the numbers of `offered_metrics`, and those of this process itself.

Whoever asks may be anybody, and several may ask at once. All who ask within a few seconds are told the same reading,
and only one runs at a time, in a thread that may hang: the answer then is 503, and comes without it.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.web.offered_metrics import Reading

log = structlog.get_logger()

PATH = "/metrics"
KEPT = 5.0
"""Seconds for which a reading is told again."""
_HEADERS = {"Cache-Control": "no-store", "Connection": "close"}

Read = Callable[[], Reading]
"""Function that reads the numbers anew. It may raise, or hang."""


def metrics_route(read: Read, *, seconds: float) -> Route:
    """Return the route. `seconds`: after which the answer comes without the numbers."""
    # Loaded here: its library brings servers of its own, and a copy of the environment, when it is imported.
    from handlers.web.exposition import formatted, of_process

    reading, process = _Reading(read), of_process()

    async def answer(request: Request) -> Response:
        if request.url.query:
            raise HTTPException(404)
        try:
            watched = await asyncio.wait_for(asyncio.shield(reading.newest()), seconds)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with it, there are no numbers
            log.warning("metrics.not_read", error=type(error).__name__)
            return PlainTextResponse("the numbers cannot be read now\n", 503, headers=_HEADERS)
        body, kind = formatted(watched, request.headers.get("accept", ""), process)
        return Response(body, headers={**_HEADERS, "Content-Type": kind})

    return Route(PATH, answer)


class _Reading:
    """The newest reading, and the one that runs. All is done in the loop of the server, but the reading itself."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._running: asyncio.Future[Reading] | None = None
        self._began = 0.0

    def newest(self) -> asyncio.Future[Reading]:
        """Return a reading that runs, or began a moment ago and worked; else begin one."""
        last = self._running
        if last is not None and (not last.done() or self._is_fresh(last)):
            return last
        self._began = time.monotonic()
        self._running = self._begin()
        return self._running

    def _is_fresh(self, last: asyncio.Future[Reading]) -> bool:
        return last.exception() is None and time.monotonic() - self._began < KEPT

    def _begin(self) -> asyncio.Future[Reading]:
        """Read in a thread of its own, which may hang: asyncio's and anyio's are waited for at the end."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Reading] = loop.create_future()
        # Where nobody waits any more, an error was told already.
        answer.add_done_callback(lambda done: done.exception())

        def read() -> None:
            try:
                tell = partial(answer.set_result, self._read())
            except Exception as error:  # noqa: BLE001  # handed to those who wait
                tell = partial(answer.set_exception, error)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell)

        Thread(target=read, name="metrics", daemon=True).start()
        return answer
