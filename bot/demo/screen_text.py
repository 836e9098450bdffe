"""Blocks as a person reads them: the words, line by line."""

from collections.abc import Iterator, Sequence

_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted", "header", "context"})


def lines(blocks: Sequence[object]) -> list[str]:
    """What blocks say, a line for each of theirs."""
    return [line for block in blocks for line in _lines(block)]


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
