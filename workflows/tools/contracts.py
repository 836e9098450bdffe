"""The error text for a value that does not have the agreed form: each field, and the value that came instead."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from pydantic import ValidationError

from workflows.complaints import in_words, place_of

_TOLD = 5
"""Errors that are named; with more, their number is given."""
_MOST = 1_000
"""Most errors that are examined. Each takes a kilobyte, and a hostile answer can have one in every three bytes."""
_ITEMS, _NAMES = 3, 200
"""Items of a list and names of an object that are kept where there are more errors than that."""
_LONGEST = 60
"""Most characters of a value that are shown."""


def complaint(error: ValidationError, value: Callable[[], object], validate: Callable[[object], object]) -> str:
    """Return the fields that do not fit, each with the expected form and the beginning of the value that came.

    `value`: returns the validated value in plain types; `validate`: validates again, for the beginning of a very long
    value.
    """
    count, few = error.error_count(), error
    if count > _MOST:
        try:
            validate(_beginning(value()))
        except ValidationError as fewer:
            few = fewer
    if few.error_count() > _MOST or (few is error and count > _MOST):
        return f"{count:,} fields do not fit"
    told = [
        f"{_place(one['loc'])}: it is missing in {_glimpse(one['input'])}"
        if one["type"] == "missing"
        else f"{_place(one['loc'])}: {_instead(in_words(one), one['input'])}"
        for one in few.errors(include_url=False)[:_TOLD]
    ]
    return "; ".join((*told, *([f"and {count - len(told):,} more"] if count > len(told) else [])))


def _instead(expected: str, came: object) -> str:
    return f"{expected}, and {'not' if expected.startswith('has to') else 'is'} {_glimpse(came)}"


def _place(path: Sequence[int | str]) -> str:
    return place_of([part if isinstance(part, int) else part[:_LONGEST] for part in path])


def _beginning(value: object) -> object:
    """Return the first parts of a long value, which usually have the same errors as the others."""
    if isinstance(value, Mapping):
        return {name: _beginning(inner) for name, inner in islice(value.items(), _NAMES)}
    if isinstance(value, (list, tuple)):
        return [_beginning(inner) for inner in value[:_ITEMS]]
    return value


def _glimpse(value: object) -> str:
    if isinstance(value, dict):
        names = ", ".join(str(name)[:_LONGEST] for name in islice(value, 10))
        return f"an object with {names}" if names else "an empty object"
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"a list of {len(value)}"
    if isinstance(value, (str, bytes)):
        return ascii(value[:_LONGEST]) + ("..." if len(value) > _LONGEST else "")
    return ascii(value)[:_LONGEST] if isinstance(value, (int, float)) or value is None else type(value).__name__
