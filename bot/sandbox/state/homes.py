"""The app's Home tabs: one view for each person, once the app published one."""

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.modals import View, new_view


class Homes:
    """The published views, by person."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}

    def of(self, user: str) -> View | None:
        return self._views.get(user)

    def publish(self, user: str, definition: Object, hash: JsonValue = None) -> View:
        """Show a view in a person's Home tab. Raise SlackError if another one is there than the caller saw."""
        standing = self._views.get(user)
        if hash not in (None, "") and (standing is None or hash != standing.hash):
            raise SlackError("hash_conflict")
        if standing is None:
            standing = self._views[user] = new_view(user, definition)
        else:
            standing.redraw(definition)
        return standing
