"""The documents of a case, as whoever reviews it knows them: those of its input, and of what its source answered."""

from collections.abc import Sequence

from workflows.engine.case.answers import read_answers
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.documents import places
from workflows.engine.errors import CountersignError
from workflows.engine.review.views import DocumentView


def documents_of(workflow: AnyWorkflow, input: str, *, answers: str | None) -> Sequence[DocumentView]:
    """Return the documents of a case; none where its input no longer fits the workflow.

    `input`, `answers`: those of a run, as they are kept.
    """
    if not workflow.has_documents:
        return ()
    try:
        found = places.documents_of(read(workflow.input, input), read_answers(answers))
    except CountersignError:
        return ()
    return [
        DocumentView(name=one.name, sha256=one.sha256, place=place, pages=len(one.pages))
        for place, one in enumerate(found, 1)
    ]
