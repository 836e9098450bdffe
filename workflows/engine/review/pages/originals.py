"""Originals: documents of a case as they came in, given to a person who asked, and taken back after a day.

Asking is a row of the outbox and one of the audit in one transaction; the sender gives the file. Rights are the face's
to check before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, runs
from store.documents import shown_files
from store.governance import audit, teams
from store.governance.audit import READ
from store.slack import outbox
from store.slack.outbox import ORIGINAL, ORIGINAL_FILE
from store.subjects import SubjectKind
from workflows.documents.document import Document, FileKind
from workflows.documents.refusals import DocumentMissing
from workflows.engine.case import notices
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.reading_ways import Way
from workflows.engine.case.source.answers import answers_body, read_answers
from workflows.engine.context import Context
from workflows.engine.declare.round_trip import read
from workflows.engine.documents import places
from workflows.engine.documents.shown import Going
from workflows.engine.errors import CountersignError, Refused, Unknown
from workflows.engine.review.pages.documents import documents_of, names_of
from workflows.engine.review.views import DocumentView, OriginalView
from workflows.engine.text.sanitize import one_line

LASTS = timedelta(hours=24)
"""Time for which a person has an original."""
_LONGEST_NAME = 100
_UNSAFE = re.compile(r"[^\w .()+,&'-]")
"""Characters that stand in no name of a file that we give: none makes a path, or turns the order of letters round."""
_SUFFIXES: Mapping[FileKind, Sequence[str]] = {
    FileKind.PDF: (".pdf",),
    FileKind.PNG: (".png",),
    FileKind.JPEG: (".jpg", ".jpeg"),
    FileKind.TIFF: (".tif", ".tiff"),
    # As plain text: what a mail holds may be HTML, which nothing is to run.
    FileKind.MAIL: (".txt",),
}


@dataclass(frozen=True, kw_only=True)
class Original:
    """A document to give to a person."""

    sha256: str
    data: bytes
    file_name: str
    """Its name, made safe, with the ending of its type by content."""
    by: str
    is_there: bool
    """True if they have it already."""
    cut_off: Sequence[Going]
    """Files of an upload that was cut off: nobody knows what became of them."""


def originals_of(context: Context, case: int) -> Sequence[DocumentView]:
    """Return the documents of a case as it is now. Raise `Unknown` or `ContentRemoved`."""
    with context.database.read() as session:
        row, name = _case(session, context, case)
        run = _newest(session, context, row.id)
        body = kept_body(session, run.input_id, team=context.team)
        answers = answers_body(session, run)
    return documents_of(known_workflow(context, name), body, answers=answers)


def ask(context: Context, case: int, place: int, *, by: str) -> OriginalView:
    """Have a document of a case given to a person, unless they have it, or it is on its way; returns how it stands.

    `place`: its place among the documents of the case, from 1. Raise `Unknown`, `ContentRemoved`, or `Refused` where
    there is no such document, or its file is not there any more.
    """
    documents = originals_of(context, case)
    if not 1 <= place <= len(documents):
        raise Refused("The case has other documents now; look at it again.")
    document, shelf = documents[place - 1], context.documents.shelf
    if shelf is None or not shelf.holds(document.sha256):
        raise Refused(f"The file of {one_line(document.name, 100)} is not here any more.")
    with context.database.write(urgent=True) as session:
        cases.hold(session, case, team=context.team)
        row, workflow = _case(session, context, case)
        run, at = _newest(session, context, case), context.clock()
        kept_body(session, run.input_id, team=context.team)
        subject = SubjectKind.CASE.of(case)
        had = shown_files.original(session, case, document.sha256, team=context.team, by=by, at=at)
        asked = outbox.unsent_about(session, team=context.team, kinds=(ORIGINAL, ORIGINAL_FILE), subject=subject)
        is_coming = any(one.about.get("by") == by and one.about.get("place") == str(place) for one in asked)
        is_there = had is not None and had.uploaded_at is not None
        if not is_there and not is_coming:
            about = {"run": str(run.id), "place": str(place), "by": by}
            notices.original(session, case, team=context.team, by=by, about=about, at=at)
            details: dict[str, str | int | None] = {"way": Way.ORIGINAL, "document": place}
            audit.record(
                session, team=context.team, at=at, actor=by, action=READ, subject=subject, case=case, details=details
            )
        return OriginalView(
            name=document.name,
            case=case,
            key=row.key,
            workflow=workflow,
            until=had.until if had is not None and is_there else None,
            is_new=not is_there and not is_coming,
        )


def original_view(context: Context, case: int, about: Mapping[str, str]) -> OriginalView | None:
    """Return a document that is about to be given; None where it is not known here. Raise `ContentRemoved`."""
    with context.database.read() as session:
        row, name = _case(session, context, case)
    documents, place = _documents(context, about), int(about["place"])
    if not 1 <= place <= len(documents):
        return None
    until = context.clock() + LASTS
    return OriginalView(
        name=names_of(documents)[place - 1], case=case, key=row.key, workflow=name, until=until, is_new=True
    )


def to_give(context: Context, case: int, about: Mapping[str, str]) -> Original | None:
    """Return a document that a person is to be given; None where it is not there any more. Raise `ContentRemoved`."""
    document, by = _meant(context, about), about["by"]
    if document is None:
        return None
    try:
        data = context.documents.file(document.sha256)
    except DocumentMissing:
        return None
    with context.database.read() as session:
        had = shown_files.original(session, case, document.sha256, team=context.team, by=by, at=context.clock())
    is_there = had is not None and had.uploaded_at is not None
    cut_off = [Going(row=had.id, file=had.file, attempts=had.attempts)] if had is not None and not is_there else []
    return Original(
        sha256=document.sha256,
        data=data,
        file_name=safe_name(document),
        by=by,
        is_there=is_there,
        cut_off=cut_off,
    )


def safe_name(document: Document) -> str:
    """Return the name under which a document is given: no path, nothing hidden, its ending that of its content."""
    last = re.split(r"[/\\]", document.name)[-1]
    kept = _UNSAFE.sub("_", one_line(last, _LONGEST_NAME)).strip(" .") or "document"
    endings = _SUFFIXES[document.kind]
    return kept if kept.lower().endswith(tuple(endings)) else f"{kept}{endings[0]}"


def _meant(context: Context, about: Mapping[str, str]) -> Document | None:
    """Return the document that a note names, as it was when it was asked for."""
    found, place = _documents(context, about), int(about["place"])
    return found[place - 1] if 1 <= place <= len(found) else None


def _documents(context: Context, about: Mapping[str, str]) -> Sequence[Document]:
    """Return the documents of the run that a note names; none where they are not known here."""
    with context.database.read() as session:
        run = runs.get(session, int(about["run"]), team=context.team)
        if run is None:
            return ()
        body = kept_body(session, run.input_id, team=context.team)
        answers = answers_body(session, run)
        name = teams.workflow_name(session, run.workflow_id, team=context.team)
    if name not in context.registry:
        return ()
    try:
        return places.documents_of(read(context.registry.get(name).input, body), read_answers(answers))
    except CountersignError:
        return ()


def _case(session: Session, context: Context, case: int) -> tuple[schema.Case, str]:
    row = cases.get(session, case, team=context.team)
    if row is None:
        raise Unknown(f"there is no case {case}")
    return row, teams.workflow_name(session, row.workflow_id, team=context.team)


def _newest(session: Session, context: Context, case: int) -> schema.Run:
    run = runs.newest(session, case, team=context.team)
    if run is None:
        raise Unknown(f"there is no case {case}")
    return run
