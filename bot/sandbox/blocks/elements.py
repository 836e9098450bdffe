"""Interactive elements, and the kinds of blocks that may hold each of them."""

from collections.abc import Mapping
from datetime import date, time

from pydantic import JsonValue

from bot.sandbox.blocks.numbers import number_is_consistent, numeral
from bot.sandbox.blocks.options import GROUP, OPTION, OVERFLOW_OPTION, RICH_OPTION, chosen_are_offered
from bot.sandbox.blocks.shapes import (
    Place,
    Shape,
    SlackContext,
    each,
    exactly_one,
    flag,
    matching,
    one_of,
    only_on,
    record,
    string,
    whole,
)
from bot.sandbox.blocks.texts import CONFIRM, IMAGE_ELEMENT, link, plain
from handlers.slack import limits


def _iso_date(value: JsonValue, place: Place) -> None:
    try:
        if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
            place.refuse("must be a date: YYYY-MM-DD")
    except ValueError:
        place.refuse("must be a date: YYYY-MM-DD")


def _clock_time(value: JsonValue, place: Place) -> None:
    try:
        if not isinstance(value, str) or f"{time.fromisoformat(value):%H:%M}" != value:
            place.refuse("must be a time: HH:mm")
    except ValueError:
        place.refuse("must be a time: HH:mm")


def _length_is_possible(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    least, most, initial = value.get("min_length", 0), value.get("max_length"), value.get("initial_value")
    assert isinstance(least, int)
    if isinstance(most, int) and least > most:
        place.refuse("min_length must not be more than max_length")
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        place.at("initial_value").refuse(f"must be less than {most + 1} characters")


_ANY = {"action_id": string(limits.ID)}
_FOCUS = {**_ANY, "focus_on_load": flag}
_ASKING = {**_FOCUS, "confirm": CONFIRM}
_MENU = {**_ASKING, "placeholder": plain(limits.PLACEHOLDER)}
_WRITING = {
    **_FOCUS,
    "placeholder": plain(limits.PLACEHOLDER),
    "dispatch_action_config": record(
        {"trigger_actions_on": each(one_of("on_enter_pressed", "on_character_entered"), most=2)}
    ),
}
_OFFER = {"options": each(OPTION, most=limits.OPTIONS), "option_groups": each(GROUP, most=limits.OPTION_GROUPS)}
_OFFERED = (exactly_one("options", "option_groups"), chosen_are_offered)
_SEARCHED = {"min_query_length": whole(0, limits.OPTION_TEXT)}
_SEVERAL = {"max_selected_items": whole(1, limits.OPTIONS)}
_USER = matching(r"[UW][A-Z0-9]{2,}", "the id of a user", limits.ID)
_CHANNEL = matching(r"[CG][A-Z0-9]{2,}", "the id of a channel", limits.ID)
_CONVERSATION = matching(r"[CGDUW][A-Z0-9]{2,}", "the id of a conversation", limits.ID)
_CONVERSATIONS = record(
    {},
    {
        "include": each(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
_FEEDBACK = record(
    {"text": plain(limits.BUTTON_TEXT), "value": string(limits.BUTTON_VALUE)},
    {"accessibility_label": string(limits.ACCESSIBILITY_LABEL)},
)

BUTTON = record(
    {"text": plain(limits.BUTTON_TEXT)},
    {
        **_ANY,
        "confirm": CONFIRM,
        "value": string(limits.BUTTON_VALUE),
        "url": link(limits.BUTTON_URL),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
    },
)
OVERFLOW = record({"options": each(OVERFLOW_OPTION, most=limits.OVERFLOW_OPTIONS)}, {**_ANY, "confirm": CONFIRM})
CHOOSING: Mapping[str, Shape] = {
    "static_select": record({}, {**_MENU, **_OFFER, "initial_option": OPTION}, also=_OFFERED),
    "external_select": record(
        {}, {**_MENU, "initial_option": OPTION, "min_query_length": whole(0, limits.OPTION_TEXT)}
    ),
    "users_select": record({}, {**_MENU, "initial_user": _USER}),
    "channels_select": record({}, {**_MENU, "initial_channel": _CHANNEL}),
    "conversations_select": record(
        {},
        {
            **_MENU,
            "initial_conversation": _CONVERSATION,
            "default_to_current_conversation": flag,
            "filter": _CONVERSATIONS,
        },
    ),
    "radio_buttons": record(
        {"options": each(RICH_OPTION, most=limits.RADIO_OPTIONS)},
        {**_ASKING, "initial_option": RICH_OPTION},
        also=(chosen_are_offered,),
    ),
    "checkboxes": record(
        {"options": each(RICH_OPTION, most=limits.CHECKBOXES)},
        {**_ASKING, "initial_options": each(RICH_OPTION, most=limits.CHECKBOXES)},
        also=(chosen_are_offered,),
    ),
    "datepicker": record({}, {**_MENU, "initial_date": _iso_date}),
    "timepicker": record({}, {**_MENU, "initial_time": _clock_time, "timezone": string(limits.ID)}),
    "datetimepicker": record({}, {**_ASKING, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
}
CHOOSING_SEVERAL: Mapping[str, Shape] = {
    "multi_static_select": record(
        {}, {**_MENU, **_OFFER, **_SEVERAL, "initial_options": each(OPTION, most=limits.OPTIONS)}, also=_OFFERED
    ),
    "multi_external_select": record(
        {},
        {
            **_MENU,
            **_SEVERAL,
            **_SEARCHED,
            "initial_options": each(OPTION, most=limits.OPTIONS),
        },
    ),
    "multi_users_select": record({}, {**_MENU, **_SEVERAL, "initial_users": each(_USER, most=limits.OPTIONS)}),
}
WRITING: Mapping[str, Shape] = {
    "plain_text_input": record(
        {},
        {
            **_WRITING,
            "initial_value": string(limits.TEXT_INPUT, least=0),
            "multiline": flag,
            "min_length": whole(0, limits.TEXT_INPUT),
            "max_length": whole(1, limits.TEXT_INPUT),
        },
        also=(_length_is_possible,),
    ),
    "number_input": record(
        {"is_decimal_allowed": flag},
        {**_WRITING, "initial_value": numeral, "min_value": numeral, "max_value": numeral},
        also=(number_is_consistent,),
    ),
    "email_text_input": record({}, {**_WRITING, "initial_value": matching(r"[^@\s]+@[^@\s]+", "an address")}),
    "url_text_input": record({}, {**_WRITING, "initial_value": link(limits.TEXT_INPUT)}),
}

IN_ACTIONS: Mapping[str, Shape] = {"button": BUTTON, "overflow": OVERFLOW, **CHOOSING}
IN_SECTION: Mapping[str, Shape] = {
    **{name: shape for name, shape in IN_ACTIONS.items() if name != "datetimepicker"},
    **CHOOSING_SEVERAL,
    "image": IMAGE_ELEMENT,
}
IN_CONTEXT_ACTIONS: Mapping[str, Shape] = {
    "feedback_buttons": record({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, _ANY),
    "icon_button": record(
        {"icon": one_of("trash"), "text": plain(limits.BUTTON_TEXT)},
        {
            **_ANY,
            "confirm": CONFIRM,
            "value": string(limits.BUTTON_VALUE),
            "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
            "visible_to_user_ids": each(_USER, most=limits.ICON_BUTTON_VIEWERS),
        },
    ),
}
_MODALS: tuple[SlackContext, ...] = ("modal",)
_FILES = record(
    {}, {**_ANY, "filetypes": each(string(limits.ID), most=100), "max_files": whole(1, limits.FILE_INPUT_FILES)}
)
IN_INPUT: Mapping[str, Shape] = {
    **CHOOSING,
    **CHOOSING_SEVERAL,
    **WRITING,
    "file_input": only_on(_MODALS, _FILES),
}
