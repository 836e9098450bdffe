"""The task of reading: a file in; its reading out, which of its pages are pictures, and the files that it brings.

It runs in the process that opens files. A line of JSON comes first, and then the files in a mail, one after the other.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from workflows.documents.document import FileKind, LeftOut, ReadBy
from workflows.documents.e_invoice import EInvoice
from workflows.documents.limits import Limits
from workflows.documents.reading.e_invoices import FILE_NAMES, LARGEST, NoEInvoice, e_invoice_of
from workflows.documents.reading.kinds import kind_of
from workflows.documents.reading.mail import read_mail
from workflows.documents.reading.opened import opened_pdf, pictures
from workflows.documents.reading.pdf import pages_of
from workflows.documents.readings import PageReading, Reading
from workflows.documents.refusals import Why, refusal

_MOST_EMBEDDED = 50
"""Files in a PDF whose names are looked at."""


@dataclass(frozen=True, kw_only=True)
class FileInMail:
    """A file in a mail, whose bytes come after the line of JSON."""

    name: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that is found in a file at first."""

    reading: Reading
    pictures: tuple[int, ...] = ()
    """Numbers of the pages, from 0, whose text has to be recognised."""
    files: tuple[FileInMail, ...] = ()


FOUND: TypeAdapter[Found] = TypeAdapter(Found)


def read(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return what is found in a file. Raise `DocumentRefused`."""
    limits = Limits(**asked["limits"])
    kind = kind_of(data)
    match kind:
        case None:
            raise refusal(Why.OTHER_KIND)
        case FileKind.PDF:
            return FOUND.dump_json(_of_pdf(data, limits))
        case FileKind.MAIL:
            page, files = read_mail(data, limits)
            found = Found(
                reading=Reading(kind=kind, pages=(page,)),
                files=tuple(FileInMail(name=file.name, size=len(file.data)) for file in files),
            )
            return FOUND.dump_json(found) + b"\n" + b"".join(file.data for file in files)
    pages = tuple(
        PageReading(width=picture.width, height=picture.height, text="", read_by=ReadBy.NOTHING, words=())
        for picture in pictures(data, kind, limits)
    )
    return FOUND.dump_json(Found(reading=Reading(kind=kind, pages=pages), pictures=tuple(range(len(pages)))))


def _of_pdf(data: bytes, limits: Limits) -> Found:
    with opened_pdf(data, limits) as pdf:
        e_invoice, left_out = _e_invoice(pdf)
        pages, letters = [], 0
        for page in pages_of(pdf, limits):
            letters += len(page.page.text)
            if letters > limits.text:
                raise refusal(Why.TOO_MUCH_TEXT, found=letters, most=limits.text)
            pages.append(page)
    return Found(
        reading=Reading(
            kind=FileKind.PDF, pages=tuple(each.page for each in pages), e_invoice=e_invoice, left_out=left_out
        ),
        pictures=tuple(number for number, each in enumerate(pages) if each.is_picture),
    )


def _e_invoice(pdf: Any) -> tuple[EInvoice | None, tuple[LeftOut, ...]]:  # Any: pypdfium2 ships no types
    """Return the data of an invoice in a PDF, or that it is broken. No other file in it is looked at."""
    for number in range(min(pdf.count_attachments(), _MOST_EMBEDDED)):
        file = pdf.get_attachment(number)
        name = file.get_name()
        if name.lower() not in FILE_NAMES:
            continue
        try:
            return e_invoice_of(bytes(file.get_data())[: LARGEST + 1]), ()
        except (NoEInvoice, RuntimeError, ValueError):
            return None, (LeftOut(name=name, why=Why.BROKEN),)
    return None, ()
