"""The pages of a case's documents with the marks of a proposal, made anew each time that they are shown.

No mark is kept: they follow from the input, the proposal and the readings on the shelf. After a decision, too, they are
the marks of what was proposed: a person's own value was read nowhere.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from workflows.documents.document import FileKind
from workflows.documents.places.boxes import boxes_of
from workflows.documents.places.marks import Mark, MarkedPage
from workflows.engine.case.doubtful_fields import doubtful
from workflows.engine.context import Context
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.page_readings import PageReadings
from workflows.engine.documents.places import documents_of, fields_of, places_in
from workflows.labels import label_of
from workflows.model.port import SourceAnswer

MOST = 12
"""Most marks of one page: more could not be told apart. What is doubted comes first."""


def marked_pages(
    context: Context,
    workflow: AnyWorkflow,
    input: BaseModel,
    proposal: Proposal[Any],
    *,
    answers: Sequence[SourceAnswer] = (),
    missed: float | None = None,
) -> tuple[MarkedPage, ...]:
    """Return the pages from which values of a proposal were read, with a mark for each of these values.

    They are in the order of the documents, the marks in that of the form. A page whose reading is not on the shelf has
    none, and neither has the text of a mail, which has no look of its own. It calls the author's rules and reads files:
    call it outside of any transaction.
    `answers`: those of the case's source with which the run of the proposal began. Their documents come last.
    `missed`: the earned floor that the proposal did not reach, where it did not.
    """
    documents = documents_of(input, answers)
    if not documents:
        return ()
    readings = PageReadings(context.documents)
    found = places_in(workflow, documents, proposal, fields=fields_of(input, answers))
    look_at = doubtful(proposal.field_confidence(), second=proposal.second, autonomy=workflow.autonomy, missed=missed)
    marks: dict[tuple[str, int], list[Mark]] = {}
    for field in workflow.output.model_fields:
        place = found[field].place if field in found else None
        if place is None or place.document.kind is FileKind.MAIL:
            continue
        page = readings.page(place.document, place.page)
        if page is None:
            continue
        boxes = boxes_of(page, [(span.start, span.end) for span in place.spans])
        if boxes:
            mark = Mark(field=field, label=label_of(workflow.output, field), boxes=boxes, is_doubted=field in look_at)
            marks.setdefault((place.document.sha256, place.page), []).append(mark)
    return tuple(
        MarkedPage(sha256=one.sha256, document=one.name, page=number, marks=_first(marks[one.sha256, number]))
        for one in documents
        for number in range(1, len(one.pages) + 1)
        if (one.sha256, number) in marks
    )


def _first(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    kept = sorted(range(len(marks)), key=lambda at: (not marks[at].is_doubted, at))[:MOST]
    return tuple(marks[at] for at in sorted(kept))
