"""Characters that cannot be seen or that move others. In a text from outside they can hide something."""

import unicodedata

_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories: control, format, surrogate and private characters, and separators of lines and paragraphs."""
_BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0\ufffc")
"""Letters, marks and symbols that are drawn as nothing, although their category says otherwise."""
_UNDRAWN = (range(0xFE00, 0xFE10), range(0xFFF0, 0xFFF9), range(0x2065, 0x2066), range(0xE0000, 0xE1000))
"""Variation selectors, tags, and the code points that Unicode reserves for more of them (Default_Ignorable_Code_Point).
"""
JOINER, EMOJI, KEYCAP = "\u200d", "\ufe0f", "\u20e3"


def is_invisible(char: str) -> bool:
    """Tell whether a character is drawn as nothing or moves others. A line break is invisible, a space is not."""
    return (
        unicodedata.category(char) in _CATEGORIES or char in _BLANK or any(ord(char) in undrawn for undrawn in _UNDRAWN)
    )


def belongs(char: str, before: str) -> bool:
    """Tell whether an invisible character is part of the emoji or the letter that it follows.

    `before`: the characters before it. Emoji are joined by U+200D and chosen by U+FE0F; scripts such as Devanagari and
    Arabic use U+200D between their letters. After a Latin letter both would only hide.
    """
    if not before:
        return False
    last = before[-1]
    if char == EMOJI:
        return unicodedata.category(last) in ("So", "Sm") or last in "0123456789#*\u203c\u2049"
    if char == JOINER:
        seen = before[-2] if last == EMOJI and len(before) > 1 else last
        return unicodedata.category(seen) in ("So", "Sk") or (seen > "\u058f" and unicodedata.category(seen)[0] in "LM")
    return False
