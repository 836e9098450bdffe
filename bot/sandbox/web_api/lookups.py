"""The methods that look up groups and channels."""

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel, Group
from bot.sandbox.web_api.arguments import Arguments
from bot.sandbox.web_api.pages import page

_TYPES = {"channel": "public_channel", "group": "private_channel", "im": "im"}
"""Type of a conversation, as conversations.list names it."""


def usergroups_list(sandbox: Sandbox, arguments: Arguments) -> Object:
    with_users, with_disabled = arguments.flag("include_users"), arguments.flag("include_disabled")
    _named_team(sandbox, arguments)
    groups = [group for group in sandbox.workspace.groups if with_disabled or not group.disabled]
    return {"usergroups": [_group(sandbox, group, with_users=with_users) for group in groups]}


def usergroups_users_list(sandbox: Sandbox, arguments: Arguments) -> Object:
    group = sandbox.workspace.group(arguments.needed("usergroup"))
    _named_team(sandbox, arguments)
    if group is None or (group.disabled and not arguments.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": [*group.members]}


def _named_team(sandbox: Sandbox, arguments: Arguments) -> None:
    """Raise SlackError where an app of the whole organisation does not name its workspace."""
    if sandbox.workspace.app.org_wide and arguments.text("team_id") != sandbox.workspace.team.id:
        raise SlackError("missing_argument" if not arguments.text("team_id") else "team_not_found")


def conversations_info(sandbox: Sandbox, arguments: Arguments) -> Object:
    return {"channel": _channel(sandbox, visible_channel(sandbox, arguments))}


def conversations_list(sandbox: Sandbox, arguments: Arguments) -> Object:
    kinds = (arguments.text("types") or "public_channel").split(",")
    bot = sandbox.workspace.app.user
    channels = [
        channel
        for channel in sandbox.workspace.channels
        if _TYPES[channel.kind] in kinds
        and (not channel.private or bot in channel.members)
        and not (channel.archived and arguments.flag("exclude_archived"))
    ]
    return page("channels", [_channel(sandbox, channel) for channel in channels], arguments)


def conversations_members(sandbox: Sandbox, arguments: Arguments) -> Object:
    return page("members", [*visible_channel(sandbox, arguments).members], arguments)


def visible_channel(sandbox: Sandbox, arguments: Arguments) -> Channel:
    """Return the channel that is named. Raise SlackError for one that the bot cannot see."""
    channel = sandbox.workspace.channel(arguments.needed("channel"))
    if channel is None or (channel.private and sandbox.workspace.app.user not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def _group(sandbox: Sandbox, group: Group, *, with_users: bool) -> Object:
    shown: Object = {
        "id": group.id,
        "team_id": sandbox.workspace.team.id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "date_delete": 1 if group.disabled else 0,
        "user_count": len(group.members),
    }
    return {**shown, "users": [*group.members]} if with_users else shown


def _channel(sandbox: Sandbox, channel: Channel) -> Object:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_im": channel.is_direct,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": sandbox.workspace.app.user in channel.members,
        "num_members": len(channel.members),
    }
