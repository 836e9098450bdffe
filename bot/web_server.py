"""A web server in a thread of its own, for the routes of `handlers/web`. Whoever calls it may be anybody."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.settings import Address

_DATE = 5.0
"""Seconds by which the date in the headers of an answer may be late."""


def listening_at(address: Address) -> socket.socket:
    """Return a socket that listens at an address. Raise `OSError` where it is taken, or is not ours."""
    is_v6 = ":" in address.host
    listening = socket.create_server(
        (address.host, address.port),
        family=socket.AF_INET6 if is_v6 else socket.AF_INET,
        dualstack_ipv6=is_v6 and socket.has_dualstack_ipv6(),
    )
    # asyncio sets it only on sockets that say they are TCP; without it an answer comes 40 ms late.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


@contextmanager
def answering(
    app: ASGIApp,
    listening: socket.socket,
    *,
    name: str,
    seconds: float,
    most: int | None = None,
    ends_within: int = 1,
) -> Iterator[None]:
    """Answer for the block, and close the socket at its end.

    `name`: of the thread. `seconds`: how long a connection may last. `most`: number of connections at once; further
    ones are cut off. `ends_within`: seconds that answers under way have at the end.
    """
    config = uvicorn.Config(
        app,
        http=_impatient(seconds, most),
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
