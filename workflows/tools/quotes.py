"""Does a passage stand in a text, whole? A number that was cut out of a longer one stands nowhere."""

import re
import unicodedata

_WIDE = ("W", "F")
"""East Asian widths of scripts that put no spaces between words."""
_GROUP = re.compile(r"[0-9]{3}(?![0-9])")
"""What may be the rest of a number whose thousands are set off by a space."""
_UNSEEN = ("Cf", "Cc")
"""Unicode's categories of characters that nobody sees."""


def as_read(text: str) -> str:
    """A text as it reads: one form for each character, one space for each gap, and nothing that nobody sees."""
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(
        " " if char.isspace() else char
        for char in composed
        if char.isspace() or unicodedata.category(char) not in _UNSEEN
    )
    return " ".join(seen.split())


def stands(passage: str, ready: str, *, spaces_aside: bool = False) -> bool:
    """Does a passage stand in a text, where neither its first nor its last word or number goes on?

    `ready`: `as_read` of the text. `spaces_aside`: the passage may be broken by spaces there, or have some that the
    text lacks. An empty passage stands nowhere.
    """
    wanted = as_read(passage)
    if not wanted:
        return False
    words = re.escape(wanted)
    letters = " ?".join(re.escape(char) for char in wanted if char != " ")
    pattern = letters if spaces_aside else words
    # Looked for at each place, also where two overlap.
    found = re.finditer(f"(?=({pattern}))", ready)
    return any(not _is_cut(ready, match.start(1), match.end(1)) for match in found)


def _is_cut(text: str, start: int, end: int) -> bool:
    """Does the word or the number at either end of a span go on outside it?"""
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    if before and _go_together(before[-1], text[start]):
        return True
    if after and _go_together(text[end - 1], after[0]):
        return True
    if before[-1:] == " " and before[:-1].isdigit() and _GROUP.match(text, start):
        return True
    if text[start].isdigit() and before and before[-1] in ".,'-+" and (before[-1] in "-+" or before[:-1].isdigit()):
        return True
    return text[end - 1].isdigit() and len(after) == 2 and after[0] in ".,'-" and after[1].isdigit()


def _go_together(one: str, other: str) -> bool:
    if not (one.isalnum() and other.isalnum()):
        return False
    return not any(unicodedata.east_asian_width(char) in _WIDE for char in (one, other))
