"""Arguments of a tool's call, as JSON text."""

import json
from typing import Never


def is_object(text: str) -> bool:
    """Tell whether a text is one JSON object that every reader reads alike: no name twice in it, and no NaN."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _no_number(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON")
