"""Draws the messages and forms of `doctor --live`, each marked as a try, and specimens whose buttons do nothing.

Another process of this app may hear a press on a specimen. So each id in it carries a mark that no listener knows, and
no button carries a reference to a row.
"""

import json
from collections.abc import Mapping, Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, label, small_print
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.slack.ids import Callback
from handlers.slack.specimens.reviews import CHANNEL, PEOPLE
from handlers.slack.specimens.specimen import Specimen
from handlers.texts.buttons import Button
from handlers.texts.operations import live
from handlers.texts.pieces import Line, Told, Words

FIELD = "typed"
"""block_id of the input of the form."""
_BEGINS = "try!"
SKIPPED = "skip"
"""Name of the button that skips a step."""


def marked(mark: str, name: str) -> str:
    """Return an id of this try. `mark`: tells one try from another."""
    return f"{_BEGINS}{mark}!{name}"


def name_of(mark: str, id: str) -> str | None:
    """Return the name in an id of this try; None for any other id."""
    begins = marked(mark, "")
    return id.removeprefix(begins) if id.startswith(begins) else None


def request(mark: str, asks: str, buttons: Mapping[str, Button], *, can_be_skipped: bool = True) -> Drawn:
    """Draw a message that asks a person to do something. `buttons`: name -> words."""
    offered = {**buttons, **({SKIPPED: live.SKIP} if can_be_skipped else {})}
    row = [button(one, action=marked(mark, name), value=_BEGINS) for name, one in offered.items()]
    blocks = [small_print(live.TRY), rich(line(*_emphasised(asks)))]
    return Drawn(
        text=f"{live.BRIEF}: {live.asked(asks)}", blocks=[*blocks, *([actions("try", row)] if offered else [])]
    )


def form(mark: str) -> View:
    """Draw the form."""
    field: Block = {
        "type": "input",
        "block_id": FIELD,
        "label": label(live.FORM_LABEL, limits.VIEW_TITLE),
        "hint": label(live.FORM_HINT, limits.SECTION_FIELD),
        "element": {"type": "plain_text_input", "action_id": marked(mark, FIELD)},
    }
    return _window(mark, [field]) | {"submit": label(live.SEND, limits.VIEW_TITLE)}


def page(mark: str, text: str, pressed: Mapping[str, Button]) -> View:
    """Draw a page to read, with buttons."""
    row = [button(one, action=marked(mark, name), value=_BEGINS) for name, one in pressed.items()]
    return _window(mark, [rich(line(words(text))), *([actions("try", row)] if row else [])])


def home(mark: str, text: str, pressed: Mapping[str, Button]) -> View:
    """Draw the Home tab."""
    drawn = page(mark, text, pressed)
    return {"type": "home", "blocks": drawn["blocks"]}


def marked_message(specimen: Specimen, mark: str, *, person: str, channel: str) -> Drawn:
    """Return the message of a specimen, marked as a try. `person`: stands for all in it; may not be somebody real."""
    assert specimen.message is not None
    blocks = _harmless(list(specimen.message.blocks), mark, person, channel)
    return Drawn(text=f"{live.BRIEF}: {specimen.name}", blocks=[small_print(live.TRY, specimen.name), *blocks])


def marked_view(specimen: Specimen, mark: str, *, person: str, channel: str) -> View:
    """Return the form of a specimen, marked as a try."""
    assert specimen.view is not None
    (drawn,) = _harmless([specimen.view], mark, person, channel)
    ours = {"callback_id": marked(mark, "specimen"), "private_metadata": _BEGINS}
    blocks = drawn["blocks"]
    assert isinstance(blocks, list)
    return drawn | ours | {"blocks": [small_print(live.TRY, specimen.name), *blocks]}


def command_heard() -> Drawn:
    """Draw the answer to the command."""
    return told(Told(brief=live.COMMAND_HEARD, parts=[[Line(pieces=[Words(text=live.COMMAND_HEARD)])]]))


def _window(mark: str, blocks: Sequence[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": marked(mark, Callback.READ),
        "title": label(live.TITLE, limits.VIEW_TITLE),
        "blocks": [small_print(live.TRY), *blocks],
    }


def _emphasised(asks: str) -> list[Block]:
    """Draw a text, what stands between two stars in bold."""
    return [words(part, bold=place % 2 == 1) for place, part in enumerate(asks.split("*")) if part]


def _harmless(blocks: Sequence[Block], mark: str, person: str, channel: str) -> list[Block]:
    """Return blocks whose ids no listener knows, and whose buttons carry no reference."""
    text = json.dumps(blocks)
    for one in PEOPLE:
        text = text.replace(f'"{one}"', f'"{person}"')
    read: list[Block] = json.loads(text.replace(f'"{CHANNEL}"', f'"{channel}"'))
    for block in read:
        _disarm(block, mark)
    return read


def _disarm(value: object, mark: str) -> None:
    if isinstance(value, list):
        for one in value:
            _disarm(one, mark)
    if not isinstance(value, dict):
        return
    if isinstance(value.get("action_id"), str):
        value["action_id"] = marked(mark, value["action_id"])[: limits.ID]
    if value.get("type") == "overflow":
        for place, option in enumerate(value["options"]):
            option["value"] = f"{_BEGINS}{place}"
    elif "value" in value and isinstance(value.get("action_id"), str) and value.get("type") != "plain_text_input":
        value["value"] = _BEGINS
    for inner in value.values():
        _disarm(inner, mark)
