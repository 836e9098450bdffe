"""The type of a file by its first bytes. Its name says nothing: a name is what its source likes to call it."""

import re

from workflows.documents.document import FileKind

_HEAD = 1024
"""Bytes in which the mark of a PDF may stand, as its readers have it."""
_MAIL_HEAD = 64 * 1024
"""Bytes in which the first headers of a mail have to stand."""

_MARKS = {
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
    b"II*\x00": FileKind.TIFF,
    b"MM\x00*": FileKind.TIFF,
    b"II+\x00": FileKind.TIFF,
    b"MM\x00+": FileKind.TIFF,
}
_OTHERS = (b"PK", b"GIF8", b"\x7fELF", b"MZ", b"Rar!", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"RIFF", b"{\\rtf", b"<")
"""Marks of files that are something else, even where the mark of a PDF follows."""
_HEADER = re.compile(rb"([!-9;-~]{1,80}):[ \t]?[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|$)")
_OF_MAILS = frozenset(
    (
        b"from to cc subject date sender reply-to message-id mime-version content-type received return-path "
        b"delivered-to dkim-signature in-reply-to references x-mailer"
    ).split()
)
_MAIL_HEADERS = 3
"""Headers of mails with which a text counts as one."""


def kind_of(data: bytes) -> FileKind | None:
    """Return the type of a file; None where it is none that is read."""
    for mark, kind in _MARKS.items():
        if data.startswith(mark):
            return kind
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if head.startswith(_OTHERS):
        return None
    if head.startswith(b"%PDF-"):
        return FileKind.PDF
    if _is_mail(data[:_MAIL_HEAD]):
        return FileKind.MAIL
    return FileKind.PDF if b"%PDF-" in head else None


def _is_mail(head: bytes) -> bool:
    """Tell whether a text begins with headers of a mail, after the line that mailboxes put before it."""
    place = head.find(b"\n") + 1 if head.startswith(b"From ") else 0
    found = set[bytes]()
    while header := _HEADER.match(head, place):
        found.add(header[1].lower())
        place = header.end()
    return len(found & _OF_MAILS) >= _MAIL_HEADERS
