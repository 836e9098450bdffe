"""Places for labels beside marks: on no mark and on no other label, and on as little of the page's text as can be."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from PIL import Image

Rectangle: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""
Line: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
_COARSE = 4
"""Pixels in each direction that count as one where it is asked how much is printed somewhere."""
_GAP = 6
"""Pixels between a mark and a label beside it."""
_RINGS = (0, 1, 2, 4, 7, 11, 16)
"""Distances that are tried, in heights of the label."""
_WORD = 48
"""Darkness, of 255, of what counts as printed."""
_STEPS = 12
"""Points of the line from a label to its mark that are looked at."""

# How bad a place is. The unit is one height of the label as the distance to its mark.
_TOUCHED = 2.5
"""For any print below the label."""
_COVERED = 50.0
"""For a label's worth of solid print below it."""
_THROUGH_PRINT = 2.0
"""For a line that runs in print all the way."""
_THROUGH_OTHERS = 5.0
"""For a line that meets another mark or label."""
_NONE_FREE = 100.0
"""For a label that finds no place. No other is as bad."""


def placed(
    picture: Image.Image, marks: Sequence[Sequence[Rectangle]], sizes: Sequence[tuple[int, int]]
) -> list[Rectangle]:
    """Return a place for the label of each mark. `sizes`: width and height of the labels."""
    ink = picture.convert("L").point(lambda level: 255 if level < 200 else 0).reduce(_COARSE)
    # Each label is in the way of the next one: from the top down and from the bottom up, one is better.
    downwards = sorted(range(len(marks)), key=lambda at: marks[at][0][1])
    tried = [_in_order(order, marks, sizes, ink, picture.size) for order in (downwards, downwards[::-1])]
    _, found = min(tried, key=lambda one: one[0])
    return [found[at] for at in range(len(marks))]


def _in_order(
    order: Sequence[int],
    marks: Sequence[Sequence[Rectangle]],
    sizes: Sequence[tuple[int, int]],
    ink: Image.Image,
    page: tuple[int, int],
) -> tuple[float, dict[int, Rectangle]]:
    """Return how bad the places are that labels get in some order, and the places."""
    taken = [rectangle for mark in marks for rectangle in mark]
    found: dict[int, Rectangle] = {}
    total = 0.0
    for at in order:
        others = [one for one in taken if one not in marks[at]]
        cost, found[at] = _best(marks[at][0], sizes[at], ink, taken, others, page=page)
        total += cost
        taken.append(found[at])
    return total, found


def tie(label: Rectangle, mark: Rectangle) -> Line:
    """Return the line from a label to its mark, which ends at the edges of both."""
    start = _nearest(label, ((mark[0] + mark[2]) / 2, (mark[1] + mark[3]) / 2))
    return start, _nearest(mark, start)


def _best(
    mark: Rectangle,
    size: tuple[int, int],
    ink: Image.Image,
    taken: Sequence[Rectangle],
    others: Sequence[Rectangle],
    *,
    page: tuple[int, int],
) -> tuple[float, Rectangle]:
    """Return the best place for a label, after how bad it is. Where all is taken, that is the edge of the page, over
    whatever is there.
    """
    best, least = _at_edge(mark, size, page), _NONE_FREE
    for one in _around(mark, size, page):
        far = _distance(one, mark)
        # The rest is only looked at where the distance alone is not worse already.
        if far < least and not any(_meet(one, other) for other in taken):
            cost = far + _hidden(one, mark, ink, others)
            if cost < least:
                best, least = one, cost
    return least, best


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


def _distance(label: Rectangle, mark: Rectangle) -> float:
    (from_x, from_y), (to_x, to_y) = tie(label, mark)
    return max(abs(to_x - from_x), abs(to_y - from_y)) / (label[3] - label[1])


def _hidden(label: Rectangle, mark: Rectangle, ink: Image.Image, others: Sequence[Rectangle]) -> float:
    """Return how bad it is what a label and its line lie over."""
    left, top, right, bottom = (edge // _COARSE for edge in label)
    levels = ink.crop((left, top, max(right, left + 1), max(bottom, top + 1))).histogram()
    covered = sum(level * count for level, count in enumerate(levels)) / (255 * sum(levels))
    (from_x, from_y), (to_x, to_y) = tie(label, mark)
    steps = [step / _STEPS for step in range(1, _STEPS)]
    points = [(from_x + (to_x - from_x) * step, from_y + (to_y - from_y) * step) for step in steps]
    in_print = sum(_is_printed(ink, point) for point in points) / len(points)
    in_others = any(one[0] <= x <= one[2] and one[1] <= y <= one[3] for one in others for x, y in points)
    return (
        # A word of small print is little ink, and still a word.
        _TOUCHED * any(levels[_WORD:]) + _COVERED * covered + _THROUGH_PRINT * in_print + _THROUGH_OTHERS * in_others
    )


def _is_printed(ink: Image.Image, point: tuple[float, float]) -> bool:
    x, y = (min(max(int(place) // _COARSE, 0), most - 1) for place, most in zip(point, ink.size, strict=True))
    level = ink.getpixel((x, y))
    return isinstance(level, int | float) and level >= _WORD


def _nearest(rectangle: Rectangle, point: tuple[float, float]) -> tuple[float, float]:
    left, top, right, bottom = rectangle
    return min(max(point[0], left), right), min(max(point[1], top), bottom)


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
