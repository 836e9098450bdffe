"""Places for labels beside marks: on no mark and on no other label, and on as little of the page's text as can be."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from PIL import Image

Rectangle: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""
_COARSE = 4
"""Pixels in each direction that count as one where it is asked how much is printed somewhere."""
_GAP = 6
"""Pixels between a mark and a label beside it."""
_RINGS = (0, 1, 2, 4, 7, 11, 16)
"""Distances that are tried, in heights of the label."""
_INK = 4.0
"""Weight of covered print against distance: a label goes far to cover nothing."""
_WORD = 48
"""Darkness, of 255, of what counts as printed."""


def placed(
    picture: Image.Image, marks: Sequence[Sequence[Rectangle]], sizes: Sequence[tuple[int, int]]
) -> list[Rectangle]:
    """Return a place for the label of each mark. `sizes`: width and height of the labels."""
    ink = picture.convert("L").point(lambda level: 255 if level < 200 else 0).reduce(_COARSE)
    taken = [rectangle for mark in marks for rectangle in mark]
    found: list[Rectangle] = []
    for mark, size in zip(marks, sizes, strict=True):
        free = [one for one in _around(mark[0], size, picture.size) if not any(_meet(one, other) for other in taken)]
        # Where all is taken, a label stands at the edge of the page, over whatever is there.
        place = min(free, key=lambda one: _cost(one, mark[0], ink), default=_at_edge(mark[0], size, picture.size))
        found.append(place)
        taken.append(place)
    return found


def _around(mark: Rectangle, size: tuple[int, int], page: tuple[int, int]) -> Iterator[Rectangle]:
    left, top, right, bottom = mark
    width, height = size
    middle = (top + bottom - height) // 2
    for ring in _RINGS:
        far = _GAP + ring * height
        for x, y in (
            *((x, middle + by * ring * height) for x in (right + far, left - far - width) for by in (0, -1, 1)),
            *((x, y) for y in (top - far - height, bottom + far) for x in (left, right - width, left - width, right)),
            *((x, middle + by * ring * height) for x in (_GAP, page[0] - width - _GAP) for by in (0, -1, 1)),
        ):
            if x >= 0 and x + width < page[0] and y >= 0 and y + height < page[1]:
                yield x, y, x + width, y + height


def _at_edge(mark: Rectangle, size: tuple[int, int], page: tuple[int, int]) -> Rectangle:
    y = min(max(mark[1], 0), max(page[1] - size[1] - 1, 0))
    return 0, y, size[0], y + size[1]


def _cost(label: Rectangle, mark: Rectangle, ink: Image.Image) -> float:
    """Return how bad a place is: what it covers of the print, and how far it is from its mark, in its own heights."""
    left, top, right, bottom = (edge // _COARSE for edge in label)
    part = ink.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    levels = part.histogram()
    printed = sum(level * count for level, count in enumerate(levels)) / (255 * sum(levels))
    # A word of small print is little ink, and still a word.
    covers = any(levels[_WORD:])
    across = max(mark[0] - label[2], label[0] - mark[2], 0)
    along = max(mark[1] - label[3], label[1] - mark[3], 0)
    return _INK * (covers + 12 * printed) + (across + along) / (label[3] - label[1])


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
