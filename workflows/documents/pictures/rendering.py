"""Pages as pixels, in the size that people look at, opened as they are for reading: words are where they were read."""

from collections.abc import Callable
from typing import TypeAlias

import pypdfium2 as pdfium
from PIL import Image

from workflows.documents.document import FileKind
from workflows.documents.limits import Limits
from workflows.documents.pictures.cropping import WHOLE
from workflows.documents.pictures.ink import WIDTH
from workflows.documents.reading.opened import opened_page, opened_pdf, pictures
from workflows.documents.readings import Box
from workflows.documents.refusals import Why, refusal

LONGEST = 3
"""Most times its width that a page is high. A longer one is drawn narrower."""
Part: TypeAlias = Callable[[Image.Image], Box]
"""Gives the part of a page that is drawn, from a small picture of all of it."""


def rendered(data: bytes, kind: FileKind, number: int, *, width: int, limits: Limits) -> Image.Image:
    """Return a page in RGB. `number`: from 1. `width`: pixels. Raise `DocumentRefused` where it cannot be drawn."""
    return rendered_part(data, kind, number, width=width, limits=limits, part=None)[0]


def rendered_part(
    data: bytes, kind: FileKind, number: int, *, width: int, limits: Limits, part: Part | None
) -> tuple[Image.Image, Box]:
    """Return a part of a page in RGB, and which one it is; None: all of it.

    A picture is not enlarged beyond its own pixels for that. Raise `DocumentRefused` where it cannot be drawn.
    """
    if kind is FileKind.MAIL:
        raise refusal(Why.OTHER_KIND)
    if kind is FileKind.PDF:
        return _of_pdf(data, number, width, limits, part)
    picture = next(pictures(data, kind, limits, first=number - 1, width=2 * width), None)
    if picture is None:
        raise refusal(Why.BROKEN)
    return _of_picture(picture, width, part)


def _of_picture(picture: Image.Image, width: int, part: Part | None) -> tuple[Image.Image, Box]:
    as_whole = _scale(picture.width, picture.height, width)
    box = WHOLE if part is None else part(picture.resize(_size(*picture.size, as_whole * WIDTH / width)))
    left, right = box.left * picture.width, box.right * picture.width
    top, bottom = box.top * picture.height, box.bottom * picture.height
    scale = min(_scale(right - left, bottom - top, width), max(as_whole, 1.0))
    size = _size(right - left, bottom - top, scale)
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS, box=(left, top, right, bottom)), box


def _of_pdf(data: bytes, number: int, width: int, limits: Limits, part: Part | None) -> tuple[Image.Image, Box]:
    with opened_pdf(data, limits) as pdf:
        if number > len(pdf):
            raise refusal(Why.BROKEN)
        with opened_page(pdf, number - 1, limits) as page:
            box = WHOLE if part is None else part(_drawn(page, WHOLE, WIDTH))
            return _drawn(page, box, width), box


def _drawn(page: pdfium.PdfPage, box: Box, width: int) -> Image.Image:
    across, down = page.get_size()
    scale = _scale(across * (box.right - box.left), down * (box.bottom - box.top), width)
    crop = (across * box.left, down * (1 - box.bottom), across * (1 - box.right), down * box.top)
    picture: Image.Image = page.render(scale=scale, crop=crop, may_draw_forms=False).to_pil()
    return picture.convert("RGB")


def _scale(across: float, down: float, width: int) -> float:
    return min(width / max(across, 1), LONGEST * width / max(down, 1))


def _size(across: float, down: float, scale: float) -> tuple[int, int]:
    return max(1, round(across * scale)), max(1, round(down * scale))
