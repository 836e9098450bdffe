"""One form for characters that people write in many ways: digits of any script, spaces, quotes, minus signs.

Each character stays one character, or is removed if it is invisible; nothing is composed or reordered.
"""

import unicodedata

from workflows.errors import Unclear

HARD_SPACE = "\u00a0"
"""The character for every space that keeps its neighbours together."""

_SAME = {
    "\u2019": "'",
    "\u2018": "'",
    "\u02bc": "'",
    "\u2032": "'",
    "\u00b4": "'",
    "\u2212": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\ufe63": "-",
    "\u060c": ",",
    "\u3000": " ",
    "\u0970": ".",
    "\u2009": HARD_SPACE,
    "\u202f": HARD_SPACE,
    "\u2007": HARD_SPACE,
    "\uffe1": "£",
    "\uffe5": "¥",
    "\uffe6": "₩",
}
_FULL_WIDTH = range(0xFF01, 0xFF5F)


class _Table(dict[int, str]):
    """A translation table that adds each character when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        number = unicodedata.decimal(char, None)
        if number is not None:
            plain = str(number)
        elif code in _FULL_WIDTH:
            plain = chr(code - 0xFEE0)
        elif unicodedata.category(char) == "Cf":
            plain = ""  # writing directions and joiners
        else:
            plain = _SAME.get(char, char)
        self[code] = plain
        return plain


_table = _Table()


def plain(text: str) -> str:
    """Return the text with ASCII digits, one kind of quote and minus, and nothing invisible."""
    return text.translate(_table)


def text_of(value: object) -> str:
    """Return the value if it is a text. Raise `Unclear` for any other type, because values from outside may have
    any.
    """
    if not isinstance(value, str):
        raise Unclear(f"a text is needed, not {type(value).__name__}")
    return value


def shown(text: str) -> str:
    """Return an untrusted text in a form for messages: short, on one line, in quotes."""
    cut = " ".join(text.split())[:60]
    return "“" + "".join(char for char in cut if char.isprintable()) + "”"
