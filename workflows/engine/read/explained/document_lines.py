"""The documents of a case, as its explanation lists them: what each is, and how its pages were read."""

from collections import Counter

from workflows.documents.document import Document, documents_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CountersignError
from workflows.engine.read.explained.explanation_views import DocumentLine


def document_lines(workflow: AnyWorkflow, input: str) -> list[DocumentLine]:
    """Return the documents of an input, each once; none where it no longer fits the workflow. `input`: as it is kept.

    Their places are those by which a person opens an original.
    """
    if not workflow.has_documents:
        return []
    try:
        found = {one.sha256: one for one in documents_in(read(workflow.input, input))}
    except CountersignError:
        return []
    places = {sha256: place for place, sha256 in enumerate(found, 1)}
    brought = {one.sha256: places[mail.sha256] for mail in found.values() for one in mail.attached}
    return [_line(one, places[one.sha256], brought.get(one.sha256)) for one in found.values()]


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
