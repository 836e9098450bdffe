"""A card's menu: a choice in it is heard as the button of the same name would be."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from slack_bolt import App

from handlers.slack.ids import Action, read_chosen

ListenerT = TypeVar("ListenerT", bound=Callable[..., None])


def on(app: App, action: Action, *, named: re.Pattern[str] | None = None) -> Callable[[ListenerT], ListenerT]:
    """Listen to a button, and to the same choice in a menu.

    `named`: matches the names of the buttons, where several stand together; left out, there is one.
    """

    def is_chosen(body: Mapping[str, Any]) -> bool:
        # Bolt asks before the payload is read, so any of it may be missing.
        choice = (body.get("actions") or [{}])[0].get("selected_option") or {}
        return read_chosen(str(choice.get("value", "")))[0] == action

    def listen(listener: ListenerT) -> ListenerT:
        app.action(named or action)(listener)
        app.action(Action.MORE, matchers=[is_chosen])(listener)
        return listener

    return listen
