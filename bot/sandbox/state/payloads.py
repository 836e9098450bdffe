"""Payloads for the app, as Slack writes them."""

from secrets import token_hex

from pydantic import JsonValue

from bot.sandbox.json import Object, copy
from bot.sandbox.state.fields import HOLDS, initial, kind_of
from bot.sandbox.state.files.sight import file_in_message
from bot.sandbox.state.forms import Spot, Values
from bot.sandbox.state.messages import Message
from bot.sandbox.state.modals import View
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel, User

TOKEN = "verification-sandbox"  # noqa: S105  # Slack's legacy verification token, which nothing here checks


def message_as_json(sandbox: Sandbox, message: Message) -> Object:
    """Return a message as the Web API and payloads show it."""
    shown: Object = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "team": sandbox.workspace.team.id,
        "text": message.content.text,
        "blocks": [copy(block) for block in message.content.blocks],
    }
    if message.bot_id is not None:
        shown |= {"bot_id": message.bot_id, "app_id": sandbox.workspace.app.id}
    if message.content.attachments:
        shown["attachments"] = [copy(attachment) for attachment in message.content.attachments]
    if message.content.metadata is not None:
        shown["metadata"] = copy(message.content.metadata)
    if message.content.files:
        shown |= {"files": [file_in_message(sandbox, id) for id in message.content.files], "upload": False}
    if message.thread_ts is not None:
        shown["thread_ts"] = message.thread_ts
        parent = sandbox.history.find(message.channel, message.thread_ts)
        if parent is not None and parent is not message:
            shown["parent_user_id"] = parent.user
    if message.edited is not None:
        shown["edited"] = {"user": message.user, "ts": message.edited}
    return shown


def values_as_json(values: Values) -> Object:
    return copy({block: dict(states) for block, states in values.items()})


def view_as_json(sandbox: Sandbox, view: View) -> Object:
    """Return a view as the Web API and payloads show it."""
    workspace = sandbox.workspace
    is_home = view.definition.get("type") == "home"
    of_a_modal: Object = {} if is_home else {"submit": None, "close": None}
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **of_a_modal,
        **copy(view.definition),
        "id": view.id,
        "team_id": workspace.team.id,
        "app_installed_team_id": workspace.team.id,
        "app_id": workspace.app.id,
        "bot_id": workspace.app.bot_id,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "hash": view.hash,
        "state": {"values": values_as_json(view.values)},
    }


def _common(sandbox: Sandbox, kind: str, user: User) -> Object:
    team, app = sandbox.workspace.team, sandbox.workspace.app
    acts_in, enterprise = _acts_in(sandbox, user)
    where: Object = {"id": acts_in, "domain": team.domain}
    if enterprise is not None:
        where |= {"enterprise_id": enterprise, "enterprise_name": enterprise.lower()}
    return {
        "type": kind,
        "token": TOKEN,
        "api_app_id": app.id,
        # An app of the whole organisation is told only the organisation.
        "team": None if app.org_wide and user.acts_in is None else where,
        "enterprise": {"id": enterprise, "name": enterprise.lower()} if enterprise is not None else None,
        "is_enterprise_install": app.org_wide,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.home or acts_in},
    }


def _acts_in(sandbox: Sandbox, user: User) -> tuple[str, str | None]:
    """Return the workspace that a person acts in, and its organisation."""
    if user.acts_in is not None:
        return user.acts_in, user.acts_in_enterprise
    return sandbox.workspace.team.id, sandbox.workspace.team.enterprise


def action_as_json(spot: Spot, state: Object | None, stamp: str) -> Object:
    """Return one entry of a payload's `actions`. `state`: present value of the element; None for a button."""
    element = spot.element
    kind = kind_of(element)
    starts = HOLDS[kind][1] if kind in HOLDS else "value"
    action: Object = {"type": kind, "action_id": spot.action_id, "block_id": spot.block_id, "action_ts": stamp}
    for name in ("text", "value", "style", "url", "placeholder", "confirm", starts):
        if name in element:
            action[name] = element[name]
    return copy(action | (state or {}))


def message_action(
    sandbox: Sandbox, user: User, message: Message, channel: Channel, action: Object, values: Values
) -> Object:
    """Return block_actions from a message."""
    payload = _common(sandbox, "block_actions", user) | {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        },
        "trigger_id": sandbox.triggers.give(user.id),
        "channel": _channel_named(channel),
        "state": {"values": values_as_json(values)},
        "response_url": reply_url(sandbox, user, channel, message.ts),
        "actions": [action],
    }
    # Slack does not send the app the content of an ephemeral message.
    if message.only_for is None:
        payload["message"] = message_as_json(sandbox, message)
    return payload


def view_action(sandbox: Sandbox, user: User, view: View, action: Object) -> Object:
    """Return block_actions from a modal, or from a Home tab."""
    return _common(sandbox, "block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": sandbox.triggers.give(user.id),
        "view": view_as_json(sandbox, view),
        "actions": [action],
    }


def message_shortcut(sandbox: Sandbox, user: User, message: Message, channel: Channel, callback_id: str) -> Object:
    """Return the choice of a shortcut in the menu of a message."""
    return _common(sandbox, "message_action", user) | {
        "action_ts": sandbox.stamps.next(),
        "callback_id": callback_id,
        "trigger_id": sandbox.triggers.give(user.id),
        "channel": _channel_named(channel),
        "message_ts": message.ts,
        "message": message_as_json(sandbox, message),
        "response_url": reply_url(sandbox, user, channel, message.ts),
    }


def _channel_named(channel: Channel) -> Object:
    # Slack calls every conversation between two people so.
    return {"id": channel.id, "name": "directmessage" if channel.is_direct else channel.name}


def block_suggestion(sandbox: Sandbox, user: User, view: View, spot: Spot, text: str) -> Object:
    """Return block_suggestion: what a person typed into a menu whose options the app gives."""
    return _common(sandbox, "block_suggestion", user) | {
        "container": {"type": "view", "view_id": view.id},
        "view": view_as_json(sandbox, view),
        "action_id": spot.action_id,
        "block_id": spot.block_id,
        "value": text,
    }


def view_submission(sandbox: Sandbox, user: User, view: View) -> Object:
    return _common(sandbox, "view_submission", user) | {
        "trigger_id": sandbox.triggers.give(user.id),
        "view": view_as_json(sandbox, view),
        "response_urls": [],
    }


def view_closed(sandbox: Sandbox, user: User, view: View, *, cleared: bool) -> Object:
    return _common(sandbox, "view_closed", user) | {"view": view_as_json(sandbox, view), "is_cleared": cleared}


def slash_command(sandbox: Sandbox, user: User, channel: Channel, command: str, text: str) -> Object:
    team, app = sandbox.workspace.team, sandbox.workspace.app
    acts_in, enterprise = _acts_in(sandbox, user)
    of_organisation: Object = {"enterprise_id": enterprise, "enterprise_name": enterprise.lower()} if enterprise else {}
    return {
        "token": TOKEN,
        "team_id": acts_in,
        "team_domain": team.domain,
        **of_organisation,
        "channel_id": channel.id,
        "channel_name": str(_channel_named(channel)["name"]),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "true" if app.org_wide else "false",
        "response_url": reply_url(sandbox, user, channel, None),
        "trigger_id": sandbox.triggers.give(user.id),
    }


def event(sandbox: Sandbox, content: Object) -> Object:
    """Return an event of the Events API."""
    workspace = sandbox.workspace
    authorization: Object = {
        "enterprise_id": workspace.team.enterprise,
        "team_id": workspace.team.id,
        "user_id": workspace.app.user,
        "is_bot": True,
        "is_enterprise_install": workspace.app.org_wide,
    }
    authorizations: list[JsonValue] = [authorization]
    return {
        "token": TOKEN,
        "type": "event_callback",
        "team_id": workspace.team.id,
        "enterprise_id": workspace.team.enterprise,
        "api_app_id": workspace.app.id,
        "event": content,
        "event_id": f"Ev{token_hex(5).upper()}",
        "event_time": int(sandbox.clock()),
        "authorizations": authorizations,
        "is_ext_shared_channel": False,
    }


def reply_url(sandbox: Sandbox, user: User, channel: Channel, ts: str | None) -> str:
    return f"{sandbox.url}/reply/{sandbox.replies.give(user=user.id, channel=channel.id, ts=ts)}"


def holds_something(spot: Spot) -> bool:
    return initial(spot.element) is not None
