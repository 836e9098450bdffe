"""The acts of an administrator of the workspace."""

from pydantic import ValidationError

from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object
from bot.sandbox.people.events import send_event, tell
from bot.sandbox.people.outcomes import Outcome, told
from bot.sandbox.people.sight import find_person
from bot.sandbox.state.guide import Guide
from bot.sandbox.state.payloads import view_as_json
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel, User


async def set_group(sandbox: Sandbox, id: str, members: list[str]) -> Outcome:
    """Change the members of a group; the app is told. Raise NotPossible."""
    group = sandbox.workspace.group(id)
    if group is None:
        raise NotPossible(404, f"there is no group {id[:50]!r}")
    for member in members:
        find_person(sandbox, member)
    before, after = set(group.members), set(members)
    group.members = list(dict.fromkeys(members))
    sandbox.changes.announce()
    if before == after:
        return told(None, outcome="done")
    stamp = int(sandbox.clock())
    changed: Object = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": sandbox.workspace.team.id,
        "date_previous_update": stamp,
        "date_update": stamp,
        "added_users": [*sorted(after - before)],
        "added_users_count": len(after - before),
        "removed_users": [*sorted(before - after)],
        "removed_users_count": len(before - after),
        "event_ts": sandbox.stamps.next(),
    }
    return await tell(sandbox, changed, outcome="done")


def set_disabled(sandbox: Sandbox, id: str, *, disabled: bool) -> None:
    """Disable a group, or enable it again. Raise NotPossible."""
    group = sandbox.workspace.group(id)
    if group is None:
        raise NotPossible(404, f"there is no group {id[:50]!r}")
    group.disabled = disabled
    sandbox.changes.announce()


def set_guide(sandbox: Sandbox, guide: Guide) -> None:
    """Have the page say something else that one can try."""
    sandbox.guide = guide
    sandbox.changes.announce()


async def open_home(sandbox: Sandbox, user_id: str) -> Outcome:
    """Open the app's Home tab as a person; the app is told. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    if not sandbox.workspace.app.home:
        raise NotPossible(409, "the app has no Home tab")
    view = sandbox.homes.of(user.id)
    opened: Object = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": sandbox.workspace.direct(user.id).id,
        "tab": "home",
        "event_ts": sandbox.stamps.next(),
    }
    return await tell(sandbox, opened | ({"view": view_as_json(sandbox, view)} if view is not None else {}))


def change_user(sandbox: Sandbox, user_id: str, changes: Object) -> None:
    """Make somebody a guest, or change their time zone, their status or their notifications. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    try:
        changed = User.model_validate(user.model_dump() | changes)
    except ValidationError:
        raise NotPossible(400, f"{user.id} cannot be changed so") from None
    users = sandbox.workspace.users
    users[users.index(user)] = changed
    sandbox.changes.announce()


def delete_message(sandbox: Sandbox, channel_id: str, ts: str) -> None:
    message = sandbox.history.find(_channel(sandbox, channel_id).id, ts)
    if message is None:
        raise NotPossible(404, f"there is no message {ts[:50]!r}")
    sandbox.history.remove(message)
    sandbox.changes.announce()


def set_archived(sandbox: Sandbox, channel_id: str, *, archived: bool) -> None:
    _channel(sandbox, channel_id).archived = archived
    sandbox.changes.announce()


def set_bot_in(sandbox: Sandbox, channel_id: str, *, present: bool) -> None:
    channel, bot = _channel(sandbox, channel_id), sandbox.workspace.app.user
    channel.members = [one for one in channel.members if one != bot] + ([bot] if present else [])
    sandbox.changes.announce()


def set_scopes(sandbox: Sandbox, scopes: list[str]) -> None:
    """Set the scopes that the app has, as if it was installed with them."""
    sandbox.workspace.app.scopes = list(dict.fromkeys(scopes))
    sandbox.changes.announce()


def deactivate_user(sandbox: Sandbox, user_id: str) -> None:
    """Sign a person out for good, of channels, groups and open modals."""
    user = find_person(sandbox, user_id)
    user.deactivated = True
    for channel in sandbox.workspace.channels:
        channel.members = [one for one in channel.members if one != user.id]
    for group in sandbox.workspace.groups:
        group.members = [one for one in group.members if one != user.id]
    sandbox.modals.clear(user.id)
    sandbox.changes.announce()


def _channel(sandbox: Sandbox, id: str) -> Channel:
    channel = sandbox.workspace.channel(id)
    if channel is None:
        raise NotPossible(404, f"there is no channel {id[:50]!r}")
    return channel


async def remove_app(sandbox: Sandbox) -> Outcome:
    """Remove the app from the workspace; its token is revoked, and the app is told. Raise NotPossible."""
    if sandbox.bot_token_revoked:
        raise NotPossible(409, "the app is not installed")
    sandbox.bot_token_revoked = True
    sandbox.changes.announce()
    return await removed(sandbox, uninstalled=True)


async def removed(sandbox: Sandbox, *, uninstalled: bool) -> Outcome:
    """Tell the app that its token was revoked, and where it was uninstalled that, too."""
    outcome = await send_event(sandbox, "tokens_revoked")
    return await send_event(sandbox, "app_uninstalled") if uninstalled else outcome


async def set_request_url(sandbox: Sandbox, url: str | None) -> Outcome:
    """Send the app everything over HTTP from now on; None: over sockets. Raise NotPossible for another machine.

    As in Slack, an address that does not answer a challenge is not taken.
    """
    before = sandbox.request_url.url
    sandbox.request_url.set(url)
    sandbox.changes.announce()
    if url is None:
        return told(None, outcome="done")
    delivery = await sandbox.request_url.answers_challenge(seconds=sandbox.sockets.ack_seconds)
    if not delivery.acknowledged:
        sandbox.request_url.set(before)
    return told(delivery)
