"""Scans for the tests: a page of text as a picture, with the skew, the noise and the turns of real ones."""

import os
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.paper import pdf
from workflows.documents.limits import Limits
from workflows.documents.reading.opened import drawn, opened_page, opened_pdf
from workflows.documents.reading.recognisers import Recogniser, recogniser

REQUIRED = "COUNTERSIGN_REQUIRE_OCR"
LETTER = """Rechnung 4711
Musterfirma GmbH
Datum 03.02.2026
Ware netto 1.204,00 EUR
Umsatzsteuer 228,76 EUR
Gesamtbetrag 1.432,76 EUR"""


def ocr() -> Recogniser:
    """Return tesseract; without one the test is skipped, or fails where it is required."""
    found = recogniser()
    if found is None and os.environ.get(REQUIRED):
        pytest.fail(f"no tesseract is installed, and {REQUIRED} is set")
    if found is None:
        pytest.skip("no tesseract is installed, so no text is recognised")
    return found


def scan(text: str = LETTER, *, degrees: float = 0.0, noise: float = 0.0, quarters: int = 0) -> Image.Image:
    """Return a page as it comes from a scanner; `degrees`: its skew, `quarters`: turns, both against the clock."""
    limits = Limits()
    with opened_pdf(pdf(text), limits) as opened, opened_page(opened, 0, limits) as page:
        picture = drawn(page, limits, dpi=150, in_grey=True).crop((0, 0, 1240, 700))
    picture = picture.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if noise:
        picture = ImageChops.add(picture, Image.effect_noise(picture.size, noise), offset=-128)
        picture = picture.filter(ImageFilter.GaussianBlur(0.6))
    return picture.rotate(90 * quarters, expand=True) if quarters else picture


def as_file(*pages: Image.Image, form: str = "PNG", orientation: int | None = None) -> bytes:
    """Return pictures as a file. `orientation`: as a camera writes it."""
    written = BytesIO()
    options: dict[str, object] = {}
    if orientation:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    if form in ("TIFF", "PDF"):
        options |= {"save_all": True, "append_images": list(pages[1:])}
    if form == "PDF":
        options["resolution"] = 150.0
    pages[0].save(written, form, **options)
    return written.getvalue()
