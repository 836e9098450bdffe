"""One way to write a value as JSON, so that equal values have equal hashes; and what no database can keep."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

MAX_DEPTH = 50
"""How deep lists and objects may stand in each other."""
MAX_BYTES = 256 * 1024
"""How large one input may be, as JSON in UTF-8."""
MAX_MESSAGE = 4_000
"""Characters of an error's message that are kept."""


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces.

    Raise `pydantic_core.PydanticSerializationError` for a value that has no JSON form.
    """
    plain = to_jsonable_python(value)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Half a surrogate pair cannot be written as UTF-8, only as JSON's escape.
    return text if text.isascii() or _is_utf8(text) else json.dumps(plain, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 as 64 hex digits."""
    return sha256(text.encode()).hexdigest()


def unstorable(values: Mapping[str, JsonValue]) -> str | None:
    """Why these values cannot be kept as they are, naming the field; None where they can.

    A NUL and half a surrogate pair have no place in PostgreSQL or in UTF-8, and keeping them changed would be silent.
    """
    for name, value in values.items():
        for text in _texts(value, depth=1):
            if text is None:
                return f"{name}: nested more than {MAX_DEPTH} deep"
            if "\0" in text:
                return f"{name}: holds a NUL character"
            if not _is_utf8(text):
                return f"{name}: is not valid UTF-8"
    return None


def printable(message: str) -> str:
    """An error's message in a form that can be kept: cut, and without NUL or half surrogate pairs."""
    return message[:MAX_MESSAGE].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(value: JsonValue, *, depth: int) -> Iterator[str | None]:
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
