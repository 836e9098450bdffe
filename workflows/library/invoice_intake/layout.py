"""The layout of a paper: its lines, their cells between gaps, and the label that belongs to a place.

A label is before its value in the same cell, in a cell to the left, or above it in the same column. All searches look
at a limited piece of the text, so that no text is slow.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from countersign.tools.characters import plain

LONGEST_LABEL = 80
"""Most characters of a label. Of a longer text before a value, the last ones count."""
_MOST_LINES_UP = 14
"""Most lines between a value and the head of its column."""
_MOST_CELLS = 12
"""Most cells to the left, or above, that are examined."""
_LONGEST_CELL = 200
"""Characters of a cell that are searched for words."""

_CELL = re.compile(r"[^\s|](?:[^\s|]|[ \u00a0](?=[^\s|]))*")
_LEADERS = re.compile(r"\.{3,}|_{3,}|-{3,}|={3,}|[*`\u2022\u25cf\u00b7]")
_LETTERS = re.compile(r"[^\W\d_]\.?[^\W\d_]")
_CURRENCY = re.compile(
    r"\b(?:eur|usd|gbp|chf|sek|nok|dkk|pln|czk|huf|ron|euro|kr|zl|kc|lei|ft|fr"
    r"|aed|sar|inr|jpy|cny|rmb|cad|aud|nzd|hkd|sgd|zar|brl|mxn|ils|krw|bgn|isk)\b\.?"
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A piece of a line between two gaps."""

    line: int
    start: int
    end: int
    text: str

    @property
    def level(self) -> str:
        """Return the text in level letters, so that words can be compared."""
        return level(self.text)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A paper, line by line."""

    lines: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    """The cells of each line."""

    def every_cell(self) -> Iterator[Cell]:
        """Return all cells, from the top."""
        return (cell for line in self.cells for cell in line)

    def cell_at(self, line: int, column: int) -> int | None:
        """Return the number of the cell of a line that a column is in."""
        at = bisect_right(self.cells[line], column, key=_start) - 1
        return at if at >= 0 and column < self.cells[line][at].end else None

    def above(self, line: int, start: int, end: int) -> Cell | None:
        """Return the nearest cell with words above a place, in its column."""
        for higher in range(line - 1, max(line - 1 - _MOST_LINES_UP, -1), -1):
            for cell in self._between(higher, start - 1, end + 1):
                if is_worded(cell.text[:_LONGEST_CELL]):
                    return cell
        return None

    def below(self, cell: Cell) -> Cell | None:
        """Return the cell under another one, in the next line that is not empty."""
        for lower in range(cell.line + 1, min(cell.line + 4, len(self.cells))):
            if self.cells[lower]:
                return next(iter(self._between(lower, cell.start, cell.end)), None)
        return None

    def beside(self, cell: Cell) -> Cell | None:
        """Return the next cell to the right."""
        at = bisect_right(self.cells[cell.line], cell.start, key=_start)
        return self.cells[cell.line][at] if at < len(self.cells[cell.line]) else None

    def _between(self, line: int, start: int, end: int) -> tuple[Cell, ...]:
        """Return the first cells of a line that reach into these columns, their ends included."""
        first = bisect_left(self.cells[line], start, key=_end)
        near = self.cells[line][first : first + _MOST_CELLS]
        return tuple(cell for cell in near if cell.start <= end)

    def label(self, line: int, start: int, after: int = 0) -> str:
        """Return the words to the left of a place: in the same cell after `after`, else in the nearest cell; empty if
        none.
        """
        at = self.cell_at(line, start)
        if at is None:
            return ""
        cells = self.cells[line]
        own = self.lines[line][max(cells[at].start, after, start - LONGEST_LABEL) : start]
        if is_worded(own):
            return own
        for cell in reversed(cells[max(at - _MOST_CELLS, 0) : at]):
            if is_worded(cell.text[-LONGEST_LABEL:]):
                return cell.text[-LONGEST_LABEL:]
        return ""


def _start(cell: Cell) -> int:
    return cell.start


def _end(cell: Cell) -> int:
    return cell.end


@lru_cache(maxsize=32)
def sheet_of(text: str) -> Sheet:
    """Return a text as lines and cells. The result is cached, because several rules ask for it."""
    ready = _LEADERS.sub(lambda gap: " " * len(gap[0]), plain(text).replace("\t", "    "))
    lines = tuple(_columns(line) for line in ready.splitlines())
    return Sheet(
        lines=lines,
        cells=tuple(
            tuple(
                Cell(line=number, start=found.start(), end=found.end(), text=found[0]) for found in _CELL.finditer(line)
            )
            for number, line in enumerate(lines)
        ),
    )


def _columns(line: str) -> str:
    """Return a line with column marks in place of its semicolons, where it is a line of a table."""
    return line.replace(";", "|") if line.count(";") > 2 and "  " not in line else line


def is_worded(text: str) -> bool:
    """Tell whether it has a word other than a currency."""
    return _LETTERS.search(_CURRENCY.sub(" ", level(text))) is not None


class _Level(dict[int, str]):
    """A translation table that adds each character when it is first met."""

    def __missing__(self, code: int) -> str:
        small = chr(code).lower()[:1]
        bare = _BARE.get(small) or unicodedata.normalize("NFKD", small)[:1]
        self[code] = bare or chr(code)
        return self[code]


_BARE = {"ß": "s", "ł": "l", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "ı": "i", "\u00a0": " "}
_table = _Level()


def level(text: str) -> str:
    """Return a text in small letters without accents, each character still in its place."""
    return text.translate(_table)
