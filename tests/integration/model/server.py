"""A local server that speaks like the Anthropic API, so that tests run the real SDK on real sockets.

It answers `POST /v1/messages` on loopback with what it was told, in order, and keeps what it was asked:

    with AnthropicServer() as server:
        server.will(failure(529), message('{"answer": {}}'))
        ...
        assert len(server.requests) == 2
"""

import asyncio
import json
import socket
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.integration.model.batches import Batches
from tests.integration.model.replies import Reply, failure, invalid, message
from tests.waiting import LONGEST

__all__ = ["REVOKED_KEY", "AnthropicServer", "Received", "Reply", "failure", "invalid", "message"]

REVOKED_KEY = "sk-ant-revoked"
"""A key that is not accepted."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came in."""

    headers: Mapping[str, str]
    body: dict[str, Any]
    path: str = ""
    """The path and the query, as they came."""


class AnthropicServer:
    """The server, in a thread, for as long as its `with` block lasts. A request it has no answer for gets a 400."""

    def __init__(self) -> None:
        # With the protocol named asyncio turns Nagle's delay off; else each request waits 40 ms for an acknowledgement.
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.retired: set[str] = set()
        """Models that are no longer known; "/" for a server that tells of none."""
        self.batches = Batches(self.url)
        self._replies: deque[Reply] = deque()
        self._always: Callable[[Received], Reply] | None = None
        self._requests: list[Received] = []
        self._lock = Lock()
        self._started = Event()
        self._server = _Announced(self._app(), self._started)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)

    def will(self, *replies: Reply) -> None:
        """Add to what the server does next."""
        with self._lock:
            self._replies.extend(replies)

    def will_always(self, reply: Callable[[Received], Reply]) -> None:
        """Set the handling of each request that has no reply of its own."""
        with self._lock:
            self._always = reply

    @property
    def requests(self) -> Sequence[Received]:
        """The requests since the start or the last `forget`, in order."""
        with self._lock:
            return tuple(self._requests)

    @property
    def unsaid(self) -> int:
        """Number of replies that are left."""
        with self._lock:
            return len(self._replies)

    def forget(self) -> None:
        """Begin anew, for the next test."""
        with self._lock:
            self._replies.clear()
            self._always = None
            self._requests.clear()
            self.batches.forget()

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(timeout=LONGEST):
            raise TimeoutError("the server did not start")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=LONGEST)
        self._listener.close()

    def _app(self) -> Starlette:
        return Starlette(routes=self._routes())

    def _routes(self) -> list[Route]:
        return [
            Route("/v1/messages", self._answer, methods=["POST"]),
            Route("/v1/messages/batches", self._batch, methods=["POST", "GET"]),
            Route("/v1/messages/batches/{batch}", self._batch, methods=["GET"]),
            Route("/v1/messages/batches/{batch}/{what}", self._batch, methods=["POST", "GET"]),
            Route("/v1/models/{model}", self._tell_of, methods=["GET"]),
        ]

    async def _tell_of(self, request: Request) -> Response:
        """Answer a request about a model: it exists, unless it was retired here."""
        model = request.path_params["model"]
        if request.headers.get("authorization") == f"Bearer {REVOKED_KEY}":
            return _Said(failure(401, kind="authentication_error", words="invalid key"))
        if "/" in self.retired:
            return _Said(failure(404, kind="not_found_error", words="File Not Found"))
        if model in self.retired:
            return _Said(failure(404, kind="not_found_error", words=f"model: {model}"))
        whole = {"id": model, "type": "model", "display_name": model, "created_at": "2026-09-01T00:00:00Z"}
        return _Said(Reply(body=json.dumps(whole).encode()))

    async def _batch(self, request: Request) -> Response:
        body = await request.json() if request.method == "POST" and "batch" not in request.path_params else None
        with self._lock:
            said = self.batches.said(body, request.path_params.get("batch"), request.path_params.get("what"))
        return _Said(said)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
        received = Received(headers=dict(request.headers), body=await request.json(), path=path)
        with self._lock:
            self._requests.append(received)
            reply = self._replies.popleft() if self._replies else self._always and self._always(received)
        if reply is None:
            reply = failure(400, kind="invalid_request_error", words="the test told the server no further answer")
        return _Said(reply)


class _Announced(uvicorn.Server):
    """Says when it accepts connections, so that nobody has to poll."""

    def __init__(self, app: Starlette, started: Event) -> None:
        quiet = uvicorn.Config(app, log_config=None, log_level="critical", lifespan="off", ws="none", date_header=False)
        super().__init__(quiet)
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._announce.set()


async def _hear_out(receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


class _Said(Response):
    """A reply on the wire, broken off where it is told to."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body, status_code=reply.status, headers=dict(reply.headers))
        self._reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._reply.stalls:
            while (await receive())["type"] != "http.disconnect":
                await asyncio.sleep(0)
            return
        if self._reply.drips is not None:
            gone = asyncio.Event()
            hearing = asyncio.ensure_future(_hear_out(receive, gone))
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for place in range(len(self.body)):
                if gone.is_set():
                    return
                await send({"type": "http.response.body", "body": self.body[place : place + 1], "more_body": True})
                await asyncio.sleep(self._reply.drips)
            hearing.cancel()
            return
        if self._reply.drops:
            # uvicorn closes the connection of a response that ends short of its content-length.
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            half = self.body[: len(self.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            return
        await super().__call__(scope, receive, send)
