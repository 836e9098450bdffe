"""Patterns that texts of one line have, as authors declare them: what has no room for a line break is one line."""

import re

_MAY_BREAK = re.compile(r"\\[nrsWDxupP]|\[\^|\(\?[a-zA-Z-]+[:)]|[\n\r]")
"""Parts of a pattern that may match a line break, and flags, which may change what a dot and the two ends match."""
_ESCAPED = re.compile(r"\\.")
_WITHOUT_BLANKS = re.compile(r"\[\^[^\[\]]*(?: |\\s|\\n)[^\[\]]*\]")
"""All letters but some, of which a blank or a line break is one: such a text is a word."""
_CLASS = re.compile(r"\[[^\[\]]*\]")
_GROUP = re.compile(r"\([^()]*\)")


def is_of_one_line(pattern: str) -> bool:
    """Tell whether a text of a declared pattern is on one line. False where that cannot be said."""
    bare = _WITHOUT_BLANKS.sub("c", pattern)
    if _MAY_BREAK.search(bare):
        return False
    bare = _CLASS.sub("c", _ESCAPED.sub("e", bare))
    while (outer := _GROUP.sub("g", bare)) != bare:
        bare = outer
    return all(one.startswith("^") and one.endswith("$") for one in bare.split("|"))
