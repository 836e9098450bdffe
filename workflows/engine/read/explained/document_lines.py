"""The documents of a case, as its explanation lists them: what each is, and how its pages were read."""

from collections import Counter

from workflows.documents.document import Document
from workflows.engine.case.source.answers import read_answers
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.documents import places
from workflows.engine.errors import CountersignError
from workflows.engine.read.explained.explanation_views import DocumentLine


def document_lines(workflow: AnyWorkflow, input: str, *, answers: str | None) -> list[DocumentLine]:
    """Return the documents of an input and of the answers of its source, each once; none where it no longer fits.

    `input`, `answers`: those of a run, as they are kept.

    Their places are those by which a person opens an original.
    """
    if not workflow.has_documents:
        return []
    try:
        given = places.documents_of(read(workflow.input, input), read_answers(answers))
    except CountersignError:
        return []
    found = {one.sha256: one for one in given}
    numbers = {sha256: place for place, sha256 in enumerate(found, 1)}
    brought = {one.sha256: numbers[mail.sha256] for mail in found.values() for one in mail.attached}
    return [_line(one, numbers[one.sha256], brought.get(one.sha256)) for one in found.values()]


def _line(document: Document, place: int, attached_to: int | None) -> DocumentLine:
    return DocumentLine(
        place=place,
        name=document.name,
        kind=document.kind,
        size=document.size,
        pages=len(document.pages),
        read=Counter(page.read_by for page in document.pages),
        has_e_invoice=document.e_invoice is not None,
        left_out=document.left_out,
        attached_to=attached_to,
    )
