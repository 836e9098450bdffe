"""The part of a page that is worth showing: what stands on it, with a margin, so that its print is large on a phone."""

from collections.abc import Iterable

from PIL import Image

from workflows.documents.pictures.ink import printed_part
from workflows.documents.readings import Box

WHOLE = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)
_MARGIN = 0.045
"""Of the width of the part, on each side. Above the first row there is room for a label."""
_NARROWEST = 0.5
"""Of the width of the page. Print that is twice as large is large enough."""
_LOWEST = 1 / 3
"""Height of the part, of its width."""


def part_of(picture: Image.Image, boxes: Iterable[Box]) -> Box:
    """Return the part of a page with all that is printed there. `boxes`: what has to be in it, such as its words."""
    printed = printed_part(picture)
    all_boxes = [_on_page(box) for box in boxes]
    if printed is not None:
        left, top, right, bottom = printed
        all_boxes.append(Box(left=left, top=top, right=right, bottom=bottom))
    if not all_boxes:
        return WHOLE
    left, right = min(box.left for box in all_boxes), max(box.right for box in all_boxes)
    top, bottom = min(box.top for box in all_boxes), max(box.bottom for box in all_boxes)
    # As fractions of the page's width and of its height.
    beside = _MARGIN * (right - left) / (1 - 2 * _MARGIN)
    above = beside * picture.width / picture.height
    left, right = _at_least(left - beside, right + beside, _NARROWEST)
    lowest = _LOWEST * (right - left) * picture.width / picture.height
    top, bottom = _at_least(top - above, bottom + above, lowest)
    return Box(left=left, top=top, right=right, bottom=bottom)


def box_in(part: Box, box: Box) -> Box:
    """Return a box of a page as a box of its part."""
    width, height = part.right - part.left, part.bottom - part.top
    return Box(
        left=(box.left - part.left) / width,
        top=(box.top - part.top) / height,
        right=(box.right - part.left) / width,
        bottom=(box.bottom - part.top) / height,
    )


def around(boxes: Iterable[Box]) -> Box | None:
    """Return the rectangle around boxes; None where there are none."""
    found = tuple(boxes)
    if not found:
        return None
    return Box(
        left=min(box.left for box in found),
        top=min(box.top for box in found),
        right=max(box.right for box in found),
        bottom=max(box.bottom for box in found),
    )


def _on_page(box: Box) -> Box:
    left, right = sorted(min(max(edge, 0.0), 1.0) for edge in (box.left, box.right))
    top, bottom = sorted(min(max(edge, 0.0), 1.0) for edge in (box.top, box.bottom))
    return Box(left=left, top=top, right=right, bottom=bottom)


def _at_least(start: float, end: float, least: float) -> tuple[float, float]:
    """Return a stretch of a page, 0 to 1, that is widened where it is less than that, and moved onto the page."""
    missing = max(least - (end - start), 0.0)
    start, end = start - missing / 2, end + missing / 2
    if missing:
        moved = max(-start, 0.0) - max(end - 1.0, 0.0)
        start, end = start + moved, end + moved
    return max(start, 0.0), min(end, 1.0)
