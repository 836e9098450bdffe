"""Pictures of pages, with the marks on them. It reads untrusted files: it belongs into the process that reads them."""

import io
from typing import Any

from PIL import Image
from pydantic import TypeAdapter

from workflows.documents.document import FileKind
from workflows.documents.limits import Limits
from workflows.documents.pictures.marking import with_marks
from workflows.documents.pictures.rendering import rendered
from workflows.documents.places.marks import MarkedPage

_PAGE: TypeAdapter[MarkedPage] = TypeAdapter(MarkedPage)
_MOST_COLORS = 1_000
"""More colours than this in a small copy of a page are those of a photo or a scan."""
_COLORS = 128
"""Colours of a picture that is no photo."""
_QUALITY = 80
"""Quality of a JPEG."""


def draw(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return a picture of a page with its marks: a PNG, or a JPEG where the page is a photo or a scan.

    `asked`: the `page`, the `kind` of the file, the `limits`, and the `width` in pixels; a page that is very long gets
    fewer. Raise `DocumentRefused` for a page that cannot be drawn.
    """
    page, limits = _PAGE.validate_python(asked["page"], strict=False), Limits(**asked["limits"])
    picture = rendered(data, FileKind(asked["kind"]), page.page, width=int(asked["width"]), limits=limits)
    return _encoded(with_marks(picture, page.marks))


def _encoded(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    if picture.reduce(8).getcolors(_MOST_COLORS) is None:
        picture.save(kept, "JPEG", quality=_QUALITY)
    else:
        few = picture.quantize(_COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(kept, "PNG")
    return kept.getvalue()
