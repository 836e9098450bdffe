"""Server of the pages on which people install the app. It listens from the start, as the API does.

It speaks plain HTTP: a proxy before it ends TLS, and passes on the Host that the browser named.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from bot.settings import Address, Settings
from bot.slack.installing.installer import Installer, oauth_of
from bot.slack.installing.token_vault import TokenKeys
from bot.web_server import answering, listening_at, not_listening
from handlers.web.install.app import Pages
from store.db.database import Database
from workflows.engine.errors import Refused

log = structlog.get_logger()

_SECONDS = 60.0
"""For which a request may last: the exchange asks Slack twice, for 15 seconds each."""
_CONNECTIONS = 100
_ENDS_WITHIN = 10
"""Seconds that an exchange under way has when the process is told to stop."""


class InstallServer:
    """The pages of installing in this process, at their address."""

    def __init__(self, installer: Installer, address: Address, *, url: str) -> None:
        """Listen; nothing is answered yet. Raise `Refused` where the address is taken, or is not ours."""
        self._pages = Pages(installer, url=url)
        self._listening = _listen(address)

    @property
    def port(self) -> int:
        """Port that is listened at."""
        return int(self._listening.getsockname()[1])

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer for the block."""
        with answering(
            self._pages.app,
            self._listening,
            name="install pages",
            seconds=_SECONDS,
            most=_CONNECTIONS,
            ends_within=_ENDS_WITHIN,
        ):
            log.info("install.answered", port=self.port)
            yield

    def close(self) -> None:
        """Stop listening."""
        self._listening.close()


def install_server_of(
    settings: Settings, database: Database, keys: TokenKeys, *, clock: Callable[[], datetime]
) -> InstallServer | None:
    """Return the server where the settings name an address for it; None otherwise. Raise `Refused`."""
    address = settings.install_address
    if address is None:
        return None
    oauth = oauth_of(settings)
    assert settings.install_url is not None  # without it there is no OAuth
    installer = Installer(database=database, keys=keys, oauth=oauth, clock=clock)
    return InstallServer(installer, address, url=settings.install_url)


def _listen(address: Address) -> socket.socket:
    try:
        return listening_at(address)
    except OSError as error:
        raise Refused(f"COUNTERSIGN_INSTALL: {not_listening(address, error)}") from error
