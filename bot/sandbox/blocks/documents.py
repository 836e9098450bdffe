"""Checks of a message's blocks, of a modal and of a Home tab as a whole, with the errors that Slack would give."""

from collections.abc import Iterator
from uuid import uuid4

from pydantic import JsonValue

from bot.sandbox.blocks.layout import BLOCK
from bot.sandbox.blocks.shapes import Place, Shape, SlackContext, each, flag, one_of, record, string
from bot.sandbox.blocks.tables import actions_in, characters_in
from bot.sandbox.blocks.texts import plain
from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object, copy, length, objects, size
from handlers.slack import limits

_MESSAGE = each(BLOCK, most=limits.MESSAGE_BLOCKS, least=0)


def every_block(blocks: JsonValue) -> Iterator[Object]:
    """Yield the blocks, those in containers, and the cards of carousels."""
    for block in objects(blocks):
        yield block
        yield from objects(block.get("child_blocks"))
        if block.get("type") == "carousel":
            yield from objects(block.get("elements"))


def _ids_differ(value: JsonValue, place: Place) -> None:
    seen: set[str] = set()
    for block in every_block(value):
        named = block.get("block_id")
        if isinstance(named, str) and named in seen:
            place.refuse(f"block_id {named} already exists")
        if isinstance(named, str):
            seen.add(named)


def _inputs_can_be_submitted(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    if "submit" not in value and any(block.get("type") == "input" for block in every_block(value["blocks"])):
        place.refuse("missing required field: submit")


def _view_blocks(value: JsonValue, place: Place) -> None:
    each(BLOCK, most=limits.VIEW_BLOCKS, least=0)(value, place)
    _ids_differ(value, place)


_VIEW: Shape = record(
    {"type": one_of("modal"), "title": plain(limits.VIEW_TITLE), "blocks": _view_blocks},
    {
        "submit": plain(limits.VIEW_TITLE),
        "close": plain(limits.VIEW_TITLE),
        "private_metadata": string(limits.PRIVATE_METADATA, least=0),
        "callback_id": string(limits.ID, least=0),
        "external_id": string(limits.ID, least=0),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
    also=(_inputs_can_be_submitted,),
)


_HOME: Shape = record(
    {"type": one_of("home"), "blocks": _view_blocks},
    {
        "private_metadata": string(limits.PRIVATE_METADATA, least=0),
        "callback_id": string(limits.ID, least=0),
        "external_id": string(limits.ID, least=0),
    },
)


def accept_message_blocks(blocks: JsonValue) -> list[Object]:
    """Return the blocks as Slack keeps them, each with its ids. Raise SlackError."""
    place = Place(path="/blocks", surface="message", findings=[])
    _MESSAGE(blocks, place)
    _ids_differ(blocks, place)
    _together(blocks, place)
    if place.findings:
        raise SlackError("invalid_blocks", place.findings)
    assert isinstance(blocks, list)
    counted: list[JsonValue] = [block for block in objects(blocks) if block["type"] not in limits.COUNTED_APART]
    if length(counted) > limits.MESSAGE_BLOCKS_JSON:
        raise SlackError("msg_blocks_too_long")
    return [_named(block) for block in objects(blocks)]


def accept_view(view: JsonValue) -> Object:
    """Return a modal as Slack keeps it. Raise SlackError."""
    return _accepted(view, _VIEW, "modal")


def accept_home(view: JsonValue) -> Object:
    """Return the view of a Home tab as Slack keeps it. Raise SlackError."""
    return _accepted(view, _HOME, "home")


def accept_modal_or_home(view: JsonValue) -> Object:
    """Return a view of either kind as Slack keeps it. Raise SlackError."""
    is_home = isinstance(view, dict) and view.get("type") == "home"
    return (accept_home if is_home else accept_view)(view)


def _accepted(view: JsonValue, shape: Shape, surface: SlackContext) -> Object:
    # The size comes first: a view that is too large is not checked any further.
    if size(view) > limits.VIEW_JSON:
        raise SlackError("view_too_large")
    place = Place(path="/view", surface=surface, findings=[])
    shape(view, place)
    if place.findings:
        raise SlackError("invalid_arguments", place.findings)
    assert isinstance(view, dict)
    return {**copy(view), "blocks": [_named(block) for block in objects(view["blocks"])]}


def _together(blocks: JsonValue, place: Place) -> None:
    kinds = [block.get("type") for block in every_block(blocks)]
    if kinds.count("table") > limits.MESSAGE_TABLES:
        raise SlackError("invalid_attachments", ["[ERROR] only_one_table_allowed"])
    if kinds.count("data_visualization") > limits.MESSAGE_CHARTS:
        place.refuse(f"no more than {limits.MESSAGE_CHARTS} data_visualization blocks allowed")
    tables = [block.get("rows") for block in every_block(blocks) if block.get("type") == "data_table"]
    if len(tables) > 1 and sum(map(characters_in, tables)) > limits.DATA_TABLE_TEXT:
        place.refuse(f"must be less than {limits.DATA_TABLE_TEXT + 1} characters in all data_table blocks")
    texts = [block.get("text") for block in objects(blocks) if block.get("type") == "markdown"]
    if sum(len(text) for text in texts if isinstance(text, str)) > limits.MARKDOWN_TEXT:
        place.refuse(f"must be less than {limits.MARKDOWN_TEXT + 1} characters in all markdown blocks")


def _named(block: Object) -> Object:
    named = copy(block)
    named.setdefault("block_id", uuid4().hex[:5])
    for element in interactive(named):
        element.setdefault("action_id", uuid4().hex[:5])
    for inner in ("child_blocks",) if named.get("type") != "carousel" else ("elements",):
        if inner in named:
            named[inner] = [_named(child) for child in objects(named[inner])]
    return named


def interactive(block: Object) -> list[Object]:
    """Return the elements of a block that a person can act on."""
    match block.get("type"):
        case "section":
            return [element for element in objects([block.get("accessory")]) if element.get("type") != "image"]
        case "actions" | "context_actions":
            return objects(block.get("elements"))
        case "card":
            return objects(block.get("actions"))
        case "data_table":
            return actions_in(block)
        case "input":
            return objects([block.get("element")])
        case _:
            return []
