"""Documents of a question, made up."""

from typing import Any

from workflows.documents.document import FileKind
from workflows.model.asking.attachments import Attached

PNG = b"\x89PNG\r\n\x1a\n"


def attached(number: int = 1, **how: Any) -> Attached:
    """A document; left out, one page of a PDF with 100 bytes of text."""
    usual: dict[str, Any] = {
        "name": f"{number}.pdf",
        "kind": FileKind.PDF,
        "sha256": f"{number:064x}",
        "size": 1_000,
        "pages": 1,
        "given": "pages",
        "text_size": 100,
        "load": lambda: b"%PDF",
        "picture": lambda page, width: PNG + bytes([page]),
        "shape": lambda page: (800.0, 1_000.0),
    }
    return Attached(number=number, **{**usual, **how})
