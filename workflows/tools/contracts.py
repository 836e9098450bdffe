"""Says what is wrong with a value that is not of the agreed form: each field, and what came instead."""

from pydantic import ValidationError

_MOST = 5
"""Complaints that are told; more are counted."""
_LONGEST = 60
"""Characters of what came that are shown."""


def complaint(error: ValidationError) -> str:
    """The fields that do not fit, each with what was expected and what came. Of what came no more than a glimpse."""
    found = error.errors(include_url=False)
    told = [
        f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}, and not {_glimpse(one['input'])}"
        if one["type"] != "missing"
        else f"{'.'.join(map(str, one['loc']))}: it is missing in {_glimpse(one['input'])}"
        for one in found[:_MOST]
    ]
    more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return "; ".join((*told, *more))


def _glimpse(value: object) -> str:
    if isinstance(value, dict):
        names = ", ".join(str(name) for name in list(value)[:10])
        return f"an object with {names}" if names else "an empty object"
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"a list of {len(value)}"
    if isinstance(value, (str, bytes)):
        return ascii(value[:_LONGEST]) + ("..." if len(value) > _LONGEST else "")
    return ascii(value)[:_LONGEST] if isinstance(value, (int, float)) or value is None else type(value).__name__
