"""The words of a page's text that stretches of it are made of: where they are, and how sure they are. Pure."""

from collections.abc import Iterable, Sequence
from functools import reduce

from workflows.documents.readings import Box, PageReading, Word

_HIGHEST = 1.3
"""Most height of a rectangle of words, in that of the highest of them; of words that are far apart, in that of the
lowest. On a page that is askew it would be higher, and cover the rows above and below.
"""


def boxes_of(page: PageReading, stretches: Iterable[tuple[int, int]]) -> tuple[Box, ...]:
    """Return a rectangle for each row of words of each stretch, or several for a row that is askew.

    `stretches`: first character, and the one after the last.
    """
    return tuple(box for stretch in stretches for box in _rows([word.box for word in words_of(page, *stretch)]))


def words_of(page: PageReading, start: int, end: int) -> Sequence[Word]:
    """Return the words that have a character in a stretch of the text."""
    return [word for word in page.words if word.start < end and start < word.end]


def sureness(page: PageReading, stretches: Iterable[tuple[int, int]]) -> float | None:
    """Return how sure the least sure word of some stretches was read, 0 to 1; None where no word is known there."""
    return min((word.sure for stretch in stretches for word in words_of(page, *stretch)), default=None)


def _rows(boxes: Sequence[Box]) -> list[Box]:
    """Join the rectangles of words that stand side by side."""
    rows: list[list[Box]] = []
    for box in boxes:
        if rows and _is_beside(rows[-1], box):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [reduce(_around, row) for row in rows]


def _is_beside(row: Sequence[Box], box: Box) -> bool:
    """Tell whether a word follows in the row of those before it, on an upright page or on one that is turned."""
    last, whole = row[-1], reduce(_around, (*row, box))
    heights = [one.bottom - one.top for one in (*row, box)]
    in_row = min(last.bottom, box.bottom) - max(last.top, box.top)
    is_apart = box.left - last.right > max(heights)
    most = _HIGHEST * (min(heights) if is_apart else max(heights))
    return 2 * in_row > min(last.bottom - last.top, box.bottom - box.top) > 0 and whole.bottom - whole.top <= most


def _around(one: Box, other: Box) -> Box:
    return Box(
        left=min(one.left, other.left),
        top=min(one.top, other.top),
        right=max(one.right, other.right),
        bottom=max(one.bottom, other.bottom),
    )
