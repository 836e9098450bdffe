"""The blocks and elements that messages and modals are made of."""

from collections.abc import Mapping, Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block
from handlers.texts.buttons import Button, Question
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


def button(names: Button, *, action: str, value: str, style: str | None = None) -> Block:
    """Make a button, with its question if it asks one."""
    made: Block = {
        "type": "button",
        "action_id": action,
        "text": label(names.text, limits.BUTTON_TEXT),
        "value": value,
        "accessibility_label": one_line(names.says, limits.ACCESSIBILITY_LABEL),
    }
    asks = {"confirm": _confirm(names.question)} if names.question is not None else {}
    return made | ({"style": style} if style else {}) | asks


def _confirm(question: Question) -> Block:
    return {
        "title": label(question.title, limits.CONFIRM_TITLE),
        "text": label(question.text, limits.CONFIRM_TEXT),
        "confirm": label(question.yes, limits.CONFIRM_BUTTON),
        "deny": label(question.no, limits.CONFIRM_BUTTON),
    }


def actions(block_id: str, buttons: Sequence[Block]) -> Block:
    """Make a row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(buttons)}


def menu(choices: Mapping[str, str], *, action: str) -> Block:
    """Make a menu of what is done more seldom. `choices`: value -> words; at most 5."""
    return {
        "type": "overflow",
        "action_id": action,
        "options": [option(text, value) for value, text in choices.items()],
    }


def option(text: object, value: str) -> Block:
    """Make one option of several to choose from."""
    return {"text": label(text, limits.OPTION_TEXT), "value": value}
