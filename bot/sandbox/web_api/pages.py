"""Pages of a list, each with a cursor for the next one."""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.web_api.arguments import Arguments

PAGE = 100
LARGEST_PAGE = 1_000


def page(name: str, items: Sequence[JsonValue], arguments: Arguments) -> Object:
    """Return the page that the arguments ask for. Raise SlackError for a cursor that is none."""
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
