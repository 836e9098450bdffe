"""The methods that look up people, groups and channels."""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel, Group, User
from bot.sandbox.web_api.arguments import Arguments

PAGE = 100
LARGEST_PAGE = 1_000


def users_info(sandbox: Sandbox, arguments: Arguments) -> Object:
    user = sandbox.workspace.user(arguments.needed("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": _user(sandbox, user)}


def users_list(sandbox: Sandbox, arguments: Arguments) -> Object:
    return _page("members", [_user(sandbox, user) for user in sandbox.workspace.users], arguments)


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
        if ("private_channel" if channel.private else "public_channel") in kinds
        and (not channel.private or bot in channel.members)
        and not (channel.archived and arguments.flag("exclude_archived"))
    ]
    return _page("channels", [_channel(sandbox, channel) for channel in channels], arguments)


def conversations_members(sandbox: Sandbox, arguments: Arguments) -> Object:
    return _page("members", [*visible_channel(sandbox, arguments).members], arguments)


def visible_channel(sandbox: Sandbox, arguments: Arguments) -> Channel:
    """Return the channel that is named. Raise SlackError for one that the bot cannot see."""
    channel = sandbox.workspace.channel(arguments.needed("channel"))
    if channel is None or (channel.private and sandbox.workspace.app.user not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def _page(name: str, items: Sequence[JsonValue], arguments: Arguments) -> Object:
    size = arguments.whole("limit", otherwise=PAGE, most=LARGEST_PAGE)
    try:
        start = int(b64decode(arguments.text("cursor"), validate=True) or 0)
    except (ValueError, Error):
        raise SlackError("invalid_cursor") from None
    if not 0 <= start <= len(items):
        raise SlackError("invalid_cursor")
    more = start + size < len(items)
    cursor = b64encode(str(start + size).encode()).decode() if more else ""
    return {name: [*items[start : start + size]], "response_metadata": {"next_cursor": cursor}}


def _user(sandbox: Sandbox, user: User) -> Object:
    profile: Object = {"real_name": user.real_name, "display_name": user.name, "title": user.title}
    return {
        "id": user.id,
        "team_id": sandbox.workspace.team.id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deactivated,
        "is_bot": user.bot,
        "is_app_user": False,
        "is_restricted": user.guest,
        "is_ultra_restricted": False,
        "tz": user.time_zone,
        "profile": profile,
    }


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
        "is_channel": not channel.private,
        "is_group": False,
        "is_im": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": sandbox.workspace.app.user in channel.members,
        "num_members": len(channel.members),
    }
