"""Lists of small records as text that people can correct in seconds: one row each, with upright strokes between values.

Valve, 2 inch | 3 | 41.50 | 124.50
"""

import re
from collections.abc import Iterable, Sequence

SEPARATOR = " | "

_MEANT = {"\\": "\\\\", "|": "\\|", "\n": "\\n", "\r": "\\r"}
_WRITTEN = {written: meant for meant, written in _MEANT.items()}
_PIECE = re.compile(r"\\.|[^\\|]|\\$|\|")


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """Return the rows as text. `split_rows` reads them back, apart from spaces at the ends of a value."""
    return "\n".join(SEPARATOR.join(map(_escaped, row)) for row in rows)


def split_rows(text: str) -> list[list[str]]:
    """Return the values of each row that is not blank."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [_split(line) for line in lines if line.strip()]


def write_lines(values: Iterable[str]) -> str:
    """Return the values as lines. `split_lines` reads them back, apart from blank ones and spaces at the ends."""
    return "\n".join(re.sub(r"[\\\n\r]", lambda found: _MEANT[found[0]], value) for value in values)


def split_lines(text: str) -> list[str]:
    """Return the value of each line that is not blank."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [
        "".join(_WRITTEN.get(piece, piece) for piece in _PIECE.findall(line.strip())) for line in lines if line.strip()
    ]


def _escaped(value: str) -> str:
    return re.sub(r"[\\|\n\r]", lambda found: _MEANT[found[0]], value)


def _split(line: str) -> list[str]:
    values = [""]
    for piece in _PIECE.findall(line):
        if piece == "|":
            values.append("")
        else:
            values[-1] += _WRITTEN.get(piece, piece)
    return [value.strip() for value in values]
