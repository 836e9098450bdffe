"""Keeping of documents: the file goes to the shelf, then its row is added, and then a case may hold it.

In this order nothing names a file that is not there. What no case holds is removed in a while: see `removing.py`.
"""

import re
from pathlib import Path, PurePosixPath

from store.documents import documents, uploads
from store.documents.documents import NewFile
from workflows.documents.document import Arrived, Document, NewDocument
from workflows.documents.files_below import file_below
from workflows.documents.refusals import DocumentMissing, Why, refusal
from workflows.engine.context import Context

MOST_UNNAMED = 2_000
"""Most files that a source may have here that no case names."""
MOST_BYTES = 2 * 1024 * 1024 * 1024
"""Most bytes of these together."""
_REFERENCE = re.compile(r"sha256:([0-9a-f]{64})")
_AGAIN = "hand it in again, and name it by the reference that comes back"


def keep(context: Context, data: bytes, *, name: str) -> Document:
    """Read a file and keep it. Raise `DocumentRefused`.

    `name`: what its source calls it, for people. A case has to hold it within a day, or it is removed again.
    """
    return _keep(context, data, name=name, source=None)


def keep_upload(context: Context, data: bytes, *, name: str, source: int) -> Document:
    """Keep a file that a source hands in, which then may name it in a case. Raise `DocumentRefused`."""
    return _keep(context, data, name=name, source=source)


def reference_of(document: Document) -> str:
    """Return the reference by which the source of a document names it."""
    return f"sha256:{document.sha256}"


def uploaded_by(context: Context, source: int) -> Arrived:
    """Return the function from references, such as `sha256:HEX`, to the documents that a source handed in itself.

    A document that another source handed in is unknown to it, as one is that nobody did.
    """

    def arrived(given: str | NewDocument) -> Document:
        found = _REFERENCE.fullmatch(given) if isinstance(given, str) else None
        if found is None:
            raise ValueError("a document is named by the reference that it got when it was handed in: sha256:...")
        sha = found[1]
        with context.database.read() as session:
            name = uploads.name_of(session, sha, source=source, team=context.team)
            kept = documents.found(session, [sha], team=context.team).get(sha)
        if name is None or kept is None:
            raise ValueError(f"no document was handed in under this reference: {_AGAIN}")
        try:
            return context.documents.document(sha, name=name, size=kept.size)
        except DocumentMissing:
            raise ValueError(f"the document is not there any more: {_AGAIN}") from None

    return arrived


def refuse_more(
    context: Context, source: int, size: int, *, number: int = MOST_UNNAMED, most: int = MOST_BYTES
) -> None:
    """Raise `DocumentRefused` where a source handed in too much that no case names. `size`: of one more file.

    `number`, `most`: other limits of files and of their bytes.
    """
    with context.database.read() as session:
        unnamed = uploads.unnamed(session, source=source, team=context.team)
    if unnamed.number >= number or unnamed.size + size > most:
        raise refusal(Why.TOO_MANY_UNNAMED, found=unnamed.size, most=most)


def has_uploaded(context: Context, source: int, sha256: str) -> bool:
    """Tell whether a source handed in the file with this hash itself, and it is kept."""
    with context.database.read() as session:
        return uploads.name_of(session, sha256, source=source, team=context.team) is not None


def in_folder(context: Context, folder: Path, *, only_read: bool = False) -> Arrived:
    """Return the function from the names of files below a folder to their documents, which it keeps.

    `only_read`: they are read, and not kept: for what no case will hold. Nothing outside of the folder can be named,
    whatever stands in it: no `..`, no absolute path, no link.
    """

    def arrived(given: str | NewDocument) -> Document:
        if not isinstance(given, str):
            raise ValueError("a document is named by its path from the folder of the file")
        data = file_below(folder, given, most=context.documents.limits.size)
        name = PurePosixPath(given).name
        if only_read:
            return context.documents.read(data, name=name)
        return keep(context, data, name=name)

    return arrived


def _keep(context: Context, data: bytes, *, name: str, source: int | None) -> Document:
    document = context.documents.keep(data, name=name)
    files = [
        NewFile(sha256=one.sha256, kind=one.kind.value, size=one.size, pages=len(one.pages)) for one in document.all
    ]
    with context.database.write() as session:
        at = context.clock()
        ids = documents.keep_all(session, files, team=context.team, at=at)
        if source is not None:
            row = ids[document.sha256]
            uploads.note(session, row, source=source, name=document.name, at=at, team=context.team)
    # Until the row was there, another process may have removed the file. From now on none does.
    return document if context.documents.are_there(document) else context.documents.keep(data, name=name)
