"""Server of the routes that tell whoever watches this process how it is.

Only this machine is answered unless an operator names another address.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog

from bot.settings import Address
from bot.web_server import answering, listening_at
from handlers.web.health import Check, create_app
from handlers.web.metrics import Read, metrics_route

log = structlog.get_logger()

_SECONDS = 5.0
"""For which a caller is listened to and answered."""


@contextmanager
def answering_health(
    address: Address | None,
    *,
    alive: Mapping[str, Check],
    ready: Mapping[str, Check],
    told: Mapping[str, Callable[[], int]] | None = None,
    metrics: Read | None = None,
    seconds: float = _SECONDS,
) -> Iterator[int | None]:
    """Answer for the block; yields the port, or None where nothing is answered.

    `alive`: what has to be so for /healthz to say 200. `ready`: what has to be so besides for /readyz. Else they say
    503, and what is not so. `told`: numbers that /readyz says besides, and that decide nothing. `metrics`: reads what
    /metrics says; None where there is no such route. An address that is taken is only said: another of our processes
    may be on this machine. `seconds`: how long a connection may last; a check has half of it, and is not so where it
    takes longer; reading the numbers has nine tenths.
    """
    listening = _listen(address) if address is not None else None
    if listening is None:
        yield None
        return
    route = metrics_route(metrics, seconds=0.9 * seconds) if metrics is not None else None
    app = create_app(alive=alive, ready=ready, told=told or {}, seconds=seconds / 2, metrics=route)
    with answering(app, listening, name="health", seconds=seconds):
        yield int(listening.getsockname()[1])


def _listen(address: Address) -> socket.socket | None:
    try:
        return listening_at(address)
    except OSError as error:
        log.warning("health.not_answered", address=str(address), why=error.strerror or str(error))
        return None
