"""The view of a person: the channels, messages and modals that they see."""

from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object
from bot.sandbox.state.messages import Message
from bot.sandbox.state.modals import View
from bot.sandbox.state.payloads import message_as_json, values_as_json, view_as_json
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel, User

_OF_A_VIEW = ("id", "type", "callback_id", "title", "submit", "close", "blocks", "private_metadata", "hash")


def find_person(sandbox: Sandbox, id: str) -> User:
    """Return a person. Raise NotPossible for a stranger, a bot, or somebody who can no longer sign in."""
    user = sandbox.workspace.user(id)
    if user is None:
        raise NotPossible(404, f"there is no user {id[:50]!r}")
    if user.deactivated or user.bot:
        raise NotPossible(403, f"{user.id} cannot sign in")
    return user


def find_channel(sandbox: Sandbox, user: User, id: str) -> Channel:
    """Return a channel that a person is in. Raise NotPossible for any other."""
    # Everybody may begin direct messages with the app.
    channel = sandbox.workspace.direct(user.id) if id == f"D{user.id[1:]}" else sandbox.workspace.channel(id)
    if channel is None:
        raise NotPossible(404, f"there is no channel {id[:50]!r}")
    if user.id not in channel.members:
        raise NotPossible(403, f"{user.id} is not in {channel.id}")
    return channel


def find_message(sandbox: Sandbox, user: User, channel: Channel, ts: str) -> Message:
    """Return a message that a person sees. Raise NotPossible for any other."""
    message = sandbox.history.find(channel.id, ts)
    if message is None or not message.visible_to(user.id):
        raise NotPossible(409, f"{user.id} sees no message {ts[:50]!r} in {channel.id}")
    return message


def top_view(sandbox: Sandbox, user: User) -> View:
    """Return the visible modal. Raise NotPossible if none is open."""
    view = sandbox.modals.top(user.id)
    if view is None:
        raise NotPossible(409, f"{user.id} has no modal open")
    return view


def find_home(sandbox: Sandbox, user: User) -> View:
    """Return the view of a person's Home tab. Raise NotPossible if the app published none."""
    view = sandbox.homes.of(user.id)
    if view is None:
        raise NotPossible(409, f"the app shows {user.id} no Home tab")
    return view


def messages_seen(sandbox: Sandbox, user: User, channel: Channel) -> list[Object]:
    """Return the messages of a channel that a person sees, oldest first."""
    return [message_seen(sandbox, message) for message in sandbox.history.of(channel.id) if message.visible_to(user.id)]


def message_seen(sandbox: Sandbox, message: Message) -> Object:
    """Return a message as people see it."""
    return {
        **message.sent_with,
        **message_as_json(sandbox, message),
        "attachments": [*message.content.attachments],
        "metadata": message.content.metadata,
        "edited": message.edited is not None,
        "ephemeral": message.only_for is not None,
        "mentions": [*message.mentions],
    }


def views_seen(sandbox: Sandbox, user: User) -> list[Object]:
    """Return the open modals, the visible one last."""
    return [_view_seen(sandbox, view) for view in sandbox.modals.of(user.id)]


def home_seen(sandbox: Sandbox, user: User) -> Object | None:
    """Return the Home tab; None where the app published none."""
    view = sandbox.homes.of(user.id)
    return _view_seen(sandbox, view) if view is not None else None


def _view_seen(sandbox: Sandbox, view: View) -> Object:
    return {
        **{name: value for name, value in view_as_json(sandbox, view).items() if name in _OF_A_VIEW},
        "errors": dict(view.errors),
        "values": values_as_json(view.values),
    }
