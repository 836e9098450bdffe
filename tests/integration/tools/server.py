"""A system on loopback that answers what it is told, and misbehaves where it is told to.

with DeskServer() as desk:
    desk.will(Reply(status=503, headers={"Retry-After": "7"}), Reply(body=b"{}"))
"""

import ssl
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType

from tests.waiting import LONGEST

CERTIFICATE = Path(__file__).with_name("desk.test.pem")
"""Of desk.test, with its key; signed by itself, made for these tests."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The server's handling of one request."""

    status: int = 200
    body: bytes = b'{"ok": true}'
    headers: Mapping[str, str] = field(default_factory=dict)
    drips: bool = False
    """The body comes a byte at a time, for as long as the client listens."""
    endless: bool = False
    """The body goes on for as long as the client listens."""
    drops: bool = False
    """The connection ends before an answer."""
    stalls: bool = False
    """Nothing is said until the server ends."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class DeskServer:
    """The server, for as long as its `with` block lasts. A request it has no reply for gets `Reply()`."""

    def __init__(self, *, tls: bool = False) -> None:
        self.requests: list[Received] = []
        self.revoked: set[str] = set()
        """Tokens that get a 401."""
        self._replies: deque[Reply] = deque()
        self._lock = Lock()
        self.ended = Event()
        self._server = _Quiet(("127.0.0.1", 0), _handler(self))
        self.port = int(self._server.server_address[1])
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def will(self, *replies: Reply) -> None:
        """Add to what the server does next."""
        with self._lock:
            self._replies.extend(replies)

    def forget(self) -> None:
        """Begin anew: as if nothing had been asked, and nothing told."""
        with self._lock:
            self._replies.clear()
            self.requests.clear()

    def take(self, received: Received) -> Reply:
        """Keep a request; what to do with it."""
        with self._lock:
            self.requests.append(received)
            if received.headers.get("Authorization", "").removeprefix("Bearer ") in self.revoked:
                return Reply(status=401)
            return self._replies.popleft() if self._replies else Reply()

    def __enter__(self) -> "DeskServer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=LONGEST)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what some tests are about."""


def _handler(desk: DeskServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Not into the tests' output."""

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = desk.take(
                Received(method=self.command, path=self.path, headers=dict(self.headers.items()), body=body)
            )
            if reply.stalls:
                desk.ended.wait()
            if reply.stalls or reply.drops:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            open_end = reply.drips or reply.endless
            self.send_header("Connection", "close") if open_end else self.send_header(
                "Content-Length", str(len(reply.body))
            )
            self.end_headers()
            with suppress(OSError):
                for piece in _pieces(reply, desk.ended):
                    self.wfile.write(piece)
            self.close_connection = open_end

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

    return Handler


def _pieces(reply: Reply, ended: Event) -> Iterator[bytes]:
    while reply.drips and not ended.is_set():
        yield b" "
        time.sleep(0.02)
    while reply.endless and not ended.is_set():
        yield reply.body
    yield reply.body
