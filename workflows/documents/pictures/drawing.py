"""Pictures of pages, with the marks on them. It reads untrusted files: it belongs into the process that reads them."""

import io
from dataclasses import replace
from functools import partial
from typing import Any

from PIL import Image
from pydantic import TypeAdapter

from workflows.documents.document import FileKind
from workflows.documents.limits import Limits
from workflows.documents.pictures.cropping import box_in, part_of
from workflows.documents.pictures.marking import with_marks
from workflows.documents.pictures.rendering import rendered_part
from workflows.documents.places.marks import MarkedPage
from workflows.documents.readings import Box

_PAGE: TypeAdapter[MarkedPage] = TypeAdapter(MarkedPage)
_WRITTEN: TypeAdapter[tuple[Box, ...] | None] = TypeAdapter(tuple[Box, ...] | None)
_MOST_COLORS = 1_000
"""More colours than this in a small copy of a page are those of a photo or a scan."""
_COLORS = 128
"""Colours of a picture that is no photo."""
_QUALITY = 80
"""Quality of a JPEG."""
_LARGE = 120_000
"""Bytes from which on a PNG is compared with a JPEG: a scan in grey has few colours, too."""


def draw(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return a picture of a page with its marks: a PNG, or a JPEG where the page is a photo or a scan.

    `asked`: the `page`, the `kind` of the file, the `limits`, the `width` in pixels (a page that is very long gets
    fewer), and `written`, the rectangle around its words, if only the part with something on it is to be drawn. Raise
    `DocumentRefused` for a page that cannot be drawn.
    """
    page, limits = _PAGE.validate_python(asked["page"], strict=False), Limits(**asked["limits"])
    written = _WRITTEN.validate_python(asked.get("written"), strict=False)
    part = None if written is None else partial(part_of, boxes=[*written, *(b for m in page.marks for b in m.boxes)])
    picture, shown = rendered_part(
        data, FileKind(asked["kind"]), page.page, width=int(asked["width"]), limits=limits, part=part
    )
    # Marks have many colours of their own, so the page is judged without them.
    is_photo = picture.reduce(8).getcolors(_MOST_COLORS) is None
    marks = [replace(mark, boxes=tuple(box_in(shown, box) for box in mark.boxes)) for mark in page.marks]
    return _encoded(with_marks(picture, marks), is_photo=is_photo)


def _encoded(picture: Image.Image, *, is_photo: bool) -> bytes:
    if is_photo:
        return _as_jpeg(picture)
    kept = io.BytesIO()
    picture.quantize(_COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(kept, "PNG")
    made = kept.getvalue()
    return made if len(made) < _LARGE else min(made, _as_jpeg(picture), key=len)


def _as_jpeg(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()
