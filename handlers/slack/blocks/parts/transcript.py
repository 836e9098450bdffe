"""A message as plain text: all that its blocks say, a line for each line, for whoever cannot see it drawn."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from handlers.slack.blocks.parts.drawing import Block


def transcript(blocks: Sequence[Block]) -> str:
    """Return what blocks say. A quote begins with `> `, a point of a list with `- `; buttons stand in brackets."""
    return "\n".join(line.rstrip() for block in blocks for line in _lines(block))


def _lines(block: Mapping[str, object]) -> Iterator[str]:
    match block.get("type"):
        case "rich_text" | "rich_text_list":
            mark = "- " if block["type"] == "rich_text_list" else ""
            for piece in _parts(block, "elements"):
                yield from (f"{mark}{line}" for line in _lines(piece))
        case "rich_text_quote" | "rich_text_preformatted":
            yield from (f"> {line}" for line in _said(block).split("\n"))
        case "actions":
            yield " ".join(f"[{_named(button)}]" for button in _parts(block, "elements"))
        case "section":
            press = block.get("accessory")
            beside = f" [{_named(press)}]" if isinstance(press, Mapping) else ""
            yield f"{without_marks(_said(block))}{beside}"
        case "context":
            yield from (_said(part) for part in _parts(block, "elements"))
        case _:
            yield from _said(block).split("\n")


def _named(element: Mapping[str, object]) -> str:
    """Return the words on a button, or the choices in a menu."""
    if element.get("type") != "overflow":
        return _said(element)
    return " | ".join(_said(option) for option in _parts(element, "options"))


def without_marks(text: str) -> str:
    """Return a text as it reads without Slack's own marks: bold, people and times."""
    for mark, plain in _MARKS.items():
        text = re.sub(mark, plain, text)
    return html.unescape(text)


_MARKS = {r"<!date[^|>]*[|]([^>]*)>": r"\1", r"<(@[A-Z0-9]+)>": r"\1", r"[*]([^*]+)[*]": r"\1"}


def _said(part: Mapping[str, object]) -> str:
    """Return the text of a piece, or of all pieces in it."""
    match part.get("type"):
        case "user":
            return f"@{part['user_id']}"
        case "date":
            return str(part["fallback"])
    text = part.get("text")
    if isinstance(text, Mapping):
        return _said(text)
    if text is not None:
        style = part.get("style")
        return f"~{text}~" if isinstance(style, Mapping) and style.get("strike") else str(text)
    return "".join(map(_said, _parts(part, "elements")))


def _parts(block: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    parts = block.get(name)
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
