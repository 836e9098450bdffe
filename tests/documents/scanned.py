"""Papers as a scanner or a telephone gives them: skewed, grey, with noise, a fold or a shadow, and no text."""

from dataclasses import dataclass
from io import BytesIO
from random import Random

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The faults of a scan."""

    seed: int
    degrees: float = 1.2
    """Skew, to the left."""
    dpi: int = 130
    noise: float = 6.0
    """Standard deviation of the grey of a pixel, of 255."""
    blur: float = 0.4
    quality: int = 26
    """Of the JPEG."""
    fold: bool = False
    shadow: bool = False


def scan(pdf: bytes, fault: Fault) -> Image.Image:
    """Return the first page of a PDF as a scanner sees it."""
    page = pdfium.PdfDocument(pdf)[0]
    clean = page.render(scale=fault.dpi / 72, grayscale=True).to_pil().convert("L")
    turned = clean.rotate(fault.degrees, resample=Image.Resampling.BICUBIC, expand=False, fillcolor=250)
    soft = turned.filter(ImageFilter.GaussianBlur(fault.blur))
    grey = np.asarray(soft, dtype=np.float32)
    high, wide = grey.shape
    if fault.fold:
        at = high * 0.47
        rows = np.abs(np.arange(high) - at)
        grey = grey - (26 * np.exp(-((rows / 9) ** 2)))[:, None]
    if fault.shadow:
        grey = grey * np.linspace(0.74, 1.0, wide, dtype=np.float32)[None, :]
    noise = np.random.default_rng(fault.seed).normal(0, fault.noise, (high // 2 + 1, wide // 2 + 1)).astype(np.float32)
    grey = grey * 0.93 + 6 + np.kron(noise, np.ones((2, 2), dtype=np.float32))[:high, :wide]
    specks, random = np.clip(grey, 0, 255).astype(np.uint8), Random(fault.seed)
    for _ in range(60):
        y, x = random.randrange(high - 2), random.randrange(wide - 2)
        specks[y : y + 2, x : x + 2] = random.randrange(60, 160)
    return Image.fromarray(specks)


def as_jpeg(picture: Image.Image, *, quality: int) -> bytes:
    """Return a picture as JPEG."""
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return written.getvalue()


def as_tiff(picture: Image.Image) -> bytes:
    """Return a picture as a black and white TIFF, as a fax or an archive keeps it."""
    written = BytesIO()
    picture.point(lambda grey: 255 if grey > 150 else 0).convert("1").save(
        written, "TIFF", compression="group4", dpi=(150, 150)
    )
    return written.getvalue()


def as_pdf(picture: Image.Image, *, quality: int) -> bytes:
    """Return a picture as a PDF without text."""
    written = BytesIO()
    size = (595.0, 595.0 * picture.height / picture.width)
    canvas = Canvas(written, pagesize=size, invariant=1)
    canvas.drawImage(ImageReader(BytesIO(as_jpeg(picture, quality=quality))), 0, 0, *size)
    canvas.save()
    return written.getvalue()
