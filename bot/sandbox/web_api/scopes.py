"""The scopes that methods need."""

from collections.abc import Mapping

from bot.sandbox.errors import MissingScope
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel

_READ = ("channels:read", "groups:read", "mpim:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "mpim:history", "im:history")
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "bots.info": ("users:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.profile.get": ("users.profile:read",),
    "dnd.info": ("dnd:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "conversations.info": _READ,
    "conversations.list": _READ,
    "conversations.members": _READ,
    "conversations.history": _HISTORY,
    "conversations.replies": _HISTORY,
    "conversations.open": ("im:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.info": ("files:read",),
}
"""Scopes by method, any of which is enough; which channels it opens depends on the scope."""


def check_method(sandbox: Sandbox, name: str) -> None:
    """Raise MissingScope if the bot has no scope for a method."""
    held = sandbox.workspace.app.scopes
    needed = _NEEDED.get(name, ())
    if needed and not set(needed) & set(held):
        raise MissingScope(needed, held)


def check_history(sandbox: Sandbox, channel: Channel) -> None:
    """Raise MissingScope if the bot has no scope for the history of a channel."""
    held = sandbox.workspace.app.scopes
    needed = f"{'im' if channel.is_direct else 'groups' if channel.private else 'channels'}:history"
    if needed not in held:
        raise MissingScope([needed], held)
