"""The documents of a team: what arrives is read and put on its shelf, once for each content."""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from hashlib import sha256 as hashed

from pydantic import TypeAdapter, ValidationError

from workflows.documents.document import Document, Page
from workflows.documents.limits import DRAWING, PICTURE_SIZE, PICTURE_WIDTH, Limits
from workflows.documents.names import file_name
from workflows.documents.pictures.cropping import around
from workflows.documents.pictures.kinds import picture_kind
from workflows.documents.places.marks import MarkedPage
from workflows.documents.read_once import ReadOnce
from workflows.documents.reading.isolated import Bounds, Isolated, shared
from workflows.documents.reading.recognisers import Recogniser, recogniser
from workflows.documents.reading.whole import ReadDocument, Reader
from workflows.documents.readings import Reading
from workflows.documents.refusals import DocumentAltered, DocumentMissing, Why, refusal
from workflows.documents.shelf import Shelf

_READING: TypeAdapter[Reading] = TypeAdapter(Reading)
_PAGE: TypeAdapter[MarkedPage] = TypeAdapter(MarkedPage)


class Documents:
    """The documents of a team."""

    def __init__(
        self, shelf: Shelf | None = None, *, limits: Limits | None = None, isolated: Isolated | None = None
    ) -> None:
        """`shelf`: left out, no document is kept, and each one is refused.

        `isolated`: the process that opens files; left out, the one of this process.
        """
        self.shelf = shelf
        self.limits = limits or Limits()
        self.isolated = isolated or shared()
        self._once = ReadOnce()

    def keep(self, data: bytes, *, name: str) -> Document:
        """Read a file and put it on the shelf, or find it there. Raise `DocumentRefused`.

        `name`: what its source calls it, for people. A file that was altered on the shelf is put there anew.
        """
        shelf, sha = self._shelf(), hashed(data).hexdigest()
        if self.is_whole(sha):
            try:
                return self.document(sha, name=name, size=len(data))
            except DocumentMissing:
                pass  # something attached to it is gone: all of it is read anew
        found = self._reader.read(data)
        for one in found:
            shelf.put(one.sha256, one.data, reading=_packed(one.reading, of=one.sha256))
        # It is not looked up: until it has a row, another process may remove it again.
        return _of_all(found, name=name)

    def read(self, data: bytes, *, name: str) -> Document:
        """Read a file without keeping it, once in this process. Raise `DocumentRefused`."""
        packed = self._once.reading(hashed(data).hexdigest(), lambda: self._read(data))
        read = Document.model_validate_json(zlib.decompress(packed))
        return read.model_copy(update={"name": file_name(name)})

    @property
    def recogniser(self) -> Recogniser | None:
        """Return the program that recognises text in pictures; None where there is none, so that scans have no text."""
        return recogniser()

    def document(self, sha256: str, *, name: str, size: int) -> Document:
        """Return a document that is kept, as a case holds it. Raise `DocumentMissing`. `size`: bytes of the file."""
        return _as_document(self.reading(sha256), sha256, name, size, self.reading)

    def are_there(self, document: Document) -> bool:
        """Tell whether a document and all that is attached to it are on the shelf."""
        return all(self._shelf().holds(one.sha256) for one in document.all)

    def is_whole(self, sha256: str) -> bool:
        """Tell whether a file is on the shelf with its reading, and both are as they were put there."""
        return self.whole_size(sha256) is not None

    def whole_size(self, sha256: str) -> int | None:
        """Return the bytes of a file that is whole on the shelf, as its reading is; None where either is not."""
        if self.shelf is None:
            return None
        try:
            size = len(self.file(sha256))
            self.reading(sha256)
        except DocumentMissing:
            return None
        return size

    def take_over(self, sha256: str, other: "Documents") -> int:
        """Put a file on the shelf that is whole on another one, with its reading; returns its bytes.

        Raise `DocumentMissing`, or `DocumentRefused` where it cannot be written.
        """
        data = other.file(sha256)
        self._shelf().put(sha256, data, reading=_packed(other.reading(sha256), of=sha256))
        return len(data)

    def reading(self, sha256: str) -> Reading:
        """Return the reading of a document that is kept, with the places of its words. Raise `DocumentMissing`."""
        if self.shelf is None:
            raise DocumentMissing(sha256)
        return _unpacked(self.shelf.reading(sha256), of=sha256)

    def file(self, sha256: str) -> bytes:
        """Return a file that is kept. Raise `DocumentMissing`."""
        if self.shelf is None:
            raise DocumentMissing(sha256)
        data = self.shelf.file(sha256)
        if hashed(data).hexdigest() != sha256:
            raise DocumentAltered(sha256)
        return data

    def picture(self, page: MarkedPage, *, width: int = PICTURE_WIDTH, cropped: bool = False) -> bytes:
        """Return a picture of a page with its marks on it: a PNG, or a JPEG of a photo or a scan.

        `width`: pixels. `cropped`: without the empty part of the page, so that its print is larger; for people. Raise
        `DocumentMissing` or `DocumentRefused`.
        """
        reading = self.reading(page.sha256)
        written = [around(word.box for one in reading.pages[page.page - 1 : page.page] for word in one.words)]
        asked = {
            "page": _PAGE.dump_python(page, mode="json"),
            "kind": reading.kind,
            "limits": asdict(self.limits),
            "width": width,
            "written": [asdict(box) for box in written if box is not None] if cropped else None,
        }
        data, bounds = self.file(page.sha256), Bounds(seconds=DRAWING, memory=self.limits.memory, answer=PICTURE_SIZE)
        made = self.isolated.run("workflows.documents.pictures.drawing.draw", data, asked=asked, bounds=bounds)
        # What made it had an untrusted file in hand.
        if picture_kind(made) is None:
            raise refusal(Why.BROKEN)
        return made

    def remove(self, sha256: str) -> None:
        """Remove a file with its reading, if it is there."""
        self._shelf().remove(sha256)

    def _read(self, data: bytes) -> bytes:
        return zlib.compress(_of_all(self._reader.read(data), name="").model_dump_json().encode())

    @property
    def _reader(self) -> Reader:
        return Reader(isolated=self.isolated, limits=self.limits, recogniser=self.recogniser)

    def _shelf(self) -> Shelf:
        if self.shelf is None:
            raise refusal(Why.NO_PLACE)
        return self.shelf


def _of_all(found: Sequence[ReadDocument], *, name: str) -> Document:
    """Return the last of these files as a document, with the others attached to it."""
    whole, by_hash = found[-1], {one.sha256: one.reading for one in found}
    return _as_document(whole.reading, whole.sha256, name, len(whole.data), by_hash.__getitem__)


def _as_document(reading: Reading, sha: str, name: str, size: int, reading_of: Callable[[str], Reading]) -> Document:
    return Document(
        sha256=sha,
        name=file_name(name),
        kind=reading.kind,
        size=size,
        pages=tuple(Page(text=page.text, read_by=page.read_by) for page in reading.pages),
        e_invoice=reading.e_invoice,
        attached=tuple(
            _as_document(reading_of(one.sha256), one.sha256, one.name, one.size, reading_of) for one in reading.attached
        ),
        left_out=reading.left_out,
    )


_DIGEST = 32
"""Bytes of the digest before a reading: by it a reading that was altered, or is another file's, is known."""


def _packed(reading: Reading, *, of: str) -> bytes:
    packed = zlib.compress(_READING.dump_json(reading))
    return _digest(packed, of=of) + packed


def _unpacked(kept: bytes, *, of: str) -> Reading:
    packed = kept[_DIGEST:]
    if kept[:_DIGEST] != _digest(packed, of=of):
        raise DocumentAltered(of)
    try:
        return _READING.validate_python(json.loads(zlib.decompress(packed)), strict=False)
    except ValidationError as error:
        # An earlier version wrote it in another form: the file is read anew when it is handed in again.
        raise DocumentAltered(of) from error


def _digest(packed: bytes, *, of: str) -> bytes:
    return hashed(of.encode() + packed).digest()
