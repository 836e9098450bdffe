"""Server of the HTTP API. It listens from the start, so that an address that is taken is said before anything begins.

It speaks plain HTTP: whoever opens it to a network puts a proxy before it that ends TLS. No header that a proxy adds is
believed, since nothing depends on the address of a caller.
"""

import importlib.util
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import structlog

from bot.app import API_THREADS, App, Process
from bot.settings import Address
from bot.web_server import Keeps, answering, listening_at, not_listening
from handlers.web.api.access import NotServed
from handlers.web.api.waiting import LONGEST
from workflows.engine.context import Context
from workflows.engine.errors import NotAccepted, Refused
from workflows.engine.sources.programs.keys import team_of

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

    def __init__(self, app_of: Callable[[str], App], address: Address) -> None:
        """Listen; nothing is answered yet. Raise `Refused` where the address is taken, or is not ours.

        `app_of`: returns what serves the team that a key is for; it raises as `ContextOf` does.
        """
        self._app_of = app_of
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

        made: dict[int, App] = {}

        def context_of(key: str) -> Context:
            app = self._app_of(key)
            made[app.context.team] = app
            return app.context

        api = Api(context_of, threads=API_THREADS, stops=stop.is_set)
        if has_agents():
            from bot.serve.agents import beside  # loaded here: it comes with the extra "mcp"

            beside(api, lambda context: made[context.team].made, host=self._host)
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
    return ApiServer(lambda _: app, address) if address is not None else None


def api_of_many(process: Process, app_of_team: Callable[[int], App | None]) -> ApiServer | None:
    """Return the API of all teams, each request that of its key's; None where no address is named. Raise `Refused`.

    `app_of_team`: returns what serves a team; None while it is not served.
    """
    address = process.settings.api_address
    if address is None:
        return None

    def app_of(key: str) -> App:
        team = team_of(process.database, key)
        if team is None:
            raise NotAccepted
        app = app_of_team(team)
        if app is None:
            raise NotServed
        return app

    return ApiServer(app_of, address)


def has_agents() -> bool:
    """Tell whether agents can be served over the Model Context Protocol: the extra is installed."""
    return importlib.util.find_spec("mcp") is not None


def _listen(address: Address) -> socket.socket:
    try:
        return listening_at(address)
    except OSError as error:
        raise Refused(f"COUNTERSIGN_API: {not_listening(address, error)}") from error
