"""Text from outside, made fit to be shown: nothing in it hides, turns the line round, or moves the cursor."""

from workflows.invisible import belongs, is_invisible


def sanitize(text: object) -> str:
    """Text in which what cannot be seen stands as its escape; line breaks stay, tabs are spaces."""
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
    """The beginning of a text on one line; an ellipsis says that there is more."""
    line = " ".join(sanitize(text).split())
    return line if len(line) <= length else line[: length - 1] + "…"
