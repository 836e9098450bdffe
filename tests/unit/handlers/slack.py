"""Drawn messages and forms as Slack shows them, after the checks of the sandbox and of the second judge."""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from bot.sandbox.blocks import mentions
from bot.sandbox.blocks.documents import accept_message_blocks, accept_modal_or_home
from bot.sandbox.json import Object, objects
from bot.sandbox.state.fields import complaint
from bot.sandbox.state.forms import Values, find_input, initial_values, spots
from bot.sandbox.state.new_messages import accept_text
from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Drawn
from tests.slack.stage import words
from tests.unit.handlers.second_judge import look_at_message, look_at_view

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of characters that show as nothing, or change how others show."""
_ENTERED = frozenset({"initial_value", "initial_option", "value"})
"""Keys whose text comes back to us as it is, and is shown in an input."""


def message(drawn: Drawn, *, named: Sequence[str] = ()) -> str:
    """Return the text of a message that Slack took within our budget. It pings nobody but those `named`."""
    look_at_message(objects(as_sent(drawn.blocks)), drawn.text)
    blocks = accept_message_blocks(as_sent(drawn.blocks))
    assert len(blocks) <= limits.MESSAGE_BLOCKS
    assert drawn.size <= limits.MESSAGE_BLOCKS_BUDGET, f"{drawn.size:,} characters"
    assert accept_text(drawn.text)
    assert "<" not in drawn.text
    assert ">" not in drawn.text
    assert {*mentions.in_text(drawn.text), *mentions.in_blocks([*blocks])} <= set(named)
    assert not hidden([drawn.text, *blocks])
    return words([*blocks])


def modal(view: Mapping[str, object], *, named: Sequence[str] = ()) -> Object:
    """A modal, or a Home, as Slack keeps it, once Slack took it."""
    sent = as_sent(view)
    assert isinstance(sent, dict)
    kept = accept_modal_or_home(sent)
    look_at_view(sent)
    assert set(mentions.in_blocks(kept["blocks"])) <= set(named)
    assert not hidden(kept)
    return kept


def said(kept: Object) -> str:
    """Return the text of a modal without its inputs."""
    return words(kept["blocks"])


def as_sent(value: object) -> JsonValue:
    """A value as it comes out at the other end of the line."""
    sent: JsonValue = json.loads(json.dumps(value))
    return sent


def untouched(kept: Object) -> Values:
    """Return the state of a form submitted as it was opened. Slack's own client lets it through."""
    blocks = objects(kept["blocks"])
    values = initial_values(blocks)
    assert not (against := complaints(blocks, values)), f"Slack says: {against}"
    return values


def typed(kept: Object, **values: str) -> Values:
    """The same with other texts in the inputs of these fields, which have one part each."""
    blocks = objects(kept["blocks"])
    found = initial_values(blocks)
    for name, value in values.items():
        element = find_input(blocks, f"{name}.0.0").element
        found[f"{name}.0.0"] = {"value": {"type": element["type"], "value": value}}
    return found


def complaints(blocks: list[Object], values: Values) -> dict[str, str]:
    """Return the complaints of Slack's own client, before it sends anything."""
    said = {
        spot.block_id: complaint(
            spot.element, values[spot.block_id][spot.action_id], optional=spot.block.get("optional") is True
        )
        for spot in spots(blocks)
        if spot.is_input
    }
    return {block_id: text for block_id, text in said.items() if text is not None}


def hidden(value: JsonValue) -> set[str]:
    """Characters that a person would be shown and not see. A joiner within an emoji is none."""
    return {
        character
        for text in _shown(value)
        for character in text
        if unicodedata.category(character) in HIDDEN and character not in "\n\N{ZERO WIDTH JOINER}"
    }


def _shown(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _shown(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _ENTERED:
                yield from _shown(inner)
