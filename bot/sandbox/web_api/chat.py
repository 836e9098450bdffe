"""chat.*"""

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.messages import Content, Message
from bot.sandbox.state.new_messages import (
    accept_attachments,
    accept_blocks,
    accept_metadata,
    accept_text,
    add_message,
    change_message,
)
from bot.sandbox.state.payloads import message_as_json
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel
from bot.sandbox.web_api.arguments import Arguments

KEPT_AS_SENT = (
    "unfurl_links",
    "unfurl_media",
    "parse",
    "link_names",
    "mrkdwn",
    "client_msg_id",
    "username",
    "icon_emoji",
    "icon_url",
    "reply_broadcast",
)


def open_channel(sandbox: Sandbox, arguments: Arguments) -> Channel:
    """Return the channel that the bot may write to; a user id means direct messages. Raise SlackError."""
    named = arguments.needed("channel")
    person = sandbox.workspace.user(named)
    if person is not None and not person.bot and not person.deactivated:
        return sandbox.workspace.direct(person.id)
    channel = sandbox.workspace.channel(named)
    if channel is None or (channel.private and sandbox.workspace.app.user not in channel.members):
        raise SlackError("channel_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if sandbox.workspace.app.user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def post_message(sandbox: Sandbox, arguments: Arguments) -> Object:
    """chat.postMessage"""
    channel = open_channel(sandbox, arguments)
    message = add_message(
        sandbox,
        channel.id,
        _content(sandbox, arguments, metadata=_metadata(arguments)),
        thread_ts=_thread(sandbox, channel, arguments),
        sent_with=arguments.as_sent(*KEPT_AS_SENT),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message_as_json(sandbox, message)}


def post_ephemeral(sandbox: Sandbox, arguments: Arguments) -> Object:
    """chat.postEphemeral"""
    channel = open_channel(sandbox, arguments)
    user = arguments.needed("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = add_message(
        sandbox,
        channel.id,
        _content(sandbox, arguments, metadata=_metadata(arguments)),
        only_for=user,
        thread_ts=_thread(sandbox, channel, arguments),
        sent_with=arguments.as_sent(*KEPT_AS_SENT),
    )
    return {"message_ts": message.ts}


def update(sandbox: Sandbox, arguments: Arguments) -> Object:
    """Answer chat.update.

    Text without blocks removes the blocks. Attachments and metadata stay unless others, or none, are given.
    """
    channel = open_channel(sandbox, arguments)
    message = _own(sandbox, channel, arguments, otherwise="cant_update_message")
    if not any(name in arguments for name in ("text", "blocks", "attachments")):
        raise SlackError("no_text")
    kept = message.content
    sent = _content(sandbox, arguments, metadata=_new_metadata(arguments, kept.metadata))
    content = Content(
        text=sent.text if "text" in arguments or "blocks" in arguments else kept.text,
        blocks=sent.blocks if "text" in arguments or "blocks" in arguments else kept.blocks,
        attachments=sent.attachments if "attachments" in arguments else kept.attachments,
        metadata=sent.metadata,
        files=kept.files,
    )
    change_message(sandbox, message, content)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": content.text,
        "message": message_as_json(sandbox, message),
    }


def delete(sandbox: Sandbox, arguments: Arguments) -> Object:
    """chat.delete"""
    channel = open_channel(sandbox, arguments)
    message = _own(sandbox, channel, arguments, otherwise="cant_delete_message")
    sandbox.history.remove(message)
    sandbox.changes.announce()
    return {"channel": channel.id, "ts": message.ts}


def _content(sandbox: Sandbox, arguments: Arguments, *, metadata: Object | None) -> Content:
    return Content(
        text=accept_text(arguments.text("text")),
        blocks=accept_blocks(sandbox, arguments.value("blocks", otherwise="invalid_blocks_format")),
        attachments=accept_attachments(sandbox, arguments.value("attachments", otherwise="invalid_attachments")),
        metadata=metadata,
    )


def _metadata(arguments: Arguments) -> Object | None:
    return accept_metadata(arguments.value("metadata", otherwise="invalid_metadata_format"))


def _new_metadata(arguments: Arguments, kept: Object | None) -> Object | None:
    given = arguments.value("metadata", otherwise="invalid_metadata_format")
    if given is None:
        return kept
    return None if given == {} else accept_metadata(given)


def _own(sandbox: Sandbox, channel: Channel, arguments: Arguments, *, otherwise: str) -> Message:
    message = sandbox.history.public(channel.id, arguments.needed("ts"))
    if message.bot_id != sandbox.workspace.app.bot_id:
        raise SlackError(otherwise)
    return message


def _thread(sandbox: Sandbox, channel: Channel, arguments: Arguments) -> str | None:
    named = arguments.text("thread_ts")
    if not named:
        return None
    if sandbox.history.find(channel.id, named) is None:
        raise SlackError("invalid_thread_ts")
    return named
