"""Columns in letters of one width: a table of rows, and a text that was laid out with spaces.

Slack has letters of one width in preformatted text alone, and wraps there what is too wide, so a table is made narrow
enough. An input's letters are always of different widths: no column can be kept there.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, zip_longest

from workflows.engine.text.sanitize import sanitize

WIDTH = 58
"""Characters of a line that Slack does not wrap: what a modal has room for, which is narrower than a message."""
_GAP = 2
"""Characters that are blank between two columns at least."""
_LEAST = 16
"""Characters that a column is left with at least, where others need the room."""
_BELOW = "  "
"""Indent of the part of a cell that goes on below."""
_LAID_OUT = re.compile(r"\S\s{3,}\S")
_ROWS = 3
"""Number of lines with a gap that make a text count as a table."""
_RULE = re.compile(r"[\s_=\-\u2013\u2014\u2500]+")
_Line = Sequence[str]
"""A line by its places: a letter, half of a wide one, or a letter with its accents."""


def is_laid_out(text: str) -> bool:
    """Was a text laid out with spaces, as a table is?"""
    return sum(_LAID_OUT.search(row) is not None for row in text.splitlines()) >= _ROWS


def laid_out(text: str, *, width: int = WIDTH) -> str:
    """A text that was laid out with spaces, its columns still below each other, on lines of at most `width` characters.

    Each part between two blank lines is made narrower by itself, and only as far as it is too wide: first what is blank
    in all its rows, the widest of it first, so that sums still end below the amounts of the part above; then its widest
    column, which goes on below. A part that does not fit even so keeps its rows alone.
    """
    rows = sanitize(text).split("\n")
    parts = [list(part) for _, part in groupby(rows, key=lambda row: not row.strip())]
    return "\n".join(row.rstrip() for part in parts for row in _narrowed(part, width))


def table(rows: Sequence[Sequence[str]], *, right: Collection[int] = (), width: int = WIDTH) -> str:
    """Rows with their columns below each other. `right`: the columns of numbers, by their place, which end together.

    The widest column goes on below where the table would be too wide; no line is longer than `width` characters where
    that can be.
    """
    cells = [[_line(sanitize(cell)) for cell in row] for row in rows]
    columns = range(max(map(len, cells), default=0))
    widths = [max((len(row[column]) for row in cells if column < len(row)), default=0) for column in columns]
    gaps = [0 if column == 0 else _GAP for column in columns]
    fitted = _fitted(widths, width - sum(gaps), fixed=right)
    return "\n".join(line for row in cells for line in _drawn(row, fitted, gaps, right))


def width_of(text: str) -> int:
    """The widest line of a text, in letters of one width."""
    return max(len(_line(row)) for row in text.split("\n"))


def _line(text: str) -> _Line:
    """A text, place by place."""
    found: list[str] = []
    for character in text.replace("\n", " "):
        if unicodedata.category(character) in ("Mn", "Me", "Cf") and found:
            found[-1] += character
        elif unicodedata.east_asian_width(character) in ("W", "F"):
            found += [character, ""]
        else:
            found.append(character)
    return found


def _fitted(widths: Sequence[int], most: int, *, fixed: Collection[int] = ()) -> Sequence[int]:
    """Return the widths of columns, the widest one narrowed to fit; a fixed one keeps its own. `most`: of all."""
    left = most - sum(widths)
    may_give = [place for place in range(len(widths)) if place not in fixed]
    gives = max(may_give, key=lambda place: widths[place], default=None)
    if left >= 0 or gives is None:
        return widths
    return [max(width + left, _LEAST) if place == gives else width for place, width in enumerate(widths)]


def _drawn(
    row: Sequence[_Line], widths: Sequence[int], gaps: Sequence[int], right: Collection[int] = ()
) -> Iterator[str]:
    """A row: a line, or several where a cell is wider than its column. `gaps`: what is blank before each column."""
    pieces = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=False)]
    for line in zip_longest(*pieces, fillvalue=()):
        cells = [" " * gaps[place] + _padded(piece, widths[place], place in right) for place, piece in enumerate(line)]
        yield "".join(cells).rstrip()


def _padded(piece: _Line, width: int, is_right: bool) -> str:
    blank = " " * (width - len(piece))
    return f"{blank}{''.join(piece)}" if is_right else f"{''.join(piece)}{blank}"


def _wrapped(cell: _Line, width: int) -> Sequence[_Line]:
    """A cell in pieces of at most a width, cut between words where that can be."""
    if len(cell) <= width:
        return [cell]
    pieces, rest = list[_Line](), _line(_closed_up("".join(cell), " " * _GAP))
    while len(rest) > width:
        least = len(_BELOW) if pieces else 0
        cut = next((place for place in range(width, least, -1) if rest[place] == " "), width)
        # A wide letter is not cut in two.
        cut -= rest[cut] == "" and cut > least + 1
        pieces.append(rest[:cut])
        rest = _line(_BELOW + "".join(rest[cut:]).lstrip(" "))
    return [*pieces, rest]


def _closed_up(row: str, gap: str) -> str:
    """A row with its gaps made small, so that it stays one."""
    begun = row[: len(row) - len(row.lstrip(" "))]
    return begun + re.sub(rf" {{{len(gap)},}}", gap, row.strip(" "))


def _narrowed(part: Sequence[str], width: int) -> Sequence[str]:
    """The rows of one part, narrower where they have to be."""
    lines = [_line(row.rstrip()) for row in part]
    longest = max(map(len, lines))
    if longest <= width:
        return part
    rows = [line for row, line in zip(part, lines, strict=True) if _is_row(row)]
    columns = list(_columns(rows, longest))
    widths = [last - first for first, last in columns]
    gaps = _shrunk(
        [first - before for (first, _), (_, before) in zip(columns, [(0, 0), *columns], strict=False)], longest - width
    )
    fitted = _fitted(widths, width - sum(gaps))
    if sum(fitted) + sum(gaps) > width:
        return [_closed_up(row.strip(" "), "   ") for row in part]
    made: list[str] = []
    for row, line in zip(part, lines, strict=True):
        if _is_row(row):
            made += _drawn([_cut(line, first, last) for first, last in columns], fitted, gaps)
        elif _RULE.fullmatch(row):
            made.append(row.strip()[:width])
        else:
            made.append(row)
    return made


def _shrunk(gaps: Sequence[int], by: int) -> Sequence[int]:
    """Return the blanks before each column, fewer by so many characters: the widest gives way first."""
    left, least = list(gaps), [0, *[_GAP] * (len(gaps) - 1)]
    for _ in range(by):
        place = max(range(len(left)), key=lambda place: left[place] - least[place], default=0)
        if not left or left[place] <= least[place]:
            break
        left[place] -= 1
    return left


def _is_row(row: str) -> bool:
    """Tell whether a line is laid out, and is neither a sentence nor a rule."""
    is_rule = _RULE.fullmatch(row) is not None and len(row.strip()) > _LEAST
    return not is_rule and (_LAID_OUT.search(row) is not None or row.startswith(" " * _GAP))


def _columns(rows: Sequence[_Line], longest: int) -> Iterator[tuple[int, int]]:
    """Return where columns begin and end: between two places that are blank in every row."""
    taken = [any(place < len(row) and row[place] != " " for row in rows) for place in range(longest)]
    first: int | None = None
    for place in range(longest + 1):
        is_over = not any(taken[place : place + _GAP])
        if first is None and place < longest and taken[place]:
            first = place
        elif first is not None and is_over:
            yield first, place
            first = None


def _cut(line: _Line, first: int, last: int) -> _Line:
    """Return the text in a column, with the spaces that are before it there."""
    found = list(line[first:last])
    while found and found[-1] == " ":
        found.pop()
    return found
