"""Pages as pixels: a page of a PDF, or a picture as it is to be looked at, on white."""

import io

import pypdfium2 as pdfium
from PIL import Image, ImageOps

from workflows.documents.document import FileKind
from workflows.documents.limits import Limits
from workflows.documents.refusals import Why, refusal

LONGEST = 3
"""Most times its width that a page is high. A longer one is drawn narrower."""


def rendered(data: bytes, kind: FileKind, number: int, *, width: int) -> Image.Image:
    """Return a page in RGB. `number`: from 1. `width`: pixels. Raise `DocumentRefused` where it cannot be drawn."""
    try:
        if kind is FileKind.PDF:
            return _of_pdf(data, number - 1, width)
        if kind is FileKind.MAIL:
            raise refusal(Why.OTHER_KIND)
        return _of_picture(data, number - 1, width)
    except (pdfium.PdfiumError, OSError, IndexError, EOFError, Image.DecompressionBombError) as error:
        raise refusal(Why.BROKEN) from error


def _of_pdf(data: bytes, at: int, width: int) -> Image.Image:
    pdf = pdfium.PdfDocument(data)
    try:
        page = pdf[at]
        page_width, page_height = page.get_size()
        scale = min(width / page_width, LONGEST * width / page_height)
        picture: Image.Image = page.render(scale=scale).to_pil()
        return picture.convert("RGB")
    finally:
        pdf.close()


def _of_picture(data: bytes, at: int, width: int) -> Image.Image:
    picture: Image.Image = Image.open(io.BytesIO(data))
    picture.seek(at)
    if picture.width * picture.height > Limits().pixels:
        raise refusal(Why.TOO_MANY_PIXELS, found=picture.width * picture.height, most=Limits().pixels)
    # A JPEG is decoded at a fraction of its size, where that is enough.
    picture.draft("RGB", (2 * width, 2 * width))
    picture = _on_white(ImageOps.exif_transpose(picture))
    scale = min(width / picture.width, LONGEST * width / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture in RGB: without transparency, and of 16 bits a pixel the upper eight."""
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in ("I", "F"):
        return ImageOps.autocontrast(picture.convert("F").convert("L")).convert("RGB")
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return picture.convert("RGB")
