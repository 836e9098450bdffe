"""The documents of a case, as whoever reviews it knows them."""

from collections.abc import Sequence

from pydantic import BaseModel

from workflows.documents.document import Document, documents_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CountersignError
from workflows.engine.review.views import DocumentView


def distinct(input: BaseModel) -> Sequence[Document]:
    """Return the documents of an input, each once, in their order."""
    return list({one.sha256: one for one in documents_in(input)}.values())


def documents_of(workflow: AnyWorkflow, input: str) -> Sequence[DocumentView]:
    """Return the documents of a case; none where its input no longer fits the workflow. `input`: as it is kept."""
    if not workflow.has_documents:
        return ()
    try:
        found = distinct(read(workflow.input, input))
    except CountersignError:
        return ()
    return [
        DocumentView(name=one.name, sha256=one.sha256, place=place, pages=len(one.pages))
        for place, one in enumerate(found, 1)
    ]
