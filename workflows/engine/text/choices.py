"""Names to choose from, as a refusal says them: all where they are few, else those that were perhaps meant."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 12
"""Names that a refusal says. Somebody with a hundred workspaces, or columns, reads no longer list."""
_NEAR = 3


def choices(names: Iterable[str], *, typed: str = "") -> str:
    """Return the names with commas between, or “none”; of many, those like what was typed, and how many more there are.

    `typed`: the name that is refused. Where none is like it, the first ones are said.
    """
    known = list(names)
    if len(known) <= MOST:
        return ", ".join(known) or "none"
    small = {name.lower(): name for name in reversed(known)}
    near = [small[one] for one in get_close_matches(typed.lower(), small, n=_NEAR)] or known[:MOST]
    return f"{', '.join(near)} and {len(known) - len(near):,} more"
