"""Rich text, the only place where Slack shows text as it is, without making mentions, links or formatting of it."""

import re
from collections.abc import Mapping, Sequence

from handlers.slack.blocks.parts.columns import is_laid_out, laid_out
from handlers.slack.blocks.parts.drawing import Block
from handlers.texts.pieces import Shown, Time
from handlers.texts.plain import begun, excerpt, in_words
from workflows.engine.text.sanitize import sanitize


def words(text: object, *, bold: bool = False, strike: bool = False, code: bool = False) -> Block:
    """Make text that is shown as it is. Empty text becomes a dash, since Slack refuses it."""
    element: Block = {"type": "text", "text": sanitize(text) or "–"}
    style = {name: True for name, wanted in (("bold", bold), ("strike", strike), ("code", code)) if wanted}
    return element | ({"style": style} if style else {})


def person(by: str) -> Block:
    """Make a person: a Slack user by name, any other actor as recorded. In an update of a message it pings nobody."""
    return {"type": "user", "user_id": by} if is_user(by) else words(by)


def group(name: str) -> Block:
    """Make a user group; where the name is no id, show the name. In a view it pings nobody."""
    is_id = name[:1] == "S" and len(name) > 2 and name.isascii() and name.isalnum() and name.isupper()
    return {"type": "usergroup", "usergroup_id": name} if is_id else words(name)


def channel(name: str) -> Block:
    """Make a link to a channel; where the name is no id, show the name, which is then the fault to see."""
    is_id = name[:1] in ("C", "G", "D") and len(name) > 2 and name.isascii() and name.isalnum() and name.isupper()
    return {"type": "channel", "channel_id": name} if is_id else words(name)


def is_user(by: str) -> bool:
    """Tell whether this actor is a Slack user."""
    return by[:1] in ("U", "W") and len(by) > 2 and by.isascii() and by.isalnum() and by.isupper()


DATES: Mapping[Shown, str] = {Shown.MOMENT: "{date_short_pretty} at {time}", Shown.HOUR: "{time}", Shown.AGO: "{ago}"}
"""Slack's formats of a time, by how it is shown."""


def date(time: Time) -> Block:
    """Make a time, shown in the reader's own time zone."""
    return {
        "type": "date",
        "timestamp": int(time.at.timestamp()),
        "format": DATES[time.shown],
        "fallback": in_words(time.at),
    }


def line(*elements: Block) -> Block:
    """Make a line of text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(text: object) -> Block:
    """Make a quote: text that somebody else wrote, set apart from ours."""
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
    first = begun(text, most)
    more = shown.removeprefix(first).strip()
    return preformatted("\n".join(filter(None, [laid_out(first), more])))


def narrowed(text: str) -> str:
    """A text whose few gaps are made small, so that each row stays one in a modal."""
    return "\n".join(re.sub(r"[ \t]{3,}", "   ", row.strip(" \t")) for row in text.splitlines())


def bullets(lines: Sequence[Block]) -> Block:
    """Make a list of lines."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def rich(*pieces: Block) -> Block:
    """Make a block of lines, lists and quotes."""
    return {"type": "rich_text", "elements": list(pieces)}
