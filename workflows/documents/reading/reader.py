"""Reading of a file from this side: what the process that opens files says is checked before it counts.

Each page that is a picture is a piece of work of its own, so that a page that takes too long is one page without text,
and several are recognised at once.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter, ValidationError

from workflows.documents.document import FileKind, ReadBy
from workflows.documents.limits import Limits
from workflows.documents.reading.isolated import Bounds, Isolated
from workflows.documents.reading.recognisers import Recogniser
from workflows.documents.readings import Box, PageReading, Reading
from workflows.documents.refusals import DocumentRefused, Why, refusal

_ROOM = "workflows.documents.reading"
_PAGE_ANSWER = 8 * 1024 * 1024
"""Bytes that the recognition of a page may answer."""
_BYTES_A_LETTER = 60
"""Most bytes of an answer for each letter of the text: mostly for the places of its words."""
_TURNS = 4.0
"""Multiple of a page's limit of time for which it waits for its turn, where others are recognised."""


@dataclass(frozen=True, kw_only=True)
class FileInside:
    """A file in a mail."""

    name: str
    """Untrusted."""
    data: bytes


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """The reading of a file, with the files in it, which nobody has read yet."""

    reading: Reading
    files: tuple[FileInside, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _FileInMail:
    name: str
    size: int


@dataclass(frozen=True, kw_only=True)
class _Found:
    """`files.Found`, as the child says it."""

    reading: Reading
    pictures: tuple[int, ...]
    files: tuple[_FileInMail, ...]


_FOUND: TypeAdapter[_Found] = TypeAdapter(_Found)
_PAGE: TypeAdapter[PageReading] = TypeAdapter(PageReading)


def read_file(data: bytes, *, isolated: Isolated, limits: Limits, recogniser: Recogniser | None) -> ReadFile:
    """Read a file. Raise `DocumentRefused`. `recogniser`: None leaves pages that are pictures without text."""
    if not data:
        raise refusal(Why.EMPTY)
    if len(data) > limits.size:
        raise refusal(Why.TOO_LARGE, found=len(data), most=limits.size)
    bounds = Bounds(
        seconds=limits.seconds,
        memory=limits.memory,
        answer=limits.size + limits.text * _BYTES_A_LETTER,
    )
    said = isolated.run(f"{_ROOM}.files.read", data, asked={"limits": asdict(limits)}, bounds=bounds)
    head, _, rest = said.partition(b"\n")
    found = _checked(head, limits)
    reading = found.reading
    if recogniser and found.pictures:
        reading = _recognised(data, reading, found.pictures, isolated, limits, recogniser)
    files, place = list[FileInside](), 0
    for file in found.files:
        files.append(FileInside(name=file.name, data=rest[place : place + file.size]))
        place += file.size
    return ReadFile(reading=reading, files=tuple(files))


def _checked(head: bytes, limits: Limits) -> _Found:
    """Return what was said, where all of it can be true. Raise `DocumentRefused`."""
    try:
        found = _FOUND.validate_json(head)
    except ValidationError as error:
        raise refusal(Why.BROKEN) from error
    reading = found.reading
    is_sound = (
        0 < len(reading.pages) <= limits.pages
        and all(0 <= number < len(reading.pages) for number in found.pictures)
        and len(found.files) <= limits.attached
        and all(file.size >= 0 for file in found.files)
        and (reading.kind is FileKind.MAIL or not found.files)
        and not reading.attached
        and all(map(_is_sound, reading.pages))
    )
    if not is_sound:
        raise refusal(Why.BROKEN)
    _check_text(reading.pages, limits)
    return found


def _check_text(pages: Sequence[PageReading], limits: Limits) -> None:
    letters = sum(len(page.text) for page in pages)
    if letters > limits.text:
        raise refusal(Why.TOO_MUCH_TEXT, found=letters, most=limits.text)


def _is_sound(page: PageReading) -> bool:
    """Tell whether the places of a page's words can be true."""
    place = 0
    for word in page.words:
        if not place <= word.start < word.end <= len(page.text) or not (_is_on_page(word.box) and 0 <= word.sure <= 1):
            return False
        place = word.end
    return all(0 < side < math.inf for side in (page.width, page.height)) and "\0" not in page.text


def _is_on_page(box: Box) -> bool:
    return 0 <= box.left <= box.right <= 1 and 0 <= box.top <= box.bottom <= 1


def _recognised(
    data: bytes,
    reading: Reading,
    numbers: Sequence[int],
    isolated: Isolated,
    limits: Limits,
    recogniser: Recogniser,
) -> Reading:
    bounds = Bounds(seconds=limits.seconds_a_page, memory=limits.memory, answer=_PAGE_ANSWER, programs=True)
    pages = list(reading.pages)

    def recognised(number: int) -> PageReading:
        page = pages[number]
        asked = {
            "limits": asdict(limits),
            "kind": reading.kind,
            "page": number,
            "width": page.width,
            "height": page.height,
            "program": recogniser.program,
            "languages": "+".join(recogniser.languages),
        }
        patience = limits.seconds_a_page * _TURNS
        try:
            said = isolated.run(f"{_ROOM}.ocr.recognise", data, asked=asked, bounds=bounds, patience=patience)
            found = _PAGE.validate_json(said)
        except (DocumentRefused, ValidationError) as error:
            if isinstance(error, DocumentRefused) and error.why is Why.BUSY:
                raise
            return page
        return replace(found, width=page.width, height=page.height) if _is_sound(found) else page

    with ThreadPoolExecutor(max_workers=isolated.at_once, thread_name_prefix="recognition") as threads:
        for number, page in zip(numbers, threads.map(recognised, numbers), strict=True):
            pages[number] = replace(page, read_by=ReadBy.OCR if page.words else ReadBy.NOTHING)
    _check_text(pages, limits)
    return replace(reading, pages=tuple(pages))
