"""JSON that can be kept and sent on: no NaN, no infinity, and no deeper nesting than `DEEPEST`."""

import json
import math

from pydantic import JsonValue

from bot.sandbox.errors import BadRequest

DEEPEST = 60

Object = dict[str, JsonValue]


def parse(text: str | bytes, *, otherwise: str) -> JsonValue:
    """Return the value of a JSON text; raise BadRequest with the code `otherwise`."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequest(400, otherwise) from None
    if not _is_plain(value):
        raise BadRequest(400, otherwise)
    return value


def write(value: JsonValue | Object) -> str:
    """Return the shortest JSON, in ASCII, so that a lone surrogate that somebody sent can be sent back."""
    return json.dumps(value, separators=(",", ":"))


def length(value: JsonValue) -> int:
    """Return the number of characters of the shortest JSON."""
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False))


def size(value: JsonValue) -> int:
    """Return the number of bytes of the shortest JSON."""
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass"))


def copy(value: Object) -> Object:
    """Return a deep copy of a value."""
    copied: Object = json.loads(json.dumps(value))
    return copied


def objects(value: JsonValue) -> list[Object]:
    """Return the objects of a list; nothing for a value that is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _is_plain(value: JsonValue) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        if any(isinstance(item, float) and not math.isfinite(item) for item in level):
            return False
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return True
    return False
