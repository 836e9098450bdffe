"""Text of a PDF's pages, with the place of each word; and which pages have to be recognised as pictures."""

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from workflows.documents.document import ReadBy
from workflows.documents.limits import Limits
from workflows.documents.reading.layout import laid_out
from workflows.documents.reading.letters import Sheet, sheet_of
from workflows.documents.reading.opened import NESTED, drawn, opened_page
from workflows.documents.reading.seen import DPI, is_blank, seen
from workflows.documents.reading.words import words_of
from workflows.documents.readings import PageReading

_COVERED = 0.5
"""Part of a page that pictures cover, from which a few words do not count as its text."""
_FEW_LETTERS = 200
"""Letters on such a page that are taken for a stamp or a head."""
_UNCLEAR = 0.3
"""Part of the letters of which the file does not say what they are, from which its text is none."""


@dataclass(frozen=True, kw_only=True)
class FoundPage:
    """A page, and whether its text has to be recognised in its picture."""

    page: PageReading
    is_picture: bool


def pages_of(pdf: pdfium.PdfDocument, limits: Limits) -> Iterator[FoundPage]:
    """Yield the pages of a PDF. Raise `DocumentRefused`."""
    for number in range(len(pdf)):
        with opened_page(pdf, number, limits) as page:
            yield _found(page, limits)


def _found(page: pdfium.PdfPage, limits: Limits) -> FoundPage:
    sheet = sheet_of(page)
    picture = drawn(page, limits, dpi=DPI, in_grey=True)
    width, height = max(sheet.width, 1.0), max(sheet.height, 1.0)
    blocks = [seen(words_of(turned), picture, width=width, height=height) for turned in sheet.turned]
    letters = sum(len(token.text) for block in blocks for token in block)
    is_picture = _is_picture(page, sheet, letters) and not is_blank(picture)
    laid = laid_out([] if is_picture else blocks, width=width, height=height)
    by = ReadBy.TEXT if laid.words else ReadBy.NOTHING
    return FoundPage(
        page=PageReading(width=width, height=height, text=laid.text, read_by=by, words=laid.words),
        is_picture=is_picture,
    )


def _is_picture(page: pdfium.PdfPage, sheet: Sheet, letters: int) -> bool:
    if not letters or sheet.unclear > _UNCLEAR * letters:
        return True
    return letters < _FEW_LETTERS and _covered(page) >= _COVERED


def _covered(page: pdfium.PdfPage) -> float:
    """Return which part of a page its pictures cover, 0 to 1."""
    left, bottom, right, top = page.get_bbox()
    covered: float = 0.0
    for one in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=NESTED):
        x, y, across, up = one.get_bounds()
        covered += max(min(across, right) - max(x, left), 0.0) * max(min(up, top) - max(y, bottom), 0.0)
    part: float = covered / max((right - left) * (top - bottom), 1.0)
    return min(part, 1.0)
