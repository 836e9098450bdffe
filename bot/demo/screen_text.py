"""Messages as a person reads them: the words, line by line, what they are about, and the buttons under them."""

import re
from collections.abc import Iterator, Sequence

from bot.sandbox.client import Block, ShownMessage

_CASE = re.compile(r"\([a-z-]+, ([^()]+)\)$")

_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted", "header", "context"})


def lines(blocks: Sequence[object]) -> list[str]:
    """Return the text of blocks, a line for each of theirs."""
    return [line for block in blocks for line in _lines(block)]


def case_of(card: ShownMessage) -> str | None:
    """The key of the case that a card is about; None where it is no card."""
    found = _CASE.search(card.text)
    return found[1] if found is not None else None


def buttons(message: ShownMessage) -> dict[str, Block]:
    """The buttons of a message, by their action."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {
        str(element["action_id"]): element
        for row in rows
        if isinstance(row, list)
        for element in row
        if isinstance(element, dict)
    }


def _lines(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") in _LINES:
            yield "".join(_words(value))
        else:
            for part in value.values():
                yield from _lines(part)
    elif isinstance(value, list):
        for part in value:
            yield from _lines(part)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") in ("text", "plain_text"):
            yield str(value["text"])
        elif "fallback" in value:
            yield str(value["fallback"])
        else:
            yield from (word for part in value.values() for word in _words(part))
    elif isinstance(value, list):
        yield from (word for part in value for word in _words(part))
