"""A reading of a file with the places of its words, as it is kept beside the file."""

from dataclasses import dataclass

from workflows.documents.document import FileKind, LeftOut, ReadBy
from workflows.documents.e_invoice import EInvoice

VERSION = 1
"""Version of the form in which readings are kept."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle on a page, as fractions of its width and height from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a page's text, with its place."""

    start: int
    """First character in the page's text."""
    end: int
    """The character after its last one."""
    box: Box
    sure: float = 1.0
    """Sureness of the recognition, 0 to 1; 1 where the page has its text as text."""


@dataclass(frozen=True, kw_only=True)
class PageReading:
    """The text of a page with its words."""

    width: float
    """Points, of which 72 are an inch; of a picture, pixels."""
    height: float
    text: str
    read_by: ReadBy
    words: tuple[Word, ...]
    """In the order of the text."""


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file in a mail that is a document. It is on the shelf under its own hash."""

    name: str
    sha256: str
    size: int
    """Bytes."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """All that was read from one file. What is attached to a mail has readings of its own."""

    kind: FileKind
    pages: tuple[PageReading, ...]
    e_invoice: EInvoice | None = None
    attached: tuple[Attached, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """Files in it that were not read: those of a mail that are no documents, and the broken data of an e-invoice."""
