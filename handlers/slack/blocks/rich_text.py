"""Rich text: the one place where Slack shows text exactly as it is, with no mention, link or formatting made of it."""

import re
from collections.abc import Sequence
from datetime import datetime

from handlers.slack.blocks.columns import is_laid_out, laid_out
from handlers.slack.blocks.drawing import Block
from handlers.texts.plain import excerpt, in_words
from workflows.engine.text.sanitize import sanitize


def words(text: object, *, bold: bool = False, strike: bool = False, code: bool = False) -> Block:
    """Text, shown as it is. Empty text shows as a dash, since Slack refuses it."""
    element: Block = {"type": "text", "text": sanitize(text) or "–"}
    style = {name: True for name, wanted in (("bold", bold), ("strike", strike), ("code", code)) if wanted}
    return element | ({"style": style} if style else {})


def person(by: str) -> Block:
    """Who did something: a Slack user by name, anybody else as recorded. In an update of a message it pings nobody."""
    return {"type": "user", "user_id": by} if is_user(by) else words(by)


def channel(name: str) -> Block:
    """A channel, as a link to it; by name where it has no id, which is then what is wrong with it."""
    is_id = name[:1] in ("C", "G", "D") and len(name) > 2 and name.isascii() and name.isalnum() and name.isupper()
    return {"type": "channel", "channel_id": name} if is_id else words(name)


def is_user(by: str) -> bool:
    """Is this actor a Slack user?"""
    return by[:1] in ("U", "W") and len(by) > 2 and by.isascii() and by.isalnum() and by.isupper()


def moment(time: datetime) -> Block:
    """A time in the reader's own time zone."""
    return {
        "type": "date",
        "timestamp": int(time.timestamp()),
        "format": "{date_short_pretty} at {time}",
        "fallback": in_words(time),
    }


def hour(time: datetime) -> Block:
    """A time of the next hours in the reader's own time zone, without its date."""
    return {"type": "date", "timestamp": int(time.timestamp()), "format": "{time}", "fallback": in_words(time)}


def ago(time: datetime) -> Block:
    """How long ago a time is, as the reader sees it."""
    return {"type": "date", "timestamp": int(time.timestamp()), "format": "{ago}", "fallback": in_words(time)}


def line(*elements: Block) -> Block:
    """A line of text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(text: object) -> Block:
    """Text that somebody else wrote, set apart from ours."""
    return {"type": "rich_text_quote", "elements": [words(text)]}


def preformatted(text: object) -> Block:
    """Text in letters of one width."""
    return {"type": "rich_text_preformatted", "elements": [words(text)]}


def as_written(text: str, *, most: int) -> Block:
    """The beginning of a text that somebody else wrote, its columns below each other where it was laid out with spaces,
    as a table is. `most`: its characters.
    """
    shown = excerpt(text, most)
    if not is_laid_out(shown):
        return quote(shown)
    begun = sanitize(text).strip()[:most].rstrip()
    more = shown.removeprefix(begun).strip()
    return preformatted("\n".join(filter(None, [laid_out(begun), more])))


def narrowed(text: str) -> str:
    """A text whose few gaps are made small, so that each row stays one in a modal."""
    return "\n".join(re.sub(r"[ \t]{3,}", "   ", row.strip(" \t")) for row in text.splitlines())


def bullets(lines: Sequence[Block]) -> Block:
    """A list of lines."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def rich(*pieces: Block) -> Block:
    """A block of lines, lists and quotes."""
    return {"type": "rich_text", "elements": list(pieces)}
