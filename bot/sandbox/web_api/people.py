"""The methods that look up people."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import User
from bot.sandbox.web_api.arguments import Arguments
from bot.sandbox.web_api.pages import page


def users_info(sandbox: Sandbox, arguments: Arguments) -> Object:
    return {"user": _user(sandbox, _named(sandbox, arguments))}


def users_list(sandbox: Sandbox, arguments: Arguments) -> Object:
    return page("members", [_user(sandbox, user) for user in sandbox.workspace.users], arguments)


def users_profile_get(sandbox: Sandbox, arguments: Arguments) -> Object:
    return {"profile": _profile(_named(sandbox, arguments))}


def dnd_info(sandbox: Sandbox, arguments: Arguments) -> Object:
    """Return whether somebody has notifications off. Nobody here has them off by a schedule."""
    until = _named(sandbox, arguments).snoozed_until
    is_snoozed = until is not None and until > sandbox.clock()
    found: Object = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": is_snoozed}
    return {**found, "snooze_endtime": until} if is_snoozed else found


def _named(sandbox: Sandbox, arguments: Arguments) -> User:
    user = sandbox.workspace.user(arguments.needed("user"))
    if user is None:
        raise SlackError("user_not_found")
    return user


def _profile(user: User) -> Object:
    return {
        "real_name": user.real_name,
        "display_name": user.name,
        "title": user.title,
        "status_text": user.status_text,
        "status_emoji": "",
        "status_expiration": 0,
    }


def _user(sandbox: Sandbox, user: User) -> Object:
    # Slack tells nothing but the name and the profile of somebody who is gone.
    more: Object = {} if user.deactivated else _where_and_what(sandbox, user)
    return {
        "id": user.id,
        "team_id": user.home or sandbox.workspace.team.id,
        "name": user.name,
        "deleted": user.deactivated,
        "is_bot": user.bot,
        "is_app_user": False,
        "profile": _profile(user),
        **more,
    }


def _where_and_what(sandbox: Sandbox, user: User) -> Object:
    now = datetime.fromtimestamp(sandbox.clock(), UTC).astimezone(ZoneInfo(user.time_zone))
    offset = now.utcoffset()
    return {
        "real_name": user.real_name,
        "is_restricted": user.guest,
        "is_ultra_restricted": user.guest and user.single_channel,
        "tz": user.time_zone,
        "tz_label": now.tzname(),
        "tz_offset": 0 if offset is None else int(offset.total_seconds()),
    }
