"""The blocks and elements that messages and modals are made of."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.drawing import Block
from workflows.engine.text.sanitize import one_line


def label(text: object, length: int) -> Block:
    """Make plain text on one line, as buttons, titles and options need it."""
    return {"type": "plain_text", "text": one_line(text, length) or "–", "emoji": False}


def header(text: object) -> Block:
    """Make a heading."""
    return {"type": "header", "text": label(text, limits.HEADER_TEXT)}


def small_print(*texts: object) -> Block:
    """Make a line of small grey text, with one part for each text."""
    return {"type": "context", "elements": [label(text, limits.SECTION_FIELD) for text in texts]}


def divider() -> Block:
    """Make a horizontal line."""
    return {"type": "divider"}


def button(
    text: str, *, action: str, value: str, says: str, style: str | None = None, confirm: Block | None = None
) -> Block:
    """Make a button. `says`: the words for a screen reader, which also name its subject."""
    made: Block = {
        "type": "button",
        "action_id": action,
        "text": label(text, limits.BUTTON_TEXT),
        "value": value,
        "accessibility_label": one_line(says, limits.ACCESSIBILITY_LABEL),
    }
    return made | ({"style": style} if style else {}) | ({"confirm": confirm} if confirm else {})


def confirm(title: str, text: str, *, yes: str, no: str) -> Block:
    """Make a question to confirm before a press counts."""
    return {
        "title": label(title, limits.CONFIRM_TITLE),
        "text": label(text, limits.CONFIRM_TEXT),
        "confirm": label(yes, limits.CONFIRM_BUTTON),
        "deny": label(no, limits.CONFIRM_BUTTON),
    }


def actions(block_id: str, buttons: Sequence[Block]) -> Block:
    """Make a row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(buttons)}


def option(text: object, value: str) -> Block:
    """Make one option of several to choose from."""
    return {"text": label(text, limits.OPTION_TEXT), "value": value}
