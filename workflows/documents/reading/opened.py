"""Files as they are opened to be read or drawn: with their limits, and always in the same way.

What is read stands where it is drawn: filled fields and notes of a PDF are put on their page first, and a photo is
turned as its camera says. All of it runs in the process that opens files.
"""

import ctypes
import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageOps

from workflows.documents.document import FileKind
from workflows.documents.limits import Limits
from workflows.documents.refusals import Why, refusal

_FORMATS = {FileKind.PNG: "PNG", FileKind.JPEG: "JPEG", FileKind.TIFF: "TIFF"}
_POINTS_AN_INCH = 72
_LONGEST_SIDE = 20_000
"""Pixels of a drawn page's side."""
USUAL_DPI, LOWEST_DPI, HIGHEST_DPI = 250.0, 200.0, 300.0
"""Resolutions in which a page of a PDF is recognised."""
NESTED = 6
"""Forms within forms of a page that are searched for pictures."""


@contextmanager
def opened_pdf(data: bytes, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF. Raise `DocumentRefused`."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        is_locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise refusal(Why.ENCRYPTED if is_locked else Why.BROKEN) from error
    try:
        pages = len(pdf)
        if not pages:
            raise refusal(Why.BROKEN)
        if pages > limits.pages:
            raise refusal(Why.TOO_MANY_PAGES, found=pages, most=limits.pages)
        yield pdf
    finally:
        pdf.close()


@contextmanager
def opened_page(pdf: pdfium.PdfDocument, number: int, limits: Limits) -> Iterator[pdfium.PdfPage]:
    """Open a page of a PDF, `number` from 0, with its filled fields and notes. Raise `DocumentRefused`."""
    try:
        page = pdf[number]
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
            page.close()
            page = pdf[number]
    except pdfium.PdfiumError as error:
        raise refusal(Why.BROKEN) from error
    try:
        _check_pictures(page, limits)
        yield page
    finally:
        page.close()


def drawn(page: pdfium.PdfPage, limits: Limits, *, dpi: float, in_grey: bool = False) -> Image.Image:
    """Return a page of a PDF as a picture; in a lower resolution than asked where it would be beyond the limit."""
    width, height = page.get_size()
    most = math.sqrt(limits.pixels / max(width * height, 1.0))
    scale = min(dpi / _POINTS_AN_INCH, most, _LONGEST_SIDE / max(width, height, 1.0))
    found: Image.Image = page.render(scale=scale, grayscale=in_grey, may_draw_forms=False).to_pil()
    return found


def pictures(
    data: bytes, kind: FileKind, limits: Limits, *, first: int = 0, width: int | None = None
) -> Iterator[Image.Image]:
    """Yield the pages of a picture, upright. Raise `DocumentRefused`.

    `first`: number of the first one, from 0; those before it are not unpacked. `width`: pixels that are enough: a JPEG
    is unpacked in a fraction of its size, which is quicker; None: all of it.
    """
    Image.MAX_IMAGE_PIXELS = None  # the limit is checked here, before anything is unpacked
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
            for number in range(first, limits.pages + 1):
                try:
                    whole.seek(number)
                except EOFError:
                    return
                if number == limits.pages:
                    raise refusal(Why.TOO_MANY_PAGES, most=limits.pages)
                check_pixels(whole.width * whole.height, limits)
                if width is not None:
                    whole.draft("RGB", (width, width))
                whole.load()
                yield _on_white(ImageOps.exif_transpose(whole))
                if kind is not FileKind.TIFF:
                    return
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        # A broken picture makes Pillow raise whatever its format's code runs into.
        if isinstance(error, ValueError) and hasattr(error, "why"):
            raise
        raise refusal(Why.BROKEN) from error


def picture_of_page(data: bytes, kind: FileKind, number: int, limits: Limits) -> Image.Image:
    """Return a page, `number` from 0, as a picture to be recognised. Raise `DocumentRefused`.

    A scan is drawn in the resolution that it was made in, as far as that is usual: each other one would blur it.
    """
    if kind is FileKind.PDF:
        with opened_pdf(data, limits) as pdf, opened_page(pdf, number, limits) as page:
            dpi = min(max(resolution(page) or USUAL_DPI, LOWEST_DPI), HIGHEST_DPI)
            return drawn(page, limits, dpi=dpi, in_grey=True)
    picture = next(pictures(data, kind, limits, first=number), None)
    if picture is None:
        raise refusal(Why.BROKEN)
    return picture


def resolution(page: pdfium.PdfPage) -> float | None:
    """Return the dots per inch of the picture that covers most of a page; None where there is none."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    largest, found = 0.0, None
    for one in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=NESTED):
        left, bottom, right, top = one.get_bounds()
        area = (right - left) * (top - bottom)
        if area > largest and raw.FPDFImageObj_GetImagePixelSize(one, width, height):
            largest, found = area, math.sqrt(width.value * height.value / area) * _POINTS_AN_INCH
    return found


def check_pixels(pixels: int, limits: Limits) -> None:
    """Raise `DocumentRefused` where a picture is beyond the limit."""
    if pixels > limits.pixels:
        raise refusal(Why.TOO_MANY_PIXELS, found=pixels, most=limits.pixels)


def _check_pictures(page: pdfium.PdfPage, limits: Limits) -> None:
    """Raise `DocumentRefused` where a picture on a page is beyond the limit. None is unpacked for that."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    for one in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=NESTED):
        if raw.FPDFImageObj_GetImagePixelSize(one, width, height):
            check_pixels(width.value * height.value, limits)


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture in colours or in grey, as it is looked at: without transparency, in 8 bits."""
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode in ("I", "F"):
        return ImageOps.autocontrast(picture.convert("F").convert("L"))
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
