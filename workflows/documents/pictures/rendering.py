"""Pages as pixels, in the size that people look at, opened as they are for reading: words are where they were read."""

import pypdfium2 as pdfium
from PIL import Image

from workflows.documents.document import FileKind
from workflows.documents.limits import Limits
from workflows.documents.reading.opened import opened_page, opened_pdf, pictures
from workflows.documents.refusals import Why, refusal

LONGEST = 3
"""Most times its width that a page is high. A longer one is drawn narrower."""


def rendered(data: bytes, kind: FileKind, number: int, *, width: int, limits: Limits) -> Image.Image:
    """Return a page in RGB. `number`: from 1. `width`: pixels. Raise `DocumentRefused` where it cannot be drawn."""
    if kind is FileKind.MAIL:
        raise refusal(Why.OTHER_KIND)
    if kind is FileKind.PDF:
        return _of_pdf(data, number, width, limits)
    picture = next(pictures(data, kind, limits, first=number - 1, width=2 * width), None)
    if picture is None:
        raise refusal(Why.BROKEN)
    scale = _scale(picture.width, picture.height, width)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def _of_pdf(data: bytes, number: int, width: int, limits: Limits) -> Image.Image:
    with opened_pdf(data, limits) as pdf:
        if number > len(pdf):
            raise refusal(Why.BROKEN)
        with opened_page(pdf, number - 1, limits) as page:
            return _drawn(page, width)


def _drawn(page: pdfium.PdfPage, width: int) -> Image.Image:
    across, down = page.get_size()
    scale = _scale(across, down, width)
    picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
    return picture.convert("RGB")


def _scale(across: float, down: float, width: int) -> float:
    return min(width / max(across, 1), LONGEST * width / max(down, 1))
