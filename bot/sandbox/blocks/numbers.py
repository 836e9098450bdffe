"""Numbers as number_input writes them: strings of digits."""

import re
from decimal import Decimal

from pydantic import JsonValue

from bot.sandbox.blocks.shapes import Place

_FORM = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,20})?")


def read(text: JsonValue, *, decimal: bool = True) -> Decimal | None:
    """Return the number that a text writes; None for any other text."""
    if not isinstance(text, str) or not _FORM.fullmatch(text) or ("." in text and not decimal):
        return None
    return Decimal(text)


def numeral(value: JsonValue, place: Place) -> None:
    """Refuse anything but a number written as a string."""
    if read(value) is None:
        place.refuse("must be a number, as a string")


def number_is_consistent(value: JsonValue, place: Place) -> None:
    """Refuse a number_input whose bounds or initial value contradict each other."""
    assert isinstance(value, dict)
    decimal = value["is_decimal_allowed"] is True
    for name in ("min_value", "max_value", "initial_value"):
        if name in value and read(value[name], decimal=decimal) is None:
            place.at(name).refuse("must not be a decimal")
    least, most, initial = (read(value.get(name)) for name in ("min_value", "max_value", "initial_value"))
    if least is not None and most is not None and least > most:
        place.refuse("min_value must not be more than max_value")
    if initial is not None and ((least is not None and initial < least) or (most is not None and initial > most)):
        place.at("initial_value").refuse("must be between min_value and max_value")
