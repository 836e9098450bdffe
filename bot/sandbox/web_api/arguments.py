"""The arguments of a method: a form, in which everything is text, or JSON."""

from pydantic import JsonValue

from bot.sandbox.errors import BadRequest, SlackError
from bot.sandbox.json import Object, parse

ListArgument = list[JsonValue]


class Arguments:
    """The arguments of one call."""

    def __init__(self, given: Object) -> None:
        # A null argument counts as not given.
        self._given = {name: value for name, value in given.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def text(self, name: str) -> str:
        """Return a text, empty where it is missing. Raise SlackError."""
        value = self._given.get(name, "")
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise SlackError("invalid_arguments", [f"[ERROR] must provide a string [json-pointer:/{name}]"])
        return value

    def needed(self, name: str) -> str:
        """Return a text that has to be there. Raise SlackError."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str, *, otherwise: bool = False) -> bool:
        value = self._given.get(name, otherwise)
        return value in (True, 1, "1", "true", "True")

    def whole(self, name: str, *, otherwise: int, most: int) -> int:
        """Return a text. Raise SlackError for one that is too long."""
        try:
            number = int(self.text(name) or otherwise)
        except ValueError:
            raise SlackError("invalid_limit") from None
        if not 0 <= number <= most:
            raise SlackError("invalid_limit")
        return number or otherwise

    def value(self, name: str, *, otherwise: str) -> JsonValue:
        """Return a value that may be JSON within a form. Raise SlackError with the code `otherwise`."""
        value = self._given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return parse(value, otherwise=otherwise) if value else None
        except BadRequest:
            raise SlackError(otherwise) from None

    def as_sent(self, *names: str) -> Object:
        return {name: self._given[name] for name in names if name in self._given}
