"""The card and carousel blocks."""

from pydantic import JsonValue

from bot.sandbox.blocks.elements import BUTTON
from bot.sandbox.blocks.shapes import Place, actions_differ, at_least_one, each, matching, record, string, typed
from bot.sandbox.blocks.texts import IMAGE_ELEMENT, any_text
from handlers.slack import limits

_IMAGE = typed({"image": IMAGE_ELEMENT})
_ICON = typed({"icon": record({"name": matching(r"[a-z][a-z0-9-]{0,49}", "the name of an icon")})})


def _has_one_icon(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    if "icon" in value and "slack_icon" in value:
        place.refuse("must define at most one of: icon, slack_icon")


CARD = record(
    {},
    {
        "block_id": string(limits.ID),
        "hero_image": _IMAGE,
        "icon": _IMAGE,
        "slack_icon": _ICON,
        "title": any_text(limits.CARD_TITLE),
        "subtitle": any_text(limits.CARD_TITLE),
        "body": any_text(limits.CARD_BODY),
        "subtext": any_text(limits.CARD_BODY),
        "actions": each(typed({"button": BUTTON}), most=limits.CARD_BUTTONS),
    },
    also=(at_least_one("hero_image", "title", "actions", "body"), _has_one_icon, actions_differ("actions")),
)
CAROUSEL = record(
    {"elements": each(typed({"card": CARD}), most=limits.CAROUSEL_CARDS)}, {"block_id": string(limits.ID)}
)
