"""The files of the case that is worked on, for an author's code that hands them on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from workflows.documents.document import Document
from workflows.engine.errors import CountersignError

FileOf = Callable[[str], bytes]
"""A function from the hash of a document to its file. It raises `DocumentMissing`."""

_files: ContextVar[tuple[frozenset[str], FileOf] | None] = ContextVar("countersign_case_files", default=None)


def content_of(document: Document) -> bytes:
    """Return the file of a document of the case that is worked on, byte for byte as it came in.

    For `propose`, a delivery, `on_reject`, `ask_source` and the steps in them. The file of another case is never
    given. Raise `DocumentMissing` where it is not kept any more, and `CountersignError` elsewhere.
    """
    now = _files.get()
    if now is None:
        raise CountersignError("the file of a document is at hand in propose, a delivery and the steps in them only")
    own, file_of = now
    if document.sha256 not in own:
        raise CountersignError("this document belongs to no revision that is worked on: take one of the case's own")
    return file_of(document.sha256)


@contextmanager
def files_of(documents: Sequence[Document], file_of: FileOf) -> Iterator[None]:
    """Have the files of these documents, and of what is attached to them, at hand in the block."""
    token = _files.set((frozenset(one.sha256 for document in documents for one in document.all), file_of))
    try:
        yield
    finally:
        _files.reset(token)
