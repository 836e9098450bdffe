"""Words for what pydantic finds wrong with a value: in a form, a file, a setting, an answer of a model or a service.

Pydantic's own sentences hold what only a programmer reads: regular expressions, names of classes, what could not be
parsed. This is the one module that puts them into other words. None of them holds what was entered.
"""

import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

WHOLE = "the whole"
"""The name of what is wrong, where it is no single field."""


class Place(str):
    """The name of a field, as people read it: dotted names and numbers. It knows its path, for names with a dot."""

    __slots__ = ("is_absent", "path")
    path: tuple[int | str, ...]
    """The names and numbers, and where a value may be of several types, those of the types that were tried."""
    is_absent: bool
    """True if the value has nothing there."""

    def __new__(cls, name: str, *, path: Sequence[int | str], is_absent: bool = False) -> "Place":
        """Name a field."""
        made = super().__new__(cls, name or WHOLE)
        made.path, made.is_absent = tuple(path), is_absent
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Return what a copy is made of."""
        return (str(self),), {"path": self.path, "is_absent": self.is_absent}

    def under(self, name: str) -> "Place":
        """Return this place in a larger value, which has it as the field `name`."""
        whole = name if self == WHOLE else f"{name}.{self}"
        return Place(whole, path=(name, *self.path), is_absent=self.is_absent)


_NUMBER = "has to be a number such as 1234.50"
_WHOLE = "has to be a whole number"
_YES_NO = "has to be yes or no"
_DATE = "has to be a date such as 2026-03-01"
_MOMENT = "has to be a date with a time, such as 2026-03-01 14:30"
_TIME = "has to be a time such as 14:30"
_DURATION = "has to be a duration such as 2 h 30 min"
_LINK = "has to be a web address such as https://example.com"
_TEXT = "has to be text"

_SAID: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not asked for",
    "none_required": "has to be empty",
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": "is not valid UTF-8",
    "string_too_short": "has to have at least {min_length} character{s}",
    "string_too_long": "has to have at most {max_length} character{s}",
    "string_pattern_mismatch": "does not have the required form",
    "string_ascii": "has to be written in plain Latin letters",
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "is too large a number",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_max_digits": "has to have at most {max_digits} digit{s}",
    "decimal_max_places": "has to have at most {decimal_places} digit{s} after the point",
    "decimal_whole_digits": "has to have at most {whole_digits} digit{s} before the point",
    "greater_than": "has to be more than {gt}",
    "greater_than_equal": "has to be at least {ge}",
    "less_than": "has to be less than {lt}",
    "less_than_equal": "has to be at most {le}",
    "multiple_of": "has to be a multiple of {multiple_of}",
    "literal_error": "has to be {expected}",
    "enum": "has to be {expected}",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": "has to be a date without a time, such as 2026-03-01",
    "date_past": "has to be in the past",
    "date_future": "has to be in the future",
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "datetime_past": "has to be in the past",
    "datetime_future": "has to be in the future",
    "timezone_naive": "has to be without a time zone",
    "timezone_aware": "needs a time zone, such as 2026-03-01 14:30 +01:00",
    "time_type": _TIME,
    "time_parsing": _TIME,
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "url_type": _LINK,
    "url_parsing": _LINK,
    "url_syntax_violation": _LINK,
    "url_scheme": "has to begin with {expected_schemes}",
    "url_too_long": "has to have at most {max_length} character{s}",
    "uuid_type": "has to be a UUID",
    "uuid_parsing": "has to be a UUID",
    "uuid_version": "has to be a UUID of version {expected_version}",
    "list_type": "has to be a list",
    "tuple_type": "has to be a list",
    "set_type": "has to be a list",
    "frozen_set_type": "has to be a list",
    "iterable_type": "has to be a list",
    "dict_type": "has to be an object with names and values",
    "mapping_type": "has to be an object with names and values",
    "model_type": "has to be an object with names and values",
    "model_attributes_type": "has to be an object with names and values",
    "dataclass_type": "has to be an object with names and values",
    "union_tag_invalid": "has to be one of {expected_tags} in {discriminator}",
    "union_tag_not_found": "has to say in {discriminator} which kind it is",
    "json_invalid": "has to be JSON",
    "json_type": "has to be JSON",
    "recursion_loop": "holds itself",
    "is_instance_of": "has to be of another kind",
    "is_subclass_of": "has to be of another kind",
}
"""Type of pydantic's error -> the sentence for it. Names in braces are filled from the error's context."""
_COUNTS = ("min_length", "max_length", "max_digits", "decimal_places", "whole_digits")
_LENGTHS = {
    "too_short": "has to have at least {min_length}; there {are} {actual_length}",
    "too_long": "has to have at most {max_length}; there {are} {actual_length}",
}
_ABSENT = ("missing", "missing_argument")
"""Types of errors about what is not there."""
_OF_A_UNION = re.compile(r"^(int|float|str|bool|decimal)$|[\[(]")
"""Parts of a pydantic path that name the type it tried, where a value may be of several types."""


def complaints(error: ValidationError) -> dict[str, str]:
    """Return what is wrong with each field, in plain words: of several complaints about one field, the first."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        absent = detail["type"] in _ABSENT
        found.setdefault(place_of(detail["loc"], is_absent=absent), in_words(detail))
    return found


def all_complaints(error: ValidationError, *, most: int | None = None) -> str:
    """Return the same in one line. `most`: fields that are named; None: all."""
    return "; ".join(f"{field}: {what}" for field, what in list(complaints(error).items())[:most])


def in_words(detail: ErrorDetails) -> str:
    """Return what is wrong, in plain words. `detail`: with its context."""
    kind, told = detail["type"], dict(detail.get("ctx", {}))
    if kind in ("value_error", "assertion_error"):
        # The author's own message.
        return str(told.get("error") or "").strip() or "is not accepted"
    if kind in _LENGTHS:
        told = {"actual_length": "more"} | {name: value for name, value in told.items() if value is not None}
        return _LENGTHS[kind].format(**told, are="is" if told["actual_length"] == 1 else "are")
    sentence = _SAID.get(kind)
    if sentence is None:
        message = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        return f"has to be {message}" if message != detail["msg"] else message[:1].lower() + message[1:]
    count = next((told[name] for name in _COUNTS if name in told), None)
    told = {name: _plain(value) for name, value in told.items()}
    return sentence.format(**told, s="" if count == 1 else "s")


def place_of(path: Sequence[int | str], *, is_absent: bool = False) -> Place:
    """Return the field that is meant, as dotted names and numbers, or `WHOLE`."""
    first, *rest = path or ("",)
    name = ".".join([str(first), *(str(part) for part in rest if not _OF_A_UNION.search(str(part)))])
    return Place(name, path=path, is_absent=is_absent)


def pointer_to(field: str, value: object) -> str:
    """Return the JSON pointer (RFC 6901) of a field in the value that was sent.

    Parts of its path that name a type are not in the value and left out, and so is what only the form has.
    """
    if isinstance(field, Place):
        path, is_absent = field.path, field.is_absent
    else:
        path, is_absent = (() if field == WHOLE else tuple(field.split("."))), True
    steps: list[str] = []
    for number, part in enumerate(path):
        name = str(part)
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif not (is_absent and number == len(path) - 1):
            continue
        steps.append(name.replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in steps)


def _plain(value: object) -> object:
    """Return a text without the quotation marks that pydantic puts around each of several words."""
    return value.replace("'", "") if isinstance(value, str) else value
