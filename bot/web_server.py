"""A web server in a thread of its own, for the routes of `handlers/web`. Whoever calls it may be anybody."""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.settings import Address

_DATE = 5.0
"""Seconds by which the date in the headers of an answer may be late."""


@dataclass(frozen=True, kw_only=True)
class Keeps:
    """The times of a connection that brings one request after the other."""

    head: float
    """Seconds within which the head of a request has to come, once the connection stands or the head has begun."""
    idle: float
    """Seconds between an answer and the next request."""


def listening_at(address: Address) -> socket.socket:
    """Return a socket that listens at an address. Raise `OSError` where it is taken, or is not ours."""
    is_v6 = ":" in address.host
    try:
        listening = socket.create_server(
            (address.host, address.port),
            family=socket.AF_INET6 if is_v6 else socket.AF_INET,
            dualstack_ipv6=is_v6 and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        if error.errno is None or error.errno <= 0:  # of the name of the host
            raise
        # Python's own text names the address once more, in its own form.
        raise OSError(error.errno, os.strerror(error.errno)) from error
    # asyncio sets it only on sockets that say they are TCP; without it an answer comes 40 ms late.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def not_listening(address: object, error: OSError) -> str:
    """Say why nothing can listen at an address, and what to do where something does."""
    do = "; end what listens there, such as countersign serve" if error.errno == errno.EADDRINUSE else ""
    return f"cannot listen at {address}: {error.strerror or error}{do}"


@contextmanager
def answering(
    app: ASGIApp,
    listening: socket.socket,
    *,
    name: str,
    seconds: float,
    most: int | None = None,
    ends_within: int = 1,
    keeps: Keeps | None = None,
) -> Iterator[None]:
    """Answer for the block, and close the socket at its end.

    `name`: of the thread. `seconds`: how long a connection may last. `most`: number of connections at once; further
    ones are cut off. `ends_within`: seconds that answers under way have at the end. `keeps`: where a connection may
    bring one request after the other; `seconds` then is for each of them, with its answer.
    """
    config = uvicorn.Config(
        app,
        http=_impatient(seconds, most) if keeps is None else _keeping(seconds, most, keeps),
        ws="none",
        loop="asyncio",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        headers=[("server", "countersign")],
        access_log=False,
        log_config=None,
        log_level="error",  # it warns of every caller who speaks no HTTP
        timeout_graceful_shutdown=ends_within,
        timeout_keep_alive=int(keeps.idle) if keeps is not None else 5,
    )
    server = _Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name=name)
    thread.start()
    try:
        yield
    finally:
        server.end()
        thread.join()
        listening.close()


class _Server(uvicorn.Server):
    """uvicorn's server, which by itself looks ten times a second whether it is to end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends = asyncio.Event()

    def end(self) -> None:
        """End it, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._ends.set)

    async def main_loop(self) -> None:
        """Run until it is to end. From time to time the date in the headers is set anew."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ends.wait(), _DATE)


def _impatient(seconds: float, most: int | None) -> type[H11Protocol]:
    """uvicorn's HTTP, whose connections end after a while. By itself it waits for a first request for ever."""

    class Impatient(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
            super().connection_made(transport)
            if most is not None and len(self.connections) > most:
                transport.abort()
                return
            self.loop.call_later(seconds, transport.abort)

    return Impatient


def _keeping(seconds: float, most: int | None, keeps: Keeps) -> type[H11Protocol]:
    """uvicorn's HTTP, whose requests have to come, and to be answered, within a time. By itself it knows `idle`."""

    class Keeping(H11Protocol):
        _limit: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
            super().connection_made(transport)
            if most is not None and len(self.connections) > most:
                transport.abort()
                return
            self._within(keeps.head)

        def data_received(self, data: bytes) -> None:
            if self._limit is None:
                self._within(keeps.head)
            super().data_received(data)

        def handle_events(self) -> None:
            before = self.cycle
            super().handle_events()
            if self.cycle is not before:
                self._within(seconds)

        def on_response_complete(self) -> None:
            # What was sent and is not read any more, such as the rest of a body that is too large, has to end soon.
            self._within(keeps.head if self.conn.their_state is not h11.DONE else None)
            super().on_response_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._within(None)
            super().connection_lost(exc)

        def _within(self, left: float | None) -> None:
            if self._limit is not None:
                self._limit.cancel()
            self._limit = self.loop.call_later(left, self.transport.abort) if left is not None else None

    return Keeping
