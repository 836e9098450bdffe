"""conversations.history and conversations.replies"""

import re
from base64 import b64decode, b64encode
from binascii import Error
from decimal import Decimal

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.messages import Message
from bot.sandbox.state.payloads import message_as_json
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.arguments import Arguments
from bot.sandbox.web_api.lookups import visible_channel
from bot.sandbox.web_api.scopes import check_history

PAGE = 100
LARGEST_PAGE = 999
_STAMP = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_CURSOR = "next_ts:"


def conversations_history(sandbox: Sandbox, arguments: Arguments) -> Object:
    """Return the newest messages first, without ephemeral ones and without replies that are only in a thread."""
    channel = visible_channel(sandbox, arguments)
    check_history(sandbox, channel)
    if sandbox.workspace.app.user not in channel.members:
        raise SlackError("not_in_channel")
    size = arguments.whole("limit", otherwise=PAGE, most=LARGEST_PAGE)
    oldest = _stamp(arguments.text("oldest") or "0", otherwise="invalid_ts_oldest")
    latest = _stamp(arguments.text("latest") or "999999999999", otherwise="invalid_ts_latest")
    bounds = (oldest, latest) if arguments.flag("inclusive") else ()
    start = _read_cursor(arguments.text("cursor")) or latest
    left = [
        message
        for message in reversed(sandbox.history.of(channel.id))
        if _is_in_channel(message)
        and Decimal(message.ts) <= start
        and (oldest < Decimal(message.ts) < latest or Decimal(message.ts) in bounds)
    ]
    shown: list[JsonValue] = [
        _shown(sandbox, message, with_metadata=arguments.flag("include_all_metadata")) for message in left[:size]
    ]
    following = left[size].ts if len(left) > size else None
    return {
        "messages": shown,
        "has_more": following is not None,
        "pin_count": 0,
        "response_metadata": {"next_cursor": _write_cursor(following) if following else ""},
    }


def conversations_replies(sandbox: Sandbox, arguments: Arguments) -> Object:
    """Return a message and the replies in its thread, oldest first, without ephemeral ones."""
    channel = visible_channel(sandbox, arguments)
    check_history(sandbox, channel)
    if sandbox.workspace.app.user not in channel.members:
        raise SlackError("not_in_channel")
    ts = arguments.needed("ts")
    public = [message for message in sandbox.history.of(channel.id) if message.only_for is None]
    named = next((message for message in public if message.ts == ts), None)
    if named is None:
        raise SlackError("thread_not_found")
    parent = named.thread_ts or named.ts
    size = arguments.whole("limit", otherwise=PAGE, most=LARGEST_PAGE)
    start = _read_cursor(arguments.text("cursor")) or Decimal(0)
    oldest = _stamp(arguments.text("oldest") or "0", otherwise="invalid_ts_oldest")
    # The parent is on every page, as Slack has it.
    replies = [
        message
        for message in public
        if message.thread_ts == parent != message.ts and Decimal(message.ts) >= start and Decimal(message.ts) > oldest
    ]
    parents = [message for message in public if message.ts == parent]
    shown: list[JsonValue] = [
        _shown(sandbox, message, with_metadata=arguments.flag("include_all_metadata"))
        for message in [*parents, *replies[:size]]
    ]
    following = replies[size].ts if len(replies) > size else None
    return {
        "messages": shown,
        "has_more": following is not None,
        "response_metadata": {"next_cursor": _write_cursor(following) if following else ""},
    }


def _is_in_channel(message: Message) -> bool:
    if message.only_for is not None:
        return False
    return message.thread_ts in (None, message.ts) or message.sent_with.get("reply_broadcast") in (True, "true", 1, "1")


def _stamp(text: str, *, otherwise: str) -> Decimal:
    if not _STAMP.fullmatch(text):
        raise SlackError(otherwise)
    return Decimal(text)


def _shown(sandbox: Sandbox, message: Message, *, with_metadata: bool) -> Object:
    shown = message_as_json(sandbox, message)
    return shown if with_metadata else {name: value for name, value in shown.items() if name != "metadata"}


def _write_cursor(ts: str) -> str:
    # A cursor names a message, as Slack's does, so that a post between two pages moves neither.
    return b64encode(f"{_CURSOR}{ts.replace('.', '')}".encode()).decode()


def _read_cursor(cursor: str) -> Decimal | None:
    if not cursor:
        return None
    try:
        named = b64decode(cursor, validate=True).decode()
    except (Error, ValueError):
        raise SlackError("invalid_cursor") from None
    digits = named.removeprefix(_CURSOR)
    if digits == named or not re.fullmatch(r"[0-9]{7,18}", digits):
        raise SlackError("invalid_cursor")
    return Decimal(f"{digits[:-6]}.{digits[-6:]}")
