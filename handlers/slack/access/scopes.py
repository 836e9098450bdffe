"""The scopes that Slack granted: a function that needs one that is missing says so, and the rest works.

Which scopes are optional stands in the manifest; what each is for, in `handlers/texts/scopes.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handlers.slack.manifest import manifest_file
from handlers.texts.scopes import not_granted
from workflows.engine.errors import Refused


class NotGranted(Refused):
    """A function needs a scope that Slack did not grant. The message says which."""

    def __init__(self, scope: str) -> None:
        super().__init__(not_granted(scope))
        self.scope = scope


@dataclass(frozen=True, kw_only=True)
class Granted:
    """The scopes of the bot, as Slack named them when Countersign connected."""

    scopes: frozenset[str] | None = None
    """None where Slack did not name them: then each call finds out by itself."""

    def has(self, scope: str) -> bool:
        """Tell whether a scope is granted, as far as is known."""
        return self.scopes is None or scope in self.scopes

    def need(self, scope: str) -> None:
        """Raise `NotGranted` where a scope is missing. Call it first in what cannot work without it."""
        if not self.has(scope):
            raise NotGranted(scope)

    def missing(self, scopes: Sequence[str]) -> Sequence[str]:
        """Return those of some scopes that are not granted."""
        return [scope for scope in scopes if not self.has(scope)]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The scopes that the manifest asks for."""

    required: Sequence[str]
    """Without these Countersign does not work."""
    optional: Sequence[str]
    """Without these a function is missing."""


def asked_for(manifest: Path | None = None) -> Asked:
    """Return the scopes that a manifest asks for; left out, ours."""
    scopes = json.loads((manifest or manifest_file()).read_text("utf-8"))["oauth_config"]["scopes"]
    optional = list(scopes.get("bot_optional", ()))
    return Asked(required=[scope for scope in scopes["bot"] if scope not in optional], optional=optional)
