"""Places for labels: near their marks, on no mark and no other label, and on as little of the page's text as can be."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from PIL import Image

from workflows.documents.pictures.ink import CELL, PRINTED, WIDTH, ink

Rectangle: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""
Line: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
_GAP = 5
"""Pixels between a mark and a label beside it."""
_RINGS = (0, 0.5, 1, 1.5, 2, 3, 4, 5.5, 7, 9, 12, 16)
"""Distances that are tried, in heights of the label."""
_ASIDE = (0, -0.5, 0.5, -1, 1)
"""Heights of a label by which one left or right of its mark is tried higher or lower."""
_AGAIN = 6
"""Most times that all labels are placed anew."""
_GRAZED = 2
"""Pixels at the edge of a label below which nothing is missed."""
_STEPS = 12
"""Points of the line from a label to its mark that are looked at."""

# How bad a place is. The unit is one height of the label as the distance to its mark.
_TOUCHED = 1.0
"""For any print below the label."""
_COVERED = 10.0
"""For a label's worth of solid print below it. A word is about a third of that."""
_THROUGH_PRINT = 2.0
"""For a line that runs in print all the way."""
_THROUGH_OTHERS = 5.0
"""For a line that meets another mark or label."""
_ASKANCE = 0.7
"""For a label that stands neither above or below its mark nor beside it."""
_BESIDE_ANOTHER = 2.0
"""For a label in the row of another mark, which it seems to belong to."""
_NEAR = 4
"""Heights of a label within which it seems to belong to a mark in its row."""
_NONE_FREE = 100.0
"""For a label that finds no place. No other is as bad."""


class _Print:
    """The print of a picture."""

    def __init__(self, picture: Image.Image) -> None:
        self._times = max(1, round(picture.width / WIDTH))
        self._cell = self._times * CELL
        self._ink = ink(picture.reduce(self._times))

    def below(self, rectangle: Rectangle) -> float:
        """Return how bad it is to cover a part of the picture."""
        left, top = ((edge + _GRAZED) // self._cell for edge in rectangle[:2])
        right, bottom = (-(-(edge - _GRAZED) // self._cell) for edge in rectangle[2:])
        levels = self._ink.crop((left, top, max(right, left + 1), max(bottom, top + 1))).histogram()
        covered = sum(level * count for level, count in enumerate(levels)) / (255 * sum(levels))
        # A word of small print is little ink, and still a word.
        return _TOUCHED * any(levels[PRINTED:]) + _COVERED * covered

    def holds(self, point: tuple[float, float]) -> bool:
        """Tell whether something is printed at a point."""
        size = self._ink.size
        x, y = (min(max(int(at) // self._cell, 0), most - 1) for at, most in zip(point, size, strict=True))
        level = self._ink.getpixel((x, y))
        return isinstance(level, int | float) and level >= PRINTED


def placed(
    picture: Image.Image, marks: Sequence[Sequence[Rectangle]], sizes: Sequence[tuple[int, int]]
) -> list[Rectangle]:
    """Return a place for the label of each mark. `sizes`: width and height of the labels."""
    printed = _Print(picture)
    order = sorted(range(len(marks)), key=lambda at: marks[at][0][1])
    tried = [_in_order(one, marks, sizes, printed, picture.size) for one in (order, order[::-1])]
    # Each label is in the way of the next one, so what got a bad place comes first the next time.
    for _ in range(_AGAIN):
        last = tried[-1]
        order = sorted(last, key=lambda at: -last[at][0])
        if order == list(last):
            break
        tried.append(_in_order(order, marks, sizes, printed, picture.size))
    best = min(tried, key=lambda places: sum(cost for cost, _ in places.values()))
    return [best[at][1] for at in range(len(marks))]


def _in_order(
    order: Sequence[int],
    marks: Sequence[Sequence[Rectangle]],
    sizes: Sequence[tuple[int, int]],
    printed: _Print,
    page: tuple[int, int],
) -> dict[int, tuple[float, Rectangle]]:
    """Return the places that labels get in some order, each after how bad it is."""
    taken = [rectangle for mark in marks for rectangle in mark]
    found: dict[int, tuple[float, Rectangle]] = {}
    for at in order:
        marked = [one for other, mark in enumerate(marks) if other != at for one in mark]
        found[at] = _best(marks[at], sizes[at], printed, taken, marked, page=page)
        taken.append(found[at][1])
    return found


def tie(label: Rectangle, mark: Sequence[Rectangle]) -> Line:
    """Return the shortest line from a label to its mark. It ends at the edges of both."""
    return min((_line(label, rectangle) for rectangle in mark), key=_length)


def _line(label: Rectangle, rectangle: Rectangle) -> Line:
    start = _nearest(label, ((rectangle[0] + rectangle[2]) / 2, (rectangle[1] + rectangle[3]) / 2))
    return start, _nearest(rectangle, start)


def _length(line: Line) -> float:
    (from_x, from_y), (to_x, to_y) = line
    return max(abs(to_x - from_x), abs(to_y - from_y))


def _best(
    mark: Sequence[Rectangle],
    size: tuple[int, int],
    printed: _Print,
    taken: Sequence[Rectangle],
    marked: Sequence[Rectangle],
    *,
    page: tuple[int, int],
) -> tuple[float, Rectangle]:
    """Return the best place for a label, after how bad it is. Where all is taken, that is the edge of the page, over
    whatever is there.
    """
    best, least = _at_edge(mark[0], size, page), _NONE_FREE
    others = [one for one in taken if one not in mark]
    for one in _around(mark, size, page):
        line = tie(one, mark)
        far = max(_length(line), _GAP) / size[1]
        # The rest is only looked at where the distance alone is not worse already.
        if far < least and not any(_meet(one, other) for other in taken):
            cost = far + printed.below(one) + _in_the_way(line, printed, others) + _unclear(one, mark, marked)
            if cost < least:
                best, least = one, cost
    return least, best


def _around(mark: Sequence[Rectangle], size: tuple[int, int], page: tuple[int, int]) -> Iterator[Rectangle]:
    width, height = size
    # Of a mark in several rectangles a label stands beside the first one or the last one.
    for ring in _RINGS:
        far = _GAP + round(ring * height)
        for left, top, right, bottom in dict.fromkeys((mark[0], mark[-1])):
            rows = [(top + bottom - height) // 2 + round(by * height) for by in _ASIDE]
            for x, y in (
                *((x, y) for x in (right + far, left - far - width) for y in rows),
                *(
                    (x, y)
                    for y in (top - far - height, bottom + far)
                    for x in (left, right - width, left - width, right)
                ),
                *((x, y) for x in (_GAP, page[0] - width - _GAP) for y in (rows[0] - far + _GAP, rows[0] + far - _GAP)),
            ):
                if x >= 0 and x + width < page[0] and y >= 0 and y + height < page[1]:
                    yield x, y, x + width, y + height


def _at_edge(mark: Rectangle, size: tuple[int, int], page: tuple[int, int]) -> Rectangle:
    y = min(max(mark[1], 0), max(page[1] - size[1] - 1, 0))
    return 0, y, size[0], y + size[1]


def _in_the_way(line: Line, printed: _Print, others: Sequence[Rectangle]) -> float:
    """Return how bad it is what a line lies over."""
    (from_x, from_y), (to_x, to_y) = line
    steps = [step / _STEPS for step in range(1, _STEPS)]
    points = [(from_x + (to_x - from_x) * step, from_y + (to_y - from_y) * step) for step in steps]
    in_print = sum(printed.holds(point) for point in points) / len(points)
    in_others = any(one[0] <= x <= one[2] and one[1] <= y <= one[3] for one in others for x, y in points)
    return _THROUGH_PRINT * in_print + _THROUGH_OTHERS * in_others


def _unclear(label: Rectangle, mark: Sequence[Rectangle], marked: Sequence[Rectangle]) -> float:
    """Return how bad it is that a label could be another mark's. `marked`: the other marks."""
    in_row = max(_common(label, one, 1) for one in mark)
    in_column = max(_common(label, one, 0) for one in mark)
    near = _NEAR * (label[3] - label[1])
    beside_another = any(_common(label, one, 1) > max(in_row, 0) and -_common(label, one, 0) < near for one in marked)
    return _ASKANCE * (in_row <= 0 and in_column <= 0) + _BESIDE_ANOTHER * beside_another


def _common(one: Rectangle, other: Rectangle, side: int) -> int:
    """Return the pixels of rows (1) or columns (0) that two rectangles have in common; below 0 those between them."""
    return min(one[side + 2], other[side + 2]) - max(one[side], other[side])


def _nearest(rectangle: Rectangle, point: tuple[float, float]) -> tuple[float, float]:
    left, top, right, bottom = rectangle
    return min(max(point[0], left), right), min(max(point[1], top), bottom)


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
