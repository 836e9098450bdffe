"""Messages that a person types, and the shortcuts in the menu of a message."""

from collections.abc import Sequence
from secrets import token_hex

from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object
from bot.sandbox.people.commands import escaped
from bot.sandbox.people.events import tell
from bot.sandbox.people.files import own_file
from bot.sandbox.people.outcomes import Outcome, told
from bot.sandbox.people.sight import find_channel, find_message, find_person
from bot.sandbox.state.messages import Content, Message
from bot.sandbox.state.new_messages import share
from bot.sandbox.state.payloads import message_as_json, message_shortcut
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel

LONGEST = 12_000
"""Characters that one can type."""
MOST_FILES = 10
"""Files of one message."""
_SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


async def say(
    sandbox: Sandbox,
    user_id: str,
    channel_id: str,
    text: str,
    *,
    thread_ts: str | None = None,
    files: Sequence[str] = (),
) -> Outcome:
    """Type a message into a channel, a thread or the app's direct messages; the app is told. Raise NotPossible.

    `files`: ids of files that the person uploaded; a message with files needs no text.
    """
    user = find_person(sandbox, user_id)
    channel = find_channel(sandbox, user, channel_id)
    if channel.archived:
        raise NotPossible(409, f"{channel.id} is archived")
    if not (text.strip() or files) or len(text) > LONGEST:
        raise NotPossible(409, f"a message has 1 to {LONGEST} characters")
    if len(files) > MOST_FILES:
        raise NotPossible(409, f"a message has no more than {MOST_FILES} files")
    for id in files:
        own_file(sandbox, user, id)
    if thread_ts is not None and find_message(sandbox, user, channel, thread_ts).only_for is not None:
        raise NotPossible(409, "a message that only one person sees has no thread")
    message = Message(
        ts=sandbox.stamps.next(),
        channel=channel.id,
        content=Content(text=escaped(text.strip(), sandbox.workspace), files=[*files]),
        user=user.id,
        thread_ts=thread_ts,
        sent_with={"client_msg_id": token_hex(16)},
    )
    sandbox.history.add(message)
    share(sandbox, message)
    sandbox.changes.announce()
    if sandbox.workspace.app.user not in channel.members:
        return told(None, outcome="said", message=message_as_json(sandbox, message))
    shown = message_as_json(sandbox, message)
    about = _event(message, channel, shown)
    if files:
        about["subtype"] = "file_share"
    outcome = await tell(sandbox, about, subscription=_SUBSCRIPTION[channel.kind])
    for id in files:
        await tell(sandbox, _file_shared(sandbox, message, id))
    return {**outcome, "message": shown}


async def rewrite(sandbox: Sandbox, user_id: str, channel_id: str, ts: str, text: str) -> Outcome:
    """Edit a message that the person wrote; the app is told. Raise NotPossible."""
    channel, message = _own(sandbox, user_id, channel_id, ts)
    if not text.strip() or len(text) > LONGEST:
        raise NotPossible(409, f"a message has 1 to {LONGEST} characters")
    before = message_as_json(sandbox, message)
    message.content = Content(text=escaped(text.strip(), sandbox.workspace), files=message.content.files)
    message.edited = sandbox.stamps.next()
    sandbox.changes.announce()
    shown = message_as_json(sandbox, message)
    changed: Object = {"subtype": "message_changed", "message": shown, "previous_message": before}
    return {**await _tell_change(sandbox, channel, changed), "message": shown}


async def withdraw(sandbox: Sandbox, user_id: str, channel_id: str, ts: str) -> Outcome:
    """Delete a message that the person wrote; the app is told. Raise NotPossible."""
    channel, message = _own(sandbox, user_id, channel_id, ts)
    before = message_as_json(sandbox, message)
    sandbox.history.remove(message)
    sandbox.changes.announce()
    gone: Object = {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": before}
    return await _tell_change(sandbox, channel, gone)


async def join(sandbox: Sandbox, user_id: str, channel_id: str) -> Outcome:
    """Say in a channel that the person joined it, as Slack does; the app is told. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    channel = find_channel(sandbox, user, channel_id)
    joined: Object = {
        "type": "message",
        "subtype": "channel_join",
        "user": user.id,
        "text": f"<@{user.id}> has joined the channel",
        "ts": sandbox.stamps.next(),
    }
    return await _tell_change(sandbox, channel, joined)


async def choose_shortcut(sandbox: Sandbox, user_id: str, channel_id: str, ts: str, callback_id: str) -> Outcome:
    """Choose a shortcut in the menu of a message. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    channel = find_channel(sandbox, user, channel_id)
    message = find_message(sandbox, user, channel, ts)
    if message.only_for is not None:
        raise NotPossible(409, "a message that only one person sees has no menu")
    if not any(one.callback_id == callback_id for one in sandbox.workspace.app.shortcuts):
        raise NotPossible(409, f"the app has no shortcut {callback_id[:100]!r}")
    payload = message_shortcut(sandbox, user, message, channel, callback_id)
    return told(await sandbox.deliver("interactive", payload))


def _own(sandbox: Sandbox, user_id: str, channel_id: str, ts: str) -> tuple[Channel, Message]:
    """Return a message that a person wrote themselves, and its channel. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    channel = find_channel(sandbox, user, channel_id)
    message = find_message(sandbox, user, channel, ts)
    if message.user != user.id:
        raise NotPossible(409, "only its author changes a message")
    return channel, message


async def _tell_change(sandbox: Sandbox, channel: Channel, change: Object) -> Outcome:
    """Tell the app what became of a message, where it is in the channel."""
    if sandbox.workspace.app.user not in channel.members:
        return told(None, outcome="said")
    stamp = sandbox.stamps.next()
    about: Object = {
        "type": "message",
        "ts": stamp,
        "channel": channel.id,
        "channel_type": channel.kind,
        "event_ts": stamp,
    }
    return await tell(sandbox, about | change, subscription=_SUBSCRIPTION[channel.kind])


def _file_shared(sandbox: Sandbox, message: Message, id: str) -> Object:
    return {
        "type": "file_shared",
        "channel_id": message.channel,
        "file_id": id,
        "user_id": message.user,
        "file": {"id": id},
        "event_ts": sandbox.stamps.next(),
    }


def _event(message: Message, channel: Channel, shown: Object) -> Object:
    return {
        **shown,
        "client_msg_id": message.sent_with["client_msg_id"],
        "channel": channel.id,
        "channel_type": channel.kind,
        "event_ts": message.ts,
    }
