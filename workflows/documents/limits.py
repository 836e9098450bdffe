"""Limits of what is read. A file beyond them is refused whole: half a document would be another document."""

from dataclasses import dataclass

PICTURE_WIDTH = 1100
"""Pixels of the width of a page's picture: enough to read small print once a phone has zoomed in."""
PICTURE_SIZE = 8 * 1024 * 1024
"""Most bytes of a page's picture."""
DRAWING = 20.0
"""Seconds for drawing a page."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one document."""

    size: int = 25 * 1024 * 1024
    """Bytes of the file."""
    pages: int = 100
    """Pages, with those of what is attached."""
    pixels: int = 50_000_000
    """Pixels of one picture."""
    text: int = 600_000
    """Characters of all pages together."""
    attached: int = 20
    """Files in a mail, with those in the mails in it."""
    nested: int = 3
    """Mails within a mail, one in the other."""
    seconds: float = 60.0
    """Seconds for reading, without recognition of text."""
    seconds_a_page: float = 20.0
    """Seconds for the recognition of a page's text."""
    memory: int = 1024 * 1024 * 1024
    """Bytes of memory of the process that reads."""
