"""Text from outside, made fit to be shown: nothing in it hides, turns the line round, or moves the cursor."""

import unicodedata

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def plain(text: object) -> str:
    """Text in which control and direction characters stand as their escapes; line breaks stay, tabs are spaces."""
    return "".join(
        character if character == "\n" or unicodedata.category(character) not in _HIDDEN else _escape(character)
        for character in str(text).replace("\r\n", "\n").replace("\t", "    ")
    )


def one_line(text: object, length: int = 60) -> str:
    """The beginning of a text on one line; an ellipsis says that there is more."""
    line = " ".join(plain(text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _escape(character: str) -> str:
    return "\N{ZERO WIDTH JOINER}" if character == "\N{ZERO WIDTH JOINER}" else f"\\u{ord(character):04x}"
