"""Beginnings of texts that people read: cut at the end of a word, and never inside of a letter or an escape."""

import regex

_LETTERS = regex.compile(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\X")
"""A letter with its accents, an emoji of several characters, or the escape of an invisible character."""
_ESCAPE = 10
"""Most characters of an escape."""
_WORD = 20
"""Most characters of a word, or of a letter, that are left out so that it is not cut in two."""
_RUN = 500
"""Most characters that are looked at to find where a letter ends."""


def begun(text: str, length: int) -> str:
    """Return the first `length` characters of a text, or fewer, up to the end of a word where one ends near."""
    if len(text) <= length:
        return text.rstrip()
    shown = text[: between_letters(text, length)]
    if shown and not text[len(shown)].isspace():
        end = max(shown.rfind(" "), shown.rfind("\n"))
        # Of a short text, such as a button's, most has to be left.
        shown = shown[:end] if end >= length - min(_WORD, length // 3) else shown
    return shown.rstrip()


def shortened(text: str, length: int) -> str:
    """Return a text of at most `length` characters, with an ellipsis where there is more."""
    return text if len(text) <= length else f"{begun(text, length - 1)}…"


def between_letters(text: str, place: int) -> int:
    """Return the last place that is not inside of a letter or an escape, up to the given one.

    A letter without end, as of a hundred accents, is cut all the same.
    """
    near = text[max(0, place - _ESCAPE) : place + 1]
    if place >= len(text) or (near.isascii() and "\\" not in near):
        return place
    first = max(text.rfind(" ", 0, place) + 1, place - _RUN)
    for letter in _LETTERS.finditer(text, first):
        if letter.end() >= place:
            found = place if letter.end() == place else letter.start()
            return found if found >= place - _WORD else place
    return place
