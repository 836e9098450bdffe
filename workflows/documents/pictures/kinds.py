"""The two kinds of pictures that are made of pages."""

from workflows.documents.document import FileKind

_BEGINNINGS = {FileKind.PNG: b"\x89PNG\r\n\x1a\n", FileKind.JPEG: b"\xff\xd8\xff"}


def picture_kind(picture: bytes) -> FileKind | None:
    """Return the kind of a picture by its content: PNG or JPEG; None for anything else."""
    return next((kind for kind, beginning in _BEGINNINGS.items() if picture.startswith(beginning)), None)
