"""The installation of the app by people: the codes that it was given for their consent, each good once."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object

if TYPE_CHECKING:  # a sandbox holds this
    from bot.sandbox.state.sandbox import Sandbox

CLIENT_ID = "1234567890.9876543210"
CLIENT_SECRET = "0c5a4db0c5161710a5eed05a4db0c516"  # noqa: S105  # opens nothing but a sandbox
_GOOD_FOR = 600.0
"""Seconds for which a code is good."""


@dataclass(kw_only=True)
class Consent:
    """A person's consent that the app is installed."""

    sandbox: "Sandbox"
    """The workspace that they chose."""
    user: str
    redirect_url: str
    scopes: Sequence[str]
    until: float
    used: bool = False


class Installs:
    """The codes of one app, for all workspaces."""

    def __init__(self) -> None:
        self._given: dict[str, Consent] = {}
        self._tokens = 0
        self.also: Object = {}
        """Fields of the answer to the next exchange, beside or in place of its usual ones."""

    def give(self, sandbox: "Sandbox", *, user: str, redirect_url: str, scopes: Sequence[str]) -> str:
        """Return a code for a consent."""
        code = f"{CLIENT_ID}.{token_hex(32)}"
        until = sandbox.clock() + _GOOD_FOR
        self._given[code] = Consent(
            sandbox=sandbox, user=user, redirect_url=redirect_url, scopes=list(scopes), until=until
        )
        return code

    def take(self, code: str, *, redirect_url: str) -> Consent:
        """Use a code. Raise SlackError for one that is not good any more."""
        consent = self._given.get(code)
        if consent is None:
            raise SlackError("invalid_code")
        if consent.used:
            raise SlackError("code_already_used")
        if consent.until < consent.sandbox.clock():
            raise SlackError("invalid_code")
        if consent.redirect_url != redirect_url:
            raise SlackError("bad_redirect_uri")
        consent.used = True
        return consent

    def token_for(self, sandbox: "Sandbox") -> str:
        """Return the bot's token: the one that it has, or a new one where that was revoked."""
        if sandbox.bot_token_revoked:
            self._tokens += 1
            sandbox.bot_token = f"{sandbox.bot_token.partition('.')[0]}.{self._tokens}"
            sandbox.bot_token_revoked = False
            sandbox.changes.announce()
        return sandbox.bot_token


def check_client(client_id: str, client_secret: str) -> None:
    """Raise SlackError where the app's credentials are not the sandbox's."""
    if client_id != CLIENT_ID:
        raise SlackError("invalid_client_id")
    if client_secret != CLIENT_SECRET:
        raise SlackError("bad_client_secret")
