"""New messages: the limits on their content, and the people that they ping."""

from pydantic import JsonValue

from bot.sandbox.blocks import mentions
from bot.sandbox.blocks.documents import accept_message_blocks
from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object, copy, length, objects
from bot.sandbox.state.files.sight import check_pictures
from bot.sandbox.state.messages import Content, Message
from bot.sandbox.state.sandbox import Sandbox
from handlers.slack import limits

ATTACHMENTS = 100


def accept_text(text: str) -> str:
    """Return a text. Raise SlackError for one that is too long."""
    if len(text) > limits.MESSAGE_TEXT:
        raise SlackError("msg_too_long")
    return text


def accept_attachments(sandbox: Sandbox, attachments: JsonValue) -> list[Object]:
    """Return attachments. Raise SlackError. Only their blocks are checked, since new code should not use the rest."""
    if attachments is None:
        return []
    if not isinstance(attachments, list) or len(objects(attachments)) != len(attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS:
        raise SlackError("too_many_attachments")
    return [
        {**copy(attachment), "blocks": [*_blocks(sandbox, attachment["blocks"])]}
        if "blocks" in attachment
        else copy(attachment)
        for attachment in objects(attachments)
    ]


def accept_metadata(metadata: JsonValue) -> Object | None:
    """Return a text. Raise SlackError for one that is too long."""
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if (
        set(metadata) - {"event_type", "event_payload", "entities"}
        or not isinstance(metadata.get("event_type"), str)
        or not metadata["event_type"]
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_schema")
    if length(metadata) > limits.METADATA_JSON:
        raise SlackError("metadata_too_large")
    return copy(metadata)


def accept_blocks(sandbox: Sandbox, blocks: JsonValue) -> list[Object]:
    """Return blocks as Slack keeps them. Raise SlackError."""
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    return _blocks(sandbox, blocks)


def _blocks(sandbox: Sandbox, blocks: JsonValue) -> list[Object]:
    accepted = accept_message_blocks(blocks)
    check_pictures(sandbox, blocks, "/blocks", code="invalid_blocks")
    return accepted


def add_message(
    sandbox: Sandbox,
    channel: str,
    content: Content,
    *,
    only_for: str | None = None,
    thread_ts: str | None = None,
    sent_with: Object | None = None,
) -> Message:
    """Show a message of the app. Raise SlackError if it is empty."""
    if content.is_empty():
        raise SlackError("no_text")
    app = sandbox.workspace.app
    message = Message(
        ts=sandbox.stamps.next(),
        channel=channel,
        content=content,
        user=app.user,
        bot_id=app.bot_id,
        only_for=only_for,
        thread_ts=thread_ts,
        sent_with=sent_with or {},
    )
    message.mentions = _pinged(sandbox, message)
    share(sandbox, message)
    sandbox.history.add(message)
    sandbox.changes.announce()
    return message


def share(sandbox: Sandbox, message: Message) -> None:
    """Make the files of a message readable where it stands."""
    for id in message.content.files:
        file = sandbox.files.any(id)
        if file is not None and message.channel not in file.channels:
            file.channels.append(message.channel)


def change_message(sandbox: Sandbox, message: Message, content: Content) -> None:
    """Replace the content of a message; that pings nobody. Raise SlackError if it is empty."""
    if content.is_empty():
        raise SlackError("no_text")
    message.content = content
    message.edited = sandbox.stamps.next()
    message.chosen = {}
    sandbox.changes.announce()


def _pinged(sandbox: Sandbox, message: Message) -> list[str]:
    content = message.content
    blocks: list[JsonValue] = [*content.blocks, *content.attachments]
    found = [*mentions.in_text(content.text), *mentions.in_blocks(blocks)]
    if message.sent_with.get("link_names") in (True, 1, "1", "true") or message.sent_with.get("parse") == "full":
        users = {user.name: user.id for user in sandbox.workspace.users}
        groups = {group.handle: group.id for group in sandbox.workspace.groups}
        ids = users | groups
        found += [ids.get(name, name) for name in mentions.in_linked_names(content.text, ids)]
    return list(dict.fromkeys(found))
