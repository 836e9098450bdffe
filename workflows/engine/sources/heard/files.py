"""Files that people send where they talk: fetched from there, and kept as documents.

How they are fetched is the face's: the engine is given a way to do it. No transaction is open meanwhile. A file that
was fetched before is kept once, by its content, so that doing it again after a crash changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workflows.documents.document import Document
from workflows.documents.refusals import DocumentRefused, Why
from workflows.engine.context import Context
from workflows.engine.documents.keeping import keep
from workflows.engine.sources.heard.views import Attached, FileProblem, NoFile

MOST_FILES = 10
"""Files that are taken from one message, or for one field."""
_LATER = frozenset({Why.BUSY, Why.NOT_KEPT})


class FileNotGiven(Exception):
    """A file cannot be fetched, and will not be later."""

    def __init__(self, why: NoFile | Why) -> None:
        self.why = why
        super().__init__(why)


class FileUnreachable(Exception):
    """A file could not be fetched just now. It may be there later."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file as its face gave it."""

    name: str
    """Untrusted."""
    data: bytes
    owner: str
    """Id of the person who uploaded it."""


class FaceFiles(Protocol):
    """The files of a face. It is called from several threads at once."""

    def fetch(self, file: str, *, most: int) -> Fetched:
        """Fetch a file of at most `most` bytes by its id. Raise `FileNotGiven` or `FileUnreachable`."""
        ...


class NoFaceFiles:
    """The files of no face, for a process that does not talk with one: another process fetches them."""

    def fetch(self, file: str, *, most: int) -> Fetched:
        """Raise `FileUnreachable`."""
        raise FileUnreachable


@dataclass(frozen=True, kw_only=True)
class Received:
    """The files that came with something, as documents."""

    documents: Sequence[Document] = ()
    problems: Sequence[FileProblem] = ()


def receive(
    context: Context, attached: Sequence[Attached], files: FaceFiles, *, owner: str | None = None, field: str = ""
) -> Received:
    """Fetch files and keep them as documents. Raise `FileUnreachable` where one may be there later.

    `owner`: only files that this person uploaded are taken. `field`: of the form that they were chosen for.
    """
    documents, problems = list[Document](), list[FileProblem]()
    for place, one in enumerate(attached, 1):
        try:
            if place > MOST_FILES:
                raise FileNotGiven(NoFile.TOO_MANY)
            documents.append(_received(context, one, files, owner=owner))
        except (FileNotGiven, DocumentRefused) as error:
            if error.why in _LATER:
                raise FileUnreachable from error
            problems.append(FileProblem(place=place, why=error.why, field=field))
    return Received(documents=documents, problems=problems)


def _received(context: Context, one: Attached, files: FaceFiles, *, owner: str | None) -> Document:
    fetched = files.fetch(one.id, most=context.documents.limits.size)
    if owner is not None and fetched.owner != owner:
        raise FileNotGiven(NoFile.NOT_THEIRS)
    return keep(context, fetched.data, name=fetched.name)


def problems_to_text(problems: Sequence[FileProblem]) -> str:
    """Write problems as a note keeps them."""
    return " ".join(f"{one.place}:{one.why}:{one.field}" for one in problems)


def problems_of_text(text: str) -> Sequence[FileProblem]:
    """Read problems as a note keeps them."""
    parts = (one.split(":") for one in text.split())
    return [FileProblem(place=int(place), why=_why(why), field=field) for place, why, field in parts]


def _why(code: str) -> NoFile | Why:
    return NoFile(code) if code in set(NoFile) else Why(code)
