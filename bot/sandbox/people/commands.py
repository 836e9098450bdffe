"""Slash commands that a person types."""

import re
from html import escape

from bot.sandbox.errors import NotPossible, SlackError
from bot.sandbox.json import Object
from bot.sandbox.people.outcomes import Outcome, told
from bot.sandbox.people.sight import find_channel, find_person
from bot.sandbox.state.payloads import message_as_json, slash_command
from bot.sandbox.state.responses import show_answer
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Workspace

COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")
_NAMED = re.compile(r"(?<![\w.&-])([@#])([a-z0-9][a-z0-9._-]*)")


async def type_command(sandbox: Sandbox, user_id: str, channel_id: str, command: str, text: str) -> Outcome:
    """Type a slash command in a channel; its answer is shown there. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    channel = find_channel(sandbox, user, channel_id)
    if not COMMAND.fullmatch(command):
        raise NotPossible(409, f"{command[:50]!r} is no slash command")
    if channel.archived:
        raise NotPossible(409, f"{channel.id} is archived")
    payload = slash_command(sandbox, user, channel, command, escaped(text.strip(), sandbox.workspace))
    delivery = await sandbox.deliver("slash_commands", payload, accepts=True)
    if not delivery.acknowledged:
        return told(delivery)
    body = delivery.answer
    if body is None or body in ({}, {"text": ""}):
        return told(delivery, outcome="silent")
    if not isinstance(body, dict):
        return told(delivery, outcome="bad_response", why="an answer is an object")
    try:
        message = show_answer(sandbox, body, user=user.id, channel=channel.id)
    except SlackError as refused:
        return told(delivery, outcome="bad_response", why=" ".join([refused.code, *refused.messages]))
    shown: Object = {**message_as_json(sandbox, message), "ephemeral": message.only_for is not None}
    return told(delivery, outcome="answered", message=shown)


def escaped(text: str, workspace: Workspace) -> str:
    """Return a typed text as a command with `should_escape` gets it: markup escaped, known names resolved."""
    users = {user.name: f"<@{user.id}|{user.name}>" for user in workspace.users if not user.deactivated}
    groups = {group.handle: f"<!subteam^{group.id}|@{group.handle}>" for group in workspace.groups}
    everyone = {name: f"<!{name}>" for name in ("channel", "here", "everyone")}
    channels = {channel.name: f"<#{channel.id}|{channel.name}>" for channel in workspace.channels}

    def resolve(match: re.Match[str]) -> str:
        known = channels if match[1] == "#" else everyone | groups | users
        name = match[2]
        ending = ""
        # A full stop after a name ends the sentence.
        while name not in known and name[-1:] in (".", "-"):
            name, ending = name[:-1], name[-1] + ending
        return known[name] + ending if name in known else match[0]

    return _NAMED.sub(resolve, escape(text, quote=False))
