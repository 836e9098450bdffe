"""The blocks themselves, and the surface (message, modal or Home) that each of them is allowed on."""

from collections.abc import Mapping

from pydantic import JsonValue

from bot.sandbox.blocks.cards import CARD, CAROUSEL
from bot.sandbox.blocks.charts import CHART
from bot.sandbox.blocks.elements import IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from bot.sandbox.blocks.rich_text import RICH_TEXT
from bot.sandbox.blocks.shapes import (
    Place,
    Shape,
    SlackContext,
    actions_differ,
    at_least_one,
    each,
    exactly_one,
    flag,
    one_of,
    only_on,
    record,
    string,
    typed,
    whole,
)
from bot.sandbox.blocks.tables import DATA_TABLE, TABLE
from bot.sandbox.blocks.tasks import PLAN, TASK_CARD
from bot.sandbox.blocks.texts import IMAGE_ELEMENT, PICTURED, any_text, plain, texts
from handlers.slack import limits

_MESSAGES: tuple[SlackContext, ...] = ("message",)
_MODALS: tuple[SlackContext, ...] = ("modal",)
_ID = {"block_id": string(limits.ID)}


def _collapses(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    if value.get("default_collapsed") is True and value.get("is_collapsible") is not True:
        place.refuse("default_collapsed needs is_collapsible")
    if value.get("has_header_divider") is True and value.get("is_collapsible") is True:
        place.refuse("has_header_divider cannot be set when is_collapsible is true")


_IN_CONTAINER: Mapping[str, Shape] = {
    "section": record(
        {},
        {
            **_ID,
            "text": any_text(limits.SECTION_TEXT),
            "fields": each(any_text(limits.SECTION_FIELD), most=limits.SECTION_FIELDS),
            "accessory": typed(IN_SECTION),
            "expand": flag,
        },
        also=(at_least_one("text", "fields"),),
    ),
    "divider": record({}, _ID),
    "header": record({"text": plain(limits.HEADER_TEXT)}, {**_ID, "level": whole(1, 6)}),
    "context": record(
        {
            "elements": each(
                typed({**texts(limits.SECTION_TEXT), "image": IMAGE_ELEMENT}),
                most=limits.CONTEXT_ELEMENTS,
            )
        },
        _ID,
    ),
    "actions": record(
        {"elements": each(typed(IN_ACTIONS), most=limits.ACTIONS_ELEMENTS)}, _ID, also=(actions_differ("elements"),)
    ),
    "image": record(
        {"alt_text": string(limits.IMAGE_ALT_TEXT)},
        {**_ID, **PICTURED, "title": plain(limits.IMAGE_TITLE)},
        also=(exactly_one("image_url", "slack_file"),),
    ),
    "input": record(
        {"label": plain(limits.INPUT_LABEL), "element": typed(IN_INPUT)},
        {**_ID, "hint": plain(limits.INPUT_HINT), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": RICH_TEXT,
    "table": only_on(_MESSAGES, TABLE),
}
_CONTAINER = record(
    {"child_blocks": each(typed(_IN_CONTAINER), most=limits.CONTAINER_CHILDREN)},
    {
        **_ID,
        "title": plain(limits.CONTAINER_TITLE),
        "rich_text_title": typed({"rich_text": RICH_TEXT}),
        "subtitle": any_text(limits.CONTAINER_TITLE),
        "width": one_of("narrow", "standard", "wide", "full"),
        "icon": typed({"image": IMAGE_ELEMENT}),
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    also=(at_least_one("title", "rich_text_title"), _collapses),
)

BLOCK = typed(
    {
        **_IN_CONTAINER,
        "container": only_on(_MESSAGES, _CONTAINER),
        "card": CARD,
        "carousel": only_on(("message", "home"), CAROUSEL),
        "plan": only_on(_MESSAGES, PLAN),
        "task_card": only_on(_MESSAGES, TASK_CARD),
        "context_actions": only_on(
            _MESSAGES,
            record(
                {"elements": each(typed(IN_CONTEXT_ACTIONS), most=limits.CONTEXT_ACTIONS_ELEMENTS)},
                _ID,
                also=(actions_differ("elements"),),
            ),
        ),
        "markdown": only_on(_MESSAGES, record({"text": string(limits.MARKDOWN_TEXT)}, _ID)),
        "data_table": only_on(("message", "home"), DATA_TABLE),
        "data_visualization": only_on(_MESSAGES, CHART),
        "alert": only_on(
            _MODALS,
            record(
                {"text": any_text(limits.ALERT_TEXT)},
                {**_ID, "level": one_of("default", "info", "warning", "error", "success")},
            ),
        ),
    }
)
