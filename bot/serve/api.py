"""Server of the HTTP API. It listens from the start, so that an address that is taken is said before anything begins.

It speaks plain HTTP: whoever opens it to a network puts a proxy before it that ends TLS. No header that a proxy adds is
believed, since nothing depends on the address of a caller.
"""

import importlib.util
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import structlog

from bot.app import API_THREADS, App
from bot.settings import Address
from bot.web_server import Keeps, answering, listening_at
from handlers.web.api.waiting import LONGEST
from workflows.engine.errors import Refused

log = structlog.get_logger()

_SECONDS = LONGEST + 60.0
"""For which a request may last, with its body, its wait and its answer."""
_KEEPS = Keeps(head=10.0, idle=30.0)
_CONNECTIONS = 800
"""Connections at once, in this process."""
_ENDS_WITHIN = 10
"""Seconds that answers under way have when the process is told to stop."""


class ApiServer:
    """The API of this process, at its address."""

    def __init__(self, app: App, address: Address) -> None:
        """Listen; nothing is answered yet. Raise `Refused` where the address is taken, or is not ours."""
        self._app = app
        self._listening = _listen(address)
        self._host = address.host
        self.is_answering = False
        """True while requests are answered."""

    @property
    def port(self) -> int:
        """Port that is listened at."""
        return int(self._listening.getsockname()[1])

    @contextmanager
    def answering(self, stop: Event) -> Iterator[None]:
        """Answer for the block. Who waits when `stop` is set is answered at once."""
        # Loaded here: the library of rates brings a client for each kind of storage.
        from handlers.web.api.app import Api

        api = Api(self._app.context, threads=API_THREADS, stops=stop.is_set)
        if has_agents():
            from bot.serve.agents import beside  # loaded here: it comes with the extra "mcp"

            beside(api, self._app, host=self._host)
        try:
            with answering(
                api.app,
                self._listening,
                name="API",
                seconds=_SECONDS,
                most=_CONNECTIONS,
                ends_within=_ENDS_WITHIN,
                keeps=_KEEPS,
            ):
                self.is_answering = True
                log.info("api.answered", port=self.port)
                try:
                    yield
                finally:
                    self.is_answering = False
        finally:
            api.close()

    def close(self) -> None:
        """Stop listening."""
        self._listening.close()


def api_of(app: App) -> ApiServer | None:
    """Return the API where the settings name an address for it. Raise `Refused`."""
    address = app.settings.api_address
    return ApiServer(app, address) if address is not None else None


def has_agents() -> bool:
    """Tell whether agents can be served over the Model Context Protocol: the extra is installed."""
    return importlib.util.find_spec("mcp") is not None


def _listen(address: Address) -> socket.socket:
    try:
        return listening_at(address)
    except OSError as error:
        raise Refused(f"COUNTERSIGN_API: cannot listen at {address}: {error.strerror or error}") from error
