"""Server of the routes that tell whoever watches this process how it is.

Only this machine is answered unless an operator names another address.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.settings import Address
from handlers.web.health import Check, create_app

log = structlog.get_logger()

_SECONDS = 5.0
"""For which a caller is listened to and answered."""
_DATE = 5.0
"""Seconds by which the date in the headers of an answer may be late."""
_ENDS_WITHIN = 1
"""Seconds that answers under way have at the end."""


@contextmanager
def answering_health(
    address: Address | None,
    *,
    alive: Mapping[str, Check],
    ready: Mapping[str, Check],
    told: Mapping[str, Callable[[], int]] | None = None,
    seconds: float = _SECONDS,
) -> Iterator[int | None]:
    """Answer for the block; yields the port, or None where nothing is answered.

    `alive`: what has to be so for /healthz to say 200. `ready`: what has to be so besides for /readyz. Else they say
    503, and what is not so. `told`: numbers that /readyz says besides, and that decide nothing. An address that is
    taken is only said: another of our processes may be on this machine. `seconds`: how long a connection may last; a
    check has half of it, and is not so where it takes longer.
    """
    listening = _listen(address) if address is not None else None
    if listening is None:
        yield None
        return
    config = uvicorn.Config(
        create_app(alive=alive, ready=ready, told=told or {}, seconds=seconds / 2),
        http=_impatient(seconds),
        ws="none",
        loop="asyncio",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        headers=[("server", "countersign")],
        access_log=False,
        log_config=None,
        log_level="error",  # it warns of every caller who speaks no HTTP
        timeout_graceful_shutdown=_ENDS_WITHIN,
    )
    server = _Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="health")
    thread.start()
    try:
        yield int(listening.getsockname()[1])
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


def _impatient(seconds: float) -> type[H11Protocol]:
    """uvicorn's HTTP, whose connections end after a while. By itself it waits for a first request for ever."""

    class Impatient(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
            super().connection_made(transport)
            self.loop.call_later(seconds, transport.abort)

    return Impatient


def _listen(address: Address) -> socket.socket | None:
    is_v6 = ":" in address.host
    try:
        listening = socket.create_server(
            (address.host, address.port),
            family=socket.AF_INET6 if is_v6 else socket.AF_INET,
            dualstack_ipv6=is_v6 and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        log.warning("health.not_answered", address=str(address), why=error.strerror or str(error))
        return None
    # asyncio sets it only on sockets that say they are TCP; without it an answer comes 40 ms late.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
