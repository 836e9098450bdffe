"""The port of the pages of installing: their questions, and the records that they get. It loads no web framework."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from handlers.texts.installing import Why

CALLBACK = "/oauth/callback"
"""Path of the redirect URL."""


class NotInstalled(Exception):
    """The app was not installed. It says why, as a code with values."""

    def __init__(self, why: Why, **values: str) -> None:
        self.why = why
        self.values = values
        super().__init__(why)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """An invitation that can be used."""

    for_workspace: str | None
    until: datetime
    seconds: int
    """Time that is left."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """An installation that was recorded."""

    workspace: str
    name: str
    is_first: bool
    missing: tuple[str, ...] = field(default=())
    """Optional scopes that were not granted."""


class Installing(Protocol):
    """The questions of the pages. Each call may wait for the database or for Slack, so it is made in a thread."""

    def find(self, secret: str) -> Invitation | None:
        """Return an invitation that can be used; None where there is none. Raise `NotInstalled`."""

    def authorize_url(self, oauth_state: str, for_workspace: str | None) -> str:
        """Return the address at Slack where a person allows it."""

    def install(self, secret: str, code: str) -> Done:
        """Use the invitation, and install. Raise `NotInstalled`."""
