"""Comparison of two values that were read in different ways: from a page, from a file's data, by a person. Pure."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum

from pydantic import BaseModel

from workflows.tools.quotes import as_read


def are_same(value: object, other: object) -> bool:
    """Tell whether two values say the same: numbers by value, days by date, texts as people read them.

    Capital letters and spaces in texts do not count. A record is compared with a mapping in what the mapping has. Lists
    are compared part by part, and sets in any order.
    """
    value, other = _plain(value), _plain(other)
    match value, other:
        case (Mapping(), Mapping()):
            return all(name in value and are_same(value[name], one) for name, one in other.items())
        case (Set(), Set()):
            return len(value) == len(other) and all(any(are_same(one, each) for each in other) for one in value)
        case (list(), list()):
            return len(value) == len(other) and all(map(are_same, value, other))
        case (Decimal(), str()) | (str(), Decimal()):
            return _number(value) == _number(other)
        case (str(), str()):
            return _letters(value) == _letters(other)
        case _:
            return type(value) is type(other) and value == other


def _plain(value: object) -> object:
    """Return a value in the one form in which it is compared."""
    match value:
        case Enum():
            return _plain(value.value)
        case BaseModel():
            return {name: getattr(value, name) for name in type(value).model_fields}
        case bool() | None | str() | Mapping() | Set():
            return value
        case int() | float() | Decimal():
            return Decimal(str(value))
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case Sequence():
            return list(value)
        case _:
            return str(value)


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return None


def _letters(text: str) -> str:
    return "".join(as_read(text).casefold().split())
