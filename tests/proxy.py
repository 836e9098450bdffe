"""A proxy between Countersign and PostgreSQL that loses connections without a word.

The systems at both ends acknowledge what they are sent, as behind a router that forgot the connection; nobody is told.
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


class Proxy:
    """A proxy on this machine that passes data on."""

    def __init__(self, target: URL) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lost: list[tuple[socket.socket, socket.socket]] = []
        self._takes_new = True
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
            if not any(source in pair for pair in self._pairs):
                return
            try:
                data = source.recv(65_536)
                if data:
                    to.sendall(data)
                    return
            except OSError:
                pass
            self._pairs = [pair for pair in self._pairs if source not in pair]
            source.close()
            to.close()

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
