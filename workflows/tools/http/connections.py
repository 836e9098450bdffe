"""Connections for `workflows.tools.http`: to checked addresses only, and never for longer than the deadline.

httpx2's own limits hold for each read, so that a server with a byte now and then could take for ever. It also looks a
name up by itself, and could get another address than the one that was checked.
"""

import ssl
from collections.abc import Iterable
from threading import Lock
from typing import Any

import httpcore2
import httpx2

from workflows.tools.deadlines import seconds_left
from workflows.tools.http.addresses import Allowed, Resolve, checked

_PIECE = 64 * 1024
"""Bytes that are written before the deadline is checked again."""
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class CheckedTransport(httpx2.HTTPTransport):
    """A transport for HTTP/1.1 over checked connections."""

    def __init__(self, *, may: Allowed, ask: Resolve, connections: int, tls: ssl.SSLContext | None) -> None:
        """Make the pool. `connections`: most at once. `tls`: the trusted certificates; None: those that httpx2
        trusts.
        """
        # This context trusts nothing and is never used; the backend has the real one.
        unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=unused, trust_env=False)
        # The pool is where httpcore2 takes a network backend; httpx2 has no parameter that reaches it.
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=unused,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=_Backend(may=may, ask=ask, trust=_Trust(tls)),
        )


class _Trust:
    """The trusted certificates. Reading them takes 0.1 s, so it is done when they are first needed."""

    def __init__(self, given: ssl.SSLContext | None) -> None:
        self._given = given
        self._lock = Lock()

    def context(self) -> ssl.SSLContext:
        with self._lock:
            if self._given is None:
                self._given = httpx2.create_ssl_context(trust_env=False)
                self._given.set_alpn_protocols(["http/1.1"])
            return self._given


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, *, may: Allowed, ask: Resolve, trust: _Trust) -> None:
        self._may = may
        self._ask = ask
        self._trust = trust
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception | None = None
        for address in checked(host, port, ask=self._ask, may=self._may):
            try:
                # The address itself, not the name: a second lookup of the name could give another address.
                stream = self._plain.connect_tcp(
                    address, port, timeout=_left(timeout, httpcore2.ConnectTimeout), local_address=local_address
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._trust)
        assert failure is not None, "a host has at least one address"
        raise failure


class _Stream(httpcore2.NetworkStream):
    """A stream whose reads and writes keep to the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, trust: _Trust) -> None:
        self._stream = stream
        self._trust = trust

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], _left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        context = self._trust.context()
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(context, server_hostname, left), self._trust)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """Return the seconds that are left for waiting. Raise `late` where none is left."""
    left = seconds_left()
    if left is None:
        return timeout
    if left == 0:
        raise late("the deadline has passed")
    return left if timeout is None else min(timeout, left)
