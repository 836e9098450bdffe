"""The type of a file by its content."""

import pytest

from workflows.documents.document import FileKind
from workflows.documents.reading.kinds import kind_of

MAIL = b"Received: by x\r\nFrom: a@example.com\r\nTo: b@example.com\r\nSubject: Hi\r\n\r\nbody"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n...", FileKind.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", FileKind.PDF),
        (b"a line of a printer\n%PDF-1.4", FileKind.PDF),
        (b"\x89PNG\r\n\x1a\n....", FileKind.PNG),
        (b"\xff\xd8\xff\xe0", FileKind.JPEG),
        (b"II*\x00....", FileKind.TIFF),
        (b"MM\x00*....", FileKind.TIFF),
        (MAIL, FileKind.MAIL),
        (b"From a@example.com Mon Nov 30\n" + MAIL, FileKind.MAIL),
        (MAIL.replace(b"Subject: Hi", b"Subject: Hi\r\n over two lines"), FileKind.MAIL),
        (MAIL + b"%PDF-1.7", FileKind.MAIL),
        (b"", None),
        (b"Dear Sir: this is a text\nFrom: nobody\n", None),
        (b"<!doctype html>%PDF-1.7", None),
        (b"PK\x03\x04%PDF-1.7", None),
        (b"\x89PNG\n", None),
        (b"x" * 2000 + b"%PDF-1.7", None),
        (b"A" * 1_000_000 + b": x", None),
    ],
)
def test_a_file_is_what_it_begins_with(data: bytes, kind: FileKind | None) -> None:
    assert kind_of(data) is kind
