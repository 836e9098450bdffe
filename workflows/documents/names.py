"""Names of files from outside, in a form that is shown to people. No path is ever made of one."""

import re

from workflows.documents.document import LONGEST_NAME
from workflows.invisible import belongs, is_invisible

UNNAMED = "unnamed"
"""The name of a file that came without one."""
_LONGEST_GIVEN = 10_000
"""Characters of a name that are looked at."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def file_name(given: str) -> str:
    """Return the name of a file without its folders, on one line, without what cannot be seen or moves others.

    A longer one is cut in its middle, so that it keeps its ending.
    """
    last = re.split(r"[\\/]", given[-_LONGEST_GIVEN:])[-1]
    seen = ""
    for char in last:
        # A line break or a tab is a space; what hides or turns the letters around is nothing.
        if char.isspace():
            seen += " "
        elif not is_invisible(char) or belongs(char, seen[-2:]):
            seen += char
    name = " ".join(seen.split())
    if not name.strip("."):
        return UNNAMED
    if len(name) <= LONGEST_NAME:
        return name
    found = _ENDING.search(name)
    ending = found[0] if found is not None else ""
    return f"{name[: LONGEST_NAME - 1 - len(ending)]}…{ending}"
