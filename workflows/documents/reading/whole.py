"""Reading of a file with all that is in it: a mail, the files that it brings, and mails within mails, up to a limit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256 as hashed

from workflows.documents.document import FileKind, LeftOut
from workflows.documents.limits import Limits
from workflows.documents.names import file_name
from workflows.documents.reading.isolated import Isolated
from workflows.documents.reading.reader import read_file
from workflows.documents.reading.recognisers import Recogniser
from workflows.documents.readings import Attached, Reading
from workflows.documents.refusals import DocumentRefused, Why, refusal


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """A file with its reading."""

    sha256: str
    data: bytes
    reading: Reading


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The reading of files: its process, its limits, and its program for pictures."""

    isolated: Isolated
    limits: Limits
    recogniser: Recogniser | None
    """None leaves pages that are pictures without text."""

    def read(self, data: bytes) -> tuple[ReadDocument, ...]:
        """Return a file and all that is attached to it; the file itself comes last. Raise `DocumentRefused`."""
        found = tuple(self._read(data, nested=0))
        readings = [one.reading for one in found]
        self._check(Why.TOO_MANY_FILES, len(found) - 1, self.limits.attached)
        self._check(Why.TOO_MANY_PAGES, sum(len(one.pages) for one in readings), self.limits.pages)
        letters = sum(len(page.text) for one in readings for page in one.pages)
        self._check(Why.TOO_MUCH_TEXT, letters, self.limits.text)
        return found

    def _check(self, why: Why, found: int, most: int) -> None:
        if found > most:
            raise refusal(why, found=found, most=most)

    def _read(self, data: bytes, *, nested: int) -> Iterator[ReadDocument]:
        read = read_file(data, isolated=self.isolated, limits=self.limits, recogniser=self.recogniser)
        if read.reading.kind is FileKind.MAIL and nested > self.limits.nested:
            raise refusal(Why.TOO_MANY_FILES, most=self.limits.nested)
        attached, left_out = list[Attached](), list(read.reading.left_out)
        for file in read.files:
            name = file_name(file.name)
            try:
                inner = tuple(self._read(file.data, nested=nested + 1))
            except DocumentRefused as refused:
                if refused.why is Why.BUSY:
                    raise
                left_out.append(LeftOut(name=name, why=refused.why))
                continue
            yield from inner
            attached.append(Attached(name=name, sha256=inner[-1].sha256, size=len(file.data)))
        reading = replace(read.reading, attached=tuple(attached), left_out=tuple(left_out))
        yield ReadDocument(sha256=hashed(data).hexdigest(), data=data, reading=reading)
