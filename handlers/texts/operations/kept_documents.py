"""Words for the documents of a case, and for all that are kept."""

from collections.abc import Mapping, Sequence

from handlers.texts.documents.files import why_in_brief
from handlers.texts.documents.pages import name_of
from handlers.texts.pieces import Line, Paragraph, Room, bullets, line, words
from workflows.documents.document import FileKind, ReadBy
from workflows.engine.read.explained.explanation_views import DocumentLine
from workflows.engine.read.status_views import KeptDocuments
from workflows.engine.text.sanitize import one_line

_NAME = 60
"""Most characters of the name of a file that was left out."""
_LEFT_OUT = 5
"""Files of one document that are named among those that were left out."""
_KINDS: Mapping[FileKind, str] = {
    FileKind.PDF: "PDF",
    FileKind.PNG: "PNG",
    FileKind.JPEG: "JPEG",
    FileKind.TIFF: "TIFF",
    FileKind.MAIL: "mail",
}
_READ: Mapping[ReadBy, str] = {
    ReadBy.TEXT: "read as text",
    ReadBy.OCR: "recognised in a picture",
    ReadBy.NOTHING: "without text",
}


def of_case(documents: Sequence[DocumentLine], room: Room) -> list[Paragraph]:
    """List the documents of a case: what each is, how its pages were read, and what was left out of it."""
    if not documents:
        return []
    lines = [line(words(_document(one))) for one in documents[: room.items]]
    left = len(documents) - len(lines)
    return [bullets([*lines, *([line(words(f"and {left:,} more"))] if left > 0 else [])])]


def kept(view: KeptDocuments) -> Line | None:
    """Say how many documents are kept, how large they are, where, and for how long; None where there are none."""
    if not view.number:
        return None
    many = "1 document" if view.number == 1 else f"{view.number:,} documents"
    where = f", in {view.folder}" if view.folder is not None else ""
    nowhere = "" if view.has_shelf else " There is no folder for their files: set COUNTERSIGN_DOCUMENTS."
    unheld = f" {view.unheld:,} of them belong to no case and go within a day." if view.unheld else ""
    lasts = "Each stays as long as the input of the last case that holds it."
    said = f": {many}, {size(view.size)}{where}. {lasts}{unheld}{nowhere}"
    return line(words("Documents", bold=True), words(said))


def size(number: int) -> str:
    """Return a number of bytes, rounded."""
    for unit, many in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if number >= many:
            return f"{number / many:,.1f}".removesuffix(".0") + f" {unit}"
    return f"{number:,} bytes"


def _document(one: DocumentLine) -> str:
    brought = f", in document {one.attached_to}" if one.attached_to is not None else ""
    data = ", with the data of an e-invoice" if one.has_e_invoice else ""
    first = f"{one.place}. {name_of(one.name, one.place)}{brought}: {_KINDS[one.kind]}, {size(one.size)}"
    return f"{first}, {_pages(one)}{data}.{_left_out(one)}"


def _pages(one: DocumentLine) -> str:
    """Say how many pages it has, and how they were read."""
    number = "1 page" if one.pages == 1 else f"{one.pages:,} pages"
    ways = [way for way in ReadBy if one.read.get(way)]
    if len(ways) == 1:
        return f"{number} {_READ[ways[0]]}"
    said = ", ".join(f"{one.read[way]:,} {_READ[way]}" for way in ways)
    return f"{number} ({said})" if said else number


def _left_out(one: DocumentLine) -> str:
    if not one.left_out:
        return ""
    named = [f"{one_line(each.name, _NAME) or 'a file'}, {why_in_brief(each.why)}" for each in one.left_out[:_LEFT_OUT]]
    more = len(one.left_out) - len(named)
    return f" Left out: {'; '.join(named)}{f'; and {more:,} more' if more > 0 else ''}."
