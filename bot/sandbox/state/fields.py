"""The values of elements: initial, after a person filled them in, and as Slack writes them into a payload."""

import re
from collections.abc import Callable, Sequence
from datetime import date, time

from pydantic import JsonValue

from bot.sandbox.blocks import numbers
from bot.sandbox.blocks.options import options_of
from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object, objects
from bot.sandbox.state.workspace import Workspace
from handlers.slack import limits

HOLDS = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "file_input": ("files", "initial_files"),
}
"""By type: the payload's field for the value, and the element's field for its initial value."""

WRITTEN = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})
SEVERAL = frozenset({"checkboxes", "file_input", "multi_external_select", "multi_static_select", "multi_users_select"})
EXTERNAL = frozenset({"external_select", "multi_external_select"})
"""Menus whose options the app is asked for."""


def kind_of(element: Object) -> str:
    return str(element.get("type"))


def initial(element: Object) -> Object | None:
    """Return the initial value of an element, in Slack's shape; None for an element without a value."""
    kind = kind_of(element)
    if kind not in HOLDS:
        return None
    held, starts = HOLDS[kind]
    return {"type": kind, held: element.get(starts) or ([] if kind in SEVERAL else None)}


def held(element: Object, state: Object) -> JsonValue:
    """Return the value in a state."""
    return state.get(HOLDS[kind_of(element)][0])


def filled(element: Object, value: JsonValue, workspace: Workspace, suggested: Sequence[Object] = ()) -> Object:
    """Return the value of an element after a person put `value` into it. Raise NotPossible if no person could.

    Options are named by their value, people and channels by their id; null clears. `suggested`: the options that the
    app gave for it so far, when it was asked.
    """
    kind = kind_of(element)
    if kind not in HOLDS:
        raise NotPossible(409, f"a {kind} holds nothing")
    holds = HOLDS[kind][0]
    if value is None or value == "" or value == []:
        if kind == "radio_buttons":
            raise NotPossible(409, "a chosen radio button cannot be unchosen")
        return {"type": kind, holds: [] if kind in SEVERAL else None}
    if kind in SEVERAL:
        if not isinstance(value, list):
            raise NotPossible(409, f"a {kind} takes a list")
        most = element.get("max_selected_items")
        if isinstance(most, int) and len(value) > most:
            raise NotPossible(409, f"no more than {most} can be chosen")
        if len({str(one) for one in value}) != len(value):
            raise NotPossible(409, "nothing can be chosen twice")
        return {"type": kind, holds: [_one(element, one, workspace, suggested) for one in value]}
    return {"type": kind, holds: _one(element, value, workspace, suggested)}


def complaint(element: Object, state: Object, *, optional: bool) -> str | None:
    """Return the complaint of Slack's own client, made before it sends anything."""
    value = held(element, state)
    if value is None or value == []:
        return None if optional else "Please complete this required field."
    return _COMPLAINTS[kind_of(element)](element, str(value)) if kind_of(element) in _COMPLAINTS else None


def _one(element: Object, value: JsonValue, workspace: Workspace, suggested: Sequence[Object]) -> JsonValue:
    kind = kind_of(element)
    if kind in WRITTEN:
        if not isinstance(value, str):
            raise NotPossible(409, f"a {kind} takes text")
        return value
    if kind in EXTERNAL:
        chosen = [*objects([element.get("initial_option")]), *objects(element.get("initial_options"))]
        found = next((option for option in [*suggested, *chosen] if option.get("value") == value), None)
        if found is None:
            raise NotPossible(409, f"the app never offered {str(value)[:100]!r}")
        return found
    if kind in ("static_select", "radio_buttons", "checkboxes", "multi_static_select"):
        offered = [option for option in options_of(element) if option.get("value") == value]
        if len(offered) != 1:
            raise NotPossible(409, f"there is no single option {str(value)[:100]!r}")
        return offered[0]
    known: bool
    if kind in ("users_select", "multi_users_select"):
        known = isinstance(value, str) and workspace.user(value) is not None
    elif kind == "conversations_select":
        known = isinstance(value, str) and (workspace.channel(value) or workspace.user(value)) is not None
    elif kind == "channels_select":
        known = isinstance(value, str) and workspace.channel(value) is not None
    elif kind == "datetimepicker":
        known = isinstance(value, int) and not isinstance(value, bool)
    else:
        known = isinstance(value, str) and _is_moment(kind, value)
    if not known:
        raise NotPossible(409, f"{str(value)[:100]!r} cannot be picked in a {kind}")
    return value


def _is_moment(kind: str, value: str) -> bool:
    try:
        if kind == "datepicker":
            return date.fromisoformat(value).isoformat() == value
        return f"{time.fromisoformat(value):%H:%M}" == value
    except ValueError:
        return False


def _text_complaint(element: Object, text: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", limits.TEXT_INPUT)
    if isinstance(most, int) and len(text) > most:
        return f"This must be no more than {most} characters."
    return f"This must be at least {least} characters." if isinstance(least, int) and len(text) < least else None


def _number_complaint(element: Object, text: str) -> str | None:
    number = numbers.read(text, decimal=element.get("is_decimal_allowed") is True)
    if number is None:
        return "This must be a number."
    least, most = numbers.read(element.get("min_value")), numbers.read(element.get("max_value"))
    if least is not None and number < least:
        return f"This must be at least {least}."
    return f"This must be no more than {most}." if most is not None and number > most else None


def _email_complaint(element: Object, text: str) -> str | None:
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else "This must be an email address."


def _url_complaint(element: Object, text: str) -> str | None:
    return None if re.fullmatch(r"https?://\S+", text) else "This must be a link."


_COMPLAINTS: dict[str, Callable[[Object, str], str | None]] = {
    "plain_text_input": _text_complaint,
    "number_input": _number_complaint,
    "email_text_input": _email_complaint,
    "url_text_input": _url_complaint,
}
