"""Marks drawn on the picture of a page: a frame around each value, and beside it the name of its field.

No label covers a value or another label. Colour is never the only sign: each mark has its label, and what is doubted
has a dashed frame and a question mark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from workflows.documents.pictures.fonts import Font, drawable, font_of
from workflows.documents.pictures.labels import Rectangle, placed, tie
from workflows.documents.places.marks import Mark
from workflows.documents.readings import Box
from workflows.excerpts import shortened

COLORS = ("#0072B2", "#C04A00", "#00795A", "#9E3D77", "#5B4B00", "#3A3F9E")
"""Dark enough for white letters, and told apart by people who do not see all colours (after Okabe and Ito)."""
LETTERS = 26
"""Pixels of a label's letters on a page that is 1100 wide."""
LONGEST_LABEL = 32
"""Most characters of a label."""
_FILLED = 46
"""Opacity of the colour over a value, of 255."""


@dataclass(frozen=True, kw_only=True)
class DrawnMark:
    """A mark with its label and its rectangles in pixels. Fields that are read from one place share it."""

    label: str
    label_at: Rectangle
    rectangles: Sequence[Rectangle]
    is_doubted: bool
    color: str


def with_marks(picture: Image.Image, marks: Sequence[Mark]) -> Image.Image:
    """Return the picture of a page with marks on it."""
    if not marks:
        return picture
    font = font_of(max(12, round(LETTERS * picture.width / 1100)))
    line = max(2, round(picture.width / 400))
    over = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    drawn = marks_on(picture, marks, font)
    for mark in drawn:
        _frame(over, mark, line)
    pen = ImageDraw.Draw(over)
    for mark in drawn:
        pen.line(tie(mark.label_at, mark.rectangles), fill=mark.color, width=line)
    for mark in drawn:
        left, top, right, bottom = mark.label_at
        pen.rectangle(mark.label_at, fill=mark.color)
        pen.text(((left + right) / 2, (top + bottom) / 2), mark.label, fill="white", font=font, anchor="mm")
    return Image.alpha_composite(picture.convert("RGBA"), over).convert("RGB")


def marks_on(picture: Image.Image, marks: Sequence[Mark], font: Font) -> list[DrawnMark]:
    """Return where marks and their labels stand on the picture of a page."""
    by_place: dict[tuple[Box, ...], list[Mark]] = {}
    for mark in marks:
        by_place.setdefault(mark.boxes, []).append(mark)
    rectangles = [[_rectangle(box, picture.size) for box in boxes] for boxes in by_place]
    labels = [_label(ones, font) for ones in by_place.values()]
    places = placed(picture, rectangles, [_size(label, font) for label in labels])
    return [
        DrawnMark(
            label=label,
            label_at=place,
            rectangles=rectangles[number],
            is_doubted=any(one.is_doubted for one in ones),
            color=COLORS[number % len(COLORS)],
        )
        for number, (ones, label, place) in enumerate(zip(by_place.values(), labels, places, strict=True))
    ]


def _label(marks: Iterable[Mark], font: Font) -> str:
    return ", ".join(f"{_said(mark, font)} ?" if mark.is_doubted else _said(mark, font) for mark in marks)


def _said(mark: Mark, font: Font) -> str:
    printable = "".join(char if char.isprintable() else " " for char in mark.label)
    said = drawable(" ".join(printable.split()), font, otherwise=mark.field.replace("_", " "))
    return shortened(said, LONGEST_LABEL)


def _rectangle(box: Box, size: tuple[int, int]) -> Rectangle:
    """Return a box in pixels, with a little room around it, within the page. Rows of small print are close."""
    width, height = size
    left, right = sorted((box.left * width, box.right * width))
    top, bottom = sorted((box.top * height, box.bottom * height))
    beside = max(3, round(width / 220))
    above = min(max(2, round((bottom - top) / 4)), beside)
    return (
        min(max(round(left) - beside, 0), width - 2),
        min(max(round(top) - above, 0), height - 2),
        max(min(round(right) + beside, width - 1), 1),
        max(min(round(bottom) + above, height - 1), 1),
    )


def _frame(over: Image.Image, mark: DrawnMark, line: int) -> None:
    """Colour a mark and draw the outline around all of its rectangles: those of one row often meet."""
    left, top = min(one[0] for one in mark.rectangles), min(one[1] for one in mark.rectangles)
    right, bottom = max(one[2] for one in mark.rectangles), max(one[3] for one in mark.rectangles)
    # With room around it, so that what touches the edge is framed there, too.
    inside = Image.new("L", (right - left + 1 + 2 * line, bottom - top + 1 + 2 * line))
    pen = ImageDraw.Draw(inside)
    for x, y, to_x, to_y in mark.rectangles:
        pen.rectangle((x - left + line, y - top + line, to_x - left + line, to_y - top + line), fill=255)
    lowest = min(one[3] - one[1] for one in mark.rectangles)
    thin = line if lowest > 10 * line else max(1, line - 1)
    outline = ImageChops.subtract(inside, inside.filter(ImageFilter.MinFilter(2 * thin + 1)))
    if mark.is_doubted:
        outline = ImageChops.darker(outline, _stripes(inside.size, 4 * thin))
    shade = ImageChops.lighter(outline, inside.point(lambda level: _FILLED if level else 0))
    over.paste(
        Image.merge("RGBA", (*(Image.new("L", shade.size, part) for part in _rgb(mark.color)), shade)),
        (left - line, top - line),
        inside,
    )


def _stripes(size: tuple[int, int], wide: int) -> Image.Image:
    """Return stripes from one corner to the other, which make dashes of lines in both directions."""
    stripes = Image.new("L", size)
    pen = ImageDraw.Draw(stripes)
    for start in range(-size[1], size[0], 2 * wide):
        pen.polygon(
            ((start + size[1], 0), (start + size[1] + wide, 0), (start + wide, size[1]), (start, size[1])), fill=255
        )
    return stripes


def _size(label: str, font: Font) -> tuple[int, int]:
    left, _, right, _ = font.getbbox(label)
    _, top, _, bottom = font.getbbox("Hg")
    high = round(bottom - top)
    return round(right - left) + 2 * high // 3, high + high // 3


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
