"""The documents of a case, as whoever reviews it knows them: those of its input, and of what its source answered."""

from collections import Counter
from collections.abc import Sequence

from workflows.documents.document import Document
from workflows.engine.case.source.answers import read_answers
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.documents import places
from workflows.engine.errors import CountersignError
from workflows.engine.review.views import DocumentView
from workflows.engine.text.sanitize import one_line

_LONGEST = 60
"""Most characters of a name that people are shown: names that differ later look the same."""


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
        DocumentView(name=name, sha256=one.sha256, place=place, pages=len(one.pages))
        for place, (one, name) in enumerate(zip(found, names_of(found), strict=True), 1)
    ]


def names_of(documents: Sequence[Document]) -> Sequence[str]:
    """Return the names by which a person tells the documents of a case apart: a second scan.pdf is scan.pdf (2)."""
    seen, names = Counter[str](), list[str]()
    for one in documents:
        shown = one_line(one.name, _LONGEST)
        seen[shown] += 1
        names.append(one.name if seen[shown] == 1 else f"{one_line(one.name, _LONGEST - 10)} ({seen[shown]})")
    return names
