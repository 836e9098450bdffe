"""Direct answers of the app to a person: over a response_url, or with the acknowledgement of a command."""

from pydantic import JsonValue

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
from bot.sandbox.state.sandbox import Sandbox

_FLAGS = ("replace_original", "delete_original")


def reply(sandbox: Sandbox, key: str, body: Object) -> Message | None:
    """Use a response_url once. Raise SlackError; a refused answer uses up nothing."""
    target = sandbox.replies.find(key)
    original = sandbox.history.find(target.channel, target.ts) if target.ts is not None else None
    if original is not None and _is_set(body, "delete_original"):
        sandbox.history.remove(original)
        sandbox.changes.announce()
        target.uses += 1
        return None
    shown: Message
    if original is not None and _is_set(body, "replace_original"):
        change_message(sandbox, original, _content(sandbox, body))
        shown = original
    else:
        shown = show_answer(sandbox, body, user=target.user, channel=target.channel)
    target.uses += 1
    return shown


def show_answer(sandbox: Sandbox, body: Object, *, user: str, channel: str) -> Message:
    """Show an answer to the person alone, unless it asks for the whole channel. Raise SlackError."""
    kind = body.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_response_type")
    sent_with: Object = {name: body[name] for name in ("unfurl_links", "unfurl_media") if name in body}
    return add_message(
        sandbox, channel, _content(sandbox, body), only_for=user if kind == "ephemeral" else None, sent_with=sent_with
    )


def _content(sandbox: Sandbox, body: Object) -> Content:
    text: JsonValue = body.get("text")
    if text is not None and not isinstance(text, str):
        raise SlackError("invalid_payload")
    return Content(
        text=accept_text(text or ""),
        blocks=accept_blocks(sandbox, body.get("blocks")),
        attachments=accept_attachments(sandbox, body.get("attachments")),
        metadata=accept_metadata(body.get("metadata")),
    )


def _is_set(body: Object, name: str) -> bool:
    return body.get(name) in (True, "true", 1, "1")
