"""The words of a page's text that stretches of it are made of: where they are, and how sure they are. Pure."""

from collections.abc import Iterable, Sequence

from workflows.documents.readings import Box, PageReading, Word


def boxes_of(page: PageReading, stretches: Iterable[tuple[int, int]]) -> tuple[Box, ...]:
    """Return a rectangle for each row of words of each stretch. `stretches`: first character, and the one after the
    last.
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
    rows: list[Box] = []
    for box in boxes:
        if rows and _is_beside(rows[-1], box):
            rows[-1] = _around(rows[-1], box)
        else:
            rows.append(box)
    return rows


def _is_beside(one: Box, other: Box) -> bool:
    """Tell whether a word follows in the row of the one before it, on an upright page or on one that is turned."""
    in_row = min(one.bottom, other.bottom) - max(one.top, other.top)
    return 2 * in_row > min(one.bottom - one.top, other.bottom - other.top) > 0


def _around(one: Box, other: Box) -> Box:
    return Box(
        left=min(one.left, other.left),
        top=min(one.top, other.top),
        right=max(one.right, other.right),
        bottom=max(one.bottom, other.bottom),
    )
