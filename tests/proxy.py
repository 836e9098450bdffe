"""A proxy between Countersign and PostgreSQL that loses connections without a word, or ends them at a COMMIT.

Where one is lost, the systems at both ends acknowledge what they are sent, as behind a router that forgot the
connection; nobody is told.
"""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from sqlalchemy import URL
from sqlalchemy.engine import make_url

_LOOK = 0.02
"""Seconds between two looks for changes."""
_COMMIT = b"COMMIT\0"
_READY = b"Z\0\0\0\5"
"""Beginning of the server's message that it waits for the next command."""


class Proxy:
    """A proxy on this machine that passes data on."""

    def __init__(self, target: URL) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lost: list[tuple[socket.socket, socket.socket]] = []
        self._every = 0
        self._commits = 0
        self.unheard = 0
        """Number of COMMITs that never reached the server, with the connection that ended then."""
        self.unanswered = 0
        """Number of COMMITs that the server made, and whose answer was lost with the connection."""
        self._stop = Event()
        self._thread = Thread(target=self._run, name="proxy")
        self._thread.start()

    @property
    def url(self) -> str:
        """URL of the database through the proxy."""
        host, port = self._listening.getsockname()
        # The URL of a server behind a Unix socket has the socket's folder in its query.
        query = {name: value for name, value in self._target.query.items() if name not in ("host", "port")}
        return self._target.set(host=host, port=port, query=query).render_as_string(hide_password=False)

    @property
    def connections(self) -> int:
        """Number of connections that are passed on."""
        with self._lock:
            return len(self._pairs)

    def lose(self) -> int:
        """Lose the present connections; returns their number. New ones are passed on."""
        with self._lock:
            lost, self._pairs = self._pairs, []
            self._lost += lost
        return len(lost)

    def cut_commits(self, *, every: int) -> None:
        """End the connection at each so manieth COMMIT: in turn before the server hears it and after. 0: at none."""
        self._every = every

    def close(self) -> None:
        """End all."""
        self._stop.set()
        self._thread.join()
        self._listening.close()
        for pair in (*self._pairs, *self._lost):
            for end in pair:
                end.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                other = {one: two for pair in self._pairs for one, two in (pair, pair[::-1])}
            for ready in select.select([self._listening, *other], [], [], _LOOK)[0]:
                if ready is self._listening:
                    client = self._listening.accept()[0]
                    with self._lock:
                        self._pairs.append((client, self._connected()))
                else:
                    self._pass_on(ready, other[ready])

    def _pass_on(self, source: socket.socket, to: socket.socket) -> None:
        with self._lock:
            pair = next((pair for pair in self._pairs if source in pair), None)
            if pair is None:
                return
            try:
                data = source.recv(65_536)
                if data and not (source is pair[0] and self._is_cut(data, to)):
                    to.sendall(data)
                    return
            except OSError:
                pass
            self._pairs = [pair for pair in self._pairs if source not in pair]
            source.close()
            to.close()

    def _is_cut(self, data: bytes, server: socket.socket) -> bool:
        """Tell whether a client's connection is to end here."""
        if not self._every or _COMMIT not in data:
            return False
        self._commits += 1
        if self._commits % self._every:
            return False
        if self._commits // self._every % 2:
            self.unheard += 1
            return True
        server.sendall(data)
        answer = b""
        while _READY not in answer and (more := server.recv(65_536)):
            answer += more
        # A transaction in which something failed is undone by a COMMIT, too.
        self.unanswered += _COMMIT in answer
        return True

    def _connected(self) -> socket.socket:
        host = str(self._target.query.get("host") or self._target.host or "127.0.0.1")
        port = int(str(self._target.query.get("port") or self._target.port or 5432))
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server


@contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """Yield a proxy to a database, for the block."""
    proxy = Proxy(make_url(url))
    try:
        yield proxy
    finally:
        proxy.close()
