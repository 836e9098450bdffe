"""Canonical JSON, so that equal values have equal hashes; and the limits of what a database can keep."""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from decimal import Decimal
from hashlib import sha256
from itertools import repeat
from typing import TypeVar

from pydantic import BaseModel, JsonValue, RootModel
from pydantic_core import to_jsonable_python

from workflows.documents.document import NewDocument

MAX_DEPTH = 50
"""Most levels of lists and objects inside each other."""
MAX_BYTES = 256 * 1024
"""Most bytes of one input, as JSON in UTF-8."""
MAX_WITH_DOCUMENTS = 2 * 1024 * 1024
"""Most bytes of one input that holds documents, whose text is a part of it."""
MAX_RESULT = 4 * 1024 * 1024
"""Most bytes of a step's arguments, and of its result, as JSON in UTF-8."""
MAX_PROPOSAL = 1024 * 1024
"""Most bytes of a proposal with its reasons and its evidence, as JSON in UTF-8."""
MAX_MESSAGE = 4_000
"""Characters that are kept of an error's message, a receipt or a reason."""

ModelT = TypeVar("ModelT", bound=BaseModel)


def canonical(value: object) -> str:
    """Return JSON with sorted keys, sets in order, and no spaces.

    Raise `ValueError` (also pydantic's, for serialization) for a value that has no JSON form.
    """
    try:
        plain: JsonValue = to_jsonable_python(value)
    except UnicodeEncodeError:
        plain = json.loads(json.dumps(value, default=to_jsonable_python))  # half a surrogate pair in a name
    return _text(_ordered(value, plain))


def to_body(model: BaseModel) -> str:
    """Return the JSON under which a model is kept: fields by their own names, nothing computed. `from_body` reads
    it.
    """
    # Reading it back shows whether it fits the form.
    plain = model.model_dump(mode="json", by_alias=False, round_trip=True, warnings=False)
    return _text(_ordered(model, plain))


def from_body(form: type[ModelT], body: str) -> ModelT:
    """Read back the JSON of `to_body`. Raise pydantic's `ValidationError` where the form has changed since."""
    return form.model_validate_json(body, by_alias=False, by_name=True)


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text as 64 hex digits."""
    return sha256(text.encode()).hexdigest()


def unstorable(values: Mapping[str, object]) -> str | None:
    """Return why these values cannot be kept as they are, with the field's name; None where they can.

    PostgreSQL cannot store a NUL, and UTF-8 has no half surrogate pair. Changing them silently would be wrong.
    """
    for name, value in values.items():
        problem = unstorable_value(name) or unstorable_value(value)
        if problem is not None:
            return f"{printable(name)}: {problem}"
    return None


def unstorable_value(value: object) -> str | None:
    """Return why one value cannot be kept as it is; None where it can."""
    for text in _texts(value, depth=1):
        if text is None:
            return f"nested more than {MAX_DEPTH} deep"
        if "\0" in text:
            return "holds a NUL character"
        if not _is_utf8(text):
            return "is not valid UTF-8"
    return None


def texts_in(body: str) -> list[str]:
    """Return the texts in a kept JSON value, without the names of its fields."""
    found: list[str] = []
    left: list[JsonValue] = [json.loads(body)]
    while left:
        value = left.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return found


def larger_than(value: object, limit: int) -> bool:
    """Tell whether a value would take more bytes as JSON than this, without writing it.

    It uses a lower bound and stops early. True is certain; after False, the caller measures the written JSON.
    """
    left, ahead = limit, [value]
    while ahead:
        one = ahead.pop()
        match one:
            case str() | bytes() | bytearray():
                left -= len(one)
            case NewDocument():
                left -= 1  # a reference will stand in its place
            case int():
                left -= one.bit_length() // 4
            case Decimal():
                left -= len(one.as_tuple().digits)
            case BaseModel():
                ahead += [one.__dict__, one.__pydantic_extra__]
            case Mapping():
                left -= 4 * len(one)
                if left >= 0:
                    ahead += [*one, *one.values()]
            case Set() | list() | tuple() | deque():
                left -= 2 * len(one)
                if left >= 0:
                    ahead += one
            case _ if is_dataclass(one) and not isinstance(one, type):
                ahead += [getattr(one, field.name, None) for field in fields(one)]
            case _:
                left -= 1
        if left < 0:
            return True
    return False


def printable(message: str) -> str:
    """Return a text in a form that can be kept: cut, and without NUL or half surrogate pairs."""
    return message[:MAX_MESSAGE].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _text(plain: JsonValue) -> str:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Half a surrogate pair cannot be written as UTF-8, only as JSON's escape.
    return text if _is_utf8(text) else json.dumps(plain, sort_keys=True, separators=(",", ":"))


def _ordered(value: object, plain: JsonValue) -> JsonValue:
    """Return the JSON form of a value, with each list that was a set in a fixed order. The order of a set differs each
    time.

    Value and form are walked side by side, because the form does not show which lists were sets.
    """
    if isinstance(value, RootModel):
        return _ordered(value.root, plain)
    if isinstance(plain, list) and isinstance(value, (Set, list, tuple, deque)) and len(value) == len(plain):
        forms = [_ordered(inner, form) for inner, form in zip(value, plain, strict=True)]
        return sorted(forms, key=_text) if isinstance(value, Set) else forms
    if isinstance(plain, dict):
        # By position: a name may be an alias or text in the form. Computed fields come last and have no value.
        return {name: _ordered(inner, form) for inner, (name, form) in zip(_inside(value), plain.items(), strict=False)}
    return plain


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, BaseModel):
        yield from (inner for _, inner in value)
    elif is_dataclass(value):
        yield from (getattr(value, field.name) for field in fields(value))
    yield from repeat(None)


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(value: object, *, depth: int) -> Iterator[str | None]:
    if depth > MAX_DEPTH:
        yield None
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _texts(inner, depth=depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner, depth=depth + 1)
