"""The checks of documents: where they are kept, whether they are whole, and what is read from scans."""

import os
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from bot.app import App
from handlers.texts.operations.findings import Finding
from workflows.documents.document import holds_documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.standing import NAMED, Standing, standing

RESTORED = (
    "put the folder back from its backup: with SQLite, countersign restore does so from FILE.documents; have "
    "sources hand "
    "in again what no backup has. Until then cases are read from their text"
)


def documents(app: App) -> Iterator[Finding]:
    """Check the documents. Nothing is said where no workflow takes any, and none is kept."""
    takers, found = takers_of(app), standing(app.context)
    if not takers and not found.number:
        return
    yield from _folder(app, takers)
    yield from _kept(found)
    if takers:
        yield from _recognised(app, takers)


def takers_of(app: App) -> list[str]:
    """Return the names of the workflows whose inputs hold documents. A sample counts where its cards have a channel."""
    return [one.name for one in app.context.registry if _takes(one) and (not one.is_sample or one.review.post_to)]


def without_folder(app: App) -> str | None:
    """Say that workflows take documents, and that there is no folder for them; None where all is well."""
    takers = takers_of(app)
    if not takers or app.context.documents.shelf is not None:
        return None
    return f"{', '.join(takers)}: no document is taken, since there is no folder for them: set COUNTERSIGN_DOCUMENTS"


def _takes(workflow: AnyWorkflow) -> bool:
    form: type[BaseModel] = workflow.input
    return holds_documents(form)


def _folder(app: App, takers: list[str]) -> Iterator[Finding]:
    said, shelf = without_folder(app), app.context.documents.shelf
    if said is not None:
        yield Finding(level="bad", what=said, do="name one folder for all replicas: it is shared, and backed up")
    if not isinstance(shelf, FolderShelf):
        return
    folder = shelf.folder
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            level="bad",
            what=f"documents cannot be kept: {there} cannot be written",
            do=f"have the account that runs Countersign own it: chown {os.getuid()} {there}",
        )
        return
    yield Finding(level="ok", what=f"documents are kept in {folder}")
    if folder.exists() and os.name == "posix" and folder.stat().st_mode & 0o077:
        what = f"others on this machine can enter {folder}, which holds documents"
        yield Finding(level="bad", what=what, do=f"chmod 700 {folder}")


def _kept(found: Standing) -> Iterator[Finding]:
    if not found.number:
        return
    unheld = f", {found.unheld:,} of them held by no case" if found.unheld else ""
    yield Finding(level="ok", what=f"documents: {found.number:,}, {found.size:,} bytes{unheld}")
    of = f"of the {found.looked_for:,} newest documents" if found.looked_for < found.number else "of them"
    if found.missing:
        do = f"all replicas need one folder; {RESTORED}"
        yield Finding(
            level="bad", what=f"{of} {_number(found.missing, 'is', 'are')} not there: {_named(found.missing)}", do=do
        )
    if found.altered:
        yield Finding(
            level="bad",
            what=f"{of} {_number(found.altered, 'was', 'were')} changed since kept: {_named(found.altered)}",
            do=f"they are not used; {RESTORED}",
        )


def _recognised(app: App, takers: list[str]) -> Iterator[Finding]:
    recogniser = app.context.documents.recogniser
    if recogniser is None:
        yield Finding(
            level="note",
            what=f"scans have no text, since no program for recognising it is installed; {', '.join(takers)}",
            do="install tesseract (Debian: apt-get install tesseract-ocr tesseract-ocr-deu); until then people read "
            "scans by themselves",
        )
    else:
        languages = "+".join(recogniser.languages)
        yield Finding(level="ok", what=f"scans are read by {recogniser.program}, in the languages {languages}")


def _number(hashes: Sequence[str], one: str, several: str) -> str:
    return f"{len(hashes):,} {one if len(hashes) == 1 else several}"


def _named(hashes: Sequence[str]) -> str:
    more = f" and {len(hashes) - NAMED:,} more" if len(hashes) > NAMED else ""
    return ", ".join(hashes[:NAMED]) + more
