"""Options, and the initial choices among them."""

from pydantic import JsonValue

from bot.sandbox.blocks.shapes import Place, Shape, each, record, string
from bot.sandbox.blocks.texts import any_text, link, plain
from bot.sandbox.json import Object, objects
from handlers.slack import limits

OPTION = record(
    {"text": plain(limits.OPTION_TEXT), "value": string(limits.OPTION_VALUE)},
    {"description": plain(limits.OPTION_DESCRIPTION)},
)
RICH_OPTION = record(
    {"text": any_text(limits.OPTION_TEXT), "value": string(limits.OPTION_VALUE)},
    {"description": any_text(limits.OPTION_DESCRIPTION)},
)
"""Option of radio buttons and checkboxes."""
OVERFLOW_OPTION = record(
    {"text": plain(limits.OPTION_TEXT), "value": string(limits.OPTION_VALUE)},
    {"description": plain(limits.OPTION_DESCRIPTION), "url": link(limits.BUTTON_URL)},
)
GROUP = record(
    {"label": plain(limits.OPTION_GROUP_LABEL), "options": each(OPTION, most=limits.OPTIONS)},
)


def options_of(element: Object) -> list[Object]:
    """Return the options of an element, in groups or not."""
    grouped = [option for group in objects(element.get("option_groups")) for option in objects(group.get("options"))]
    return objects(element.get("options")) + grouped


def chosen_are_offered(value: JsonValue, place: Place) -> None:
    """Refuse an initial option that is not one of the options."""
    if not isinstance(value, dict):
        return
    offered = [_sense(option) for option in options_of(value)]
    single = value.get("initial_option")
    if isinstance(single, dict) and _sense(single) not in offered:
        place.at("initial_option").refuse("initial_option must exactly match one of the provided options")
    for index, option in enumerate(objects(value.get("initial_options"))):
        if _sense(option) not in offered:
            place.at("initial_options").at(index).refuse("initial_options must match the provided options")


def listed(shape: Shape, most: int, least: int = 1) -> Shape:
    """Describe a list of options."""
    return each(shape, most=most, least=least)


def _sense(option: Object) -> tuple[JsonValue, ...]:
    text, description = option.get("text"), option.get("description")
    return (
        option.get("value"),
        text.get("text") if isinstance(text, dict) else None,
        description.get("text") if isinstance(description, dict) else None,
    )
