"""Sanitizing of text from outside: nothing in it hides, reverses the direction of the line, or moves the cursor."""

from workflows.excerpts import shortened
from workflows.invisible import belongs, is_invisible


def sanitize(text: object) -> str:
    """Return a text with invisible characters as escapes; line breaks stay, tabs become spaces."""
    written = str(text).replace("\r\n", "\n").replace("\t", "    ")
    if written.isascii() and written.replace("\n", "").isprintable():
        return written
    return "".join(
        character
        if character == "\n" or not is_invisible(character) or belongs(character, written[max(0, place - 2) : place])
        else _escape(character)
        for place, character in enumerate(written)
    )


def _escape(character: str) -> str:
    """A character as Python writes it: after four digits nothing says whether a fifth belongs to it."""
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def one_line(text: object, length: int = 60) -> str:
    """Return the beginning of a text on one line, with an ellipsis where there is more."""
    line = " ".join(sanitize(text).split())
    return shortened(line, length)
