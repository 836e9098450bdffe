"""The layout of a page as text: rows from top to bottom, and words that stand apart on the page apart by spaces.

A column of the page is a column of the text, so that what stands under a head, or right of a label, does so in the
text as well. Words of one phrase are apart by one space, and cells by two or more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflows.documents.readings import Box, Word

PHRASE = 0.75
"""Widest gap between words of one phrase, in sizes of their letters."""
_ASCENT, _DESCENT = 0.72, 0.22
"""Reach of letters above and below their baseline, in their size."""
_LEVEL = 0.12
"""Distance of baselines of one row, in the size of its letters."""
_SAME_ROW = 0.55
"""Part of the lower one's height that two pieces of a row have in common."""
_PARAGRAPH = 2.1
"""Distance of two baselines, in sizes of their letters, from which an empty row is between them."""
_NARROWEST, _WIDEST = 2.2, 6.0
"""Points of a text's column."""
_AWRY = 0.02
"""Part of the cells that may be pushed out of their column, so that one long row does not stretch the page."""
_MOST_COLUMNS = 400


@dataclass(frozen=True, slots=True)
class Token:
    """A word on a page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    """Points on the page, from its upper left corner."""
    start: float
    end: float
    """Its extent in the direction of reading."""
    base: float
    """Its baseline, across the direction of reading."""
    size: float
    """Of its letters, in points."""
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class Laid:
    """A text with the places of its words."""

    text: str
    words: tuple[Word, ...]


@dataclass(slots=True)
class _Row:
    tokens: list[Token]
    base: float
    size: float

    @property
    def top(self) -> float:
        return self.base - _ASCENT * self.size

    @property
    def bottom(self) -> float:
        return self.base + _DESCENT * self.size


def laid_out(blocks: Iterable[Sequence[Token]], *, width: float, height: float) -> Laid:
    """Return the text of a page. Each block is laid out for itself, with an empty row before it."""
    lines, words, length = list[str](), list[Word](), 0
    for block in blocks:
        rows = _rows(block)
        if lines and rows:
            lines.append("")
            length += 1
        column = _column(rows)
        first = min((row.tokens[0].start for row in rows), default=0.0)
        for before, row in zip([None, *rows], rows, strict=False):
            if before and row.base - before.base > _PARAGRAPH * max(row.size, before.size):
                lines.append("")
                length += 1
            line = ""
            for last, token in zip([None, *row.tokens], row.tokens, strict=False):
                line = _gap(line, last, token, first, column)
                start = length + len(line)
                line += token.text
                words.append(Word(start=start, end=length + len(line), box=_box(token, width, height), sure=token.sure))
            lines.append(line)
            length += len(line) + 1
    return Laid("".join(f"{line}\n" for line in lines), tuple(words))


def _rows(tokens: Iterable[Token]) -> list[_Row]:
    """Return words as rows: by their baselines, and with what is set higher or smaller beside them."""
    rows = list[_Row]()
    for token in sorted(tokens, key=lambda one: (one.base, one.start)):
        level = (each for each in rows[-3:] if abs(each.base - token.base) <= _LEVEL * min(each.size, token.size))
        row = next(level, None)
        if row:
            row.tokens.append(token)
            row.size = max(row.size, token.size)
        else:
            rows.append(_Row([token], token.base, token.size))
    for row in rows:
        row.tokens.sort(key=lambda one: one.start)
    merged = list[_Row]()
    for row in rows:
        near = next((each for each in reversed(merged[-4:]) if _is_one_row(each, row)), None)
        if near:
            near.tokens = sorted(near.tokens + row.tokens, key=lambda one: one.start)
            if row.size > near.size * 1.2:
                near.base = row.base
            near.size = max(near.size, row.size)
        else:
            merged.append(row)
    return merged


def _is_one_row(one: _Row, other: _Row) -> bool:
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    if common < _SAME_ROW * min(one.bottom - one.top, other.bottom - other.top):
        return False
    both = sorted(one.tokens + other.tokens, key=lambda each: each.start)
    return all(next_.start >= last.end - 0.3 * min(last.size, next_.size) for last, next_ in pairwise(both))


def _is_cell(last: Token, token: Token) -> bool:
    return token.start - last.end > PHRASE * max(min(last.size, token.size), 0.6 * max(last.size, token.size))


def _column(rows: list[_Row]) -> float:
    """Return the points of a column with which nearly all cells stand in theirs."""
    wanted = list[float]()
    for row in rows:
        start, letters = row.tokens[0].start, 0
        for last, token in pairwise(row.tokens):
            letters += len(last.text) + 1
            if _is_cell(last, token):
                wanted.append((token.start - start) / (letters + 1))
                start, letters = token.start, 0
    wanted.sort()
    narrow = wanted[int(len(wanted) * _AWRY)] if wanted else _WIDEST
    left = min((row.tokens[0].start for row in rows), default=0.0)
    extent = max((row.tokens[-1].end for row in rows), default=0.0) - left
    return max(min(narrow, _WIDEST), _NARROWEST, extent / _MOST_COLUMNS)


def _gap(line: str, last: Token | None, token: Token, first: float, column: float) -> str:
    """Return a row's text so far with the spaces before its next word."""
    at = max(round((token.start - first) / column), 0)
    if last is None:
        return " " * min(at, _MOST_COLUMNS)
    if _is_cell(last, token):
        return line.ljust(max(min(at, _MOST_COLUMNS), len(line) + 2))
    return line + " "


def _box(token: Token, width: float, height: float) -> Box:
    return Box(
        left=_part(token.left, width),
        top=_part(token.top, height),
        right=_part(token.right, width),
        bottom=_part(token.bottom, height),
    )


def _part(value: float, whole: float) -> float:
    return round(min(max(value / whole, 0.0), 1.0), 5)
