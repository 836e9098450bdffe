"""The pages that matter for a review: those from which its proposal was read, or the first one where nothing was read.

For a spot check they are the first ones, without marks: which they are says nothing of what was delivered.
Pictures of them are made once for each, apart from any channel, so that no form waits for one. What is marked is found
anew each time: only the names of the marked fields are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from store.cases import cases, runs
from store.cases.review import reviews, spot_checks
from store.documents import shown_files
from store.governance import teams
from store.schema import ShownFile
from store.states import UNDECIDED, ReviewState
from workflows.documents.document import Document, FileKind
from workflows.documents.places.marks import MarkedPage
from workflows.engine.case import notices
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import kept_json, known_workflow
from workflows.engine.case.source.answers import answers_body, read_answers
from workflows.engine.context import Context
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.documents.marks import marked_pages
from workflows.engine.documents.places import documents_of
from workflows.engine.documents.shown import Going
from workflows.engine.errors import CountersignError
from workflows.engine.reasons import floor_missed, from_json
from workflows.engine.review.hiding import pages_in_channel
from workflows.engine.review.pages.documents import names_of
from workflows.engine.review.views import DocumentView, PagesView, PageView
from workflows.engine.text.canonical_json import canonical
from workflows.labels import label_of

MOST = 5
"""Most pages of a review of which there is a picture. The others are named."""
_WAITS = (ReviewState.OPEN, ReviewState.AWAITING_SECOND, ReviewState.ASKED)


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages that matter for a review or a spot check, as they are to be drawn."""

    review: int | None
    """None: a spot check, which shares its pictures with others of the case."""
    case: int
    key: str
    workflow: AnyWorkflow
    documents: Sequence[Document]
    pages: Sequence[MarkedPage]
    """The first `MOST` of them, which are drawn."""
    others: Sequence[MarkedPage]
    """The others, which are named."""


def pages_of(context: Context, review: int) -> Pages | None:
    """Return the pages that matter for a review; None where nobody is to decide it any more, or it has no documents.

    It calls the author's code and reads files. Raise `Unknown` or `ContentRemoved`.
    """
    with context.database.read() as session:
        row = reviews.get(session, review, team=context.team)
        if row is None or row.state not in _WAITS:
            return None
        run, case = runs.get(session, row.run_id, team=context.team), cases.get(session, row.case_id, team=context.team)
        name = reviews.place_of(session, review, team=context.team)
        assert run is not None
        assert case is not None
        assert name is not None
        body = kept_body(session, run.input_id, team=context.team)
        answered = answers_body(session, run)
        proposed = reviews.proposal_of(session, run.id, team=context.team) if row.proposal_id is not None else None
        proposal = kept_json(session, proposed.content_id, team=context.team) if proposed is not None else None
        why = kept_body(session, row.reasons_id, team=context.team)
    workflow = known_workflow(context, name.workflow)
    try:
        input = read(workflow.input, body)
    except CountersignError:
        return None
    answers = read_answers(answered)
    documents = documents_of(input, answers)
    if not documents:
        return None
    found = _proposal(workflow, proposal)
    missed = floor_missed(from_json(why))
    marked = marked_pages(context, workflow, input, found, answers=answers, missed=missed) if found is not None else ()
    pages = marked or _first(documents)
    return Pages(
        review=review,
        case=case.id,
        key=case.key,
        workflow=workflow,
        documents=documents,
        pages=pages[:MOST],
        others=pages[MOST:],
    )


def pages_of_check(context: Context, check: int) -> Pages | None:
    """Return the first pages for a spot check; None where nobody is to look at it any more, or it has no documents.

    It reads the case as it was when it went alone. Raise `Unknown` or `ContentRemoved`.
    """
    with context.database.read() as session:
        row = spot_checks.get(session, check, team=context.team)
        if row is None or row.state not in UNDECIDED:
            return None
        run, case = runs.get(session, row.run_id, team=context.team), cases.get(session, row.case_id, team=context.team)
        assert run is not None
        assert case is not None
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        body, answered = kept_body(session, run.input_id, team=context.team), answers_body(session, run)
    workflow = known_workflow(context, name)
    try:
        documents = documents_of(read(workflow.input, body), read_answers(answered))
    except CountersignError:
        return None
    pages = _first_of_each(documents)
    if not pages:
        return None
    return Pages(
        review=None, case=case.id, key=case.key, workflow=workflow, documents=documents, pages=pages, others=()
    )


def _first_of_each(documents: Sequence[Document]) -> Sequence[MarkedPage]:
    """Return as many pages as are drawn: the first one of each document, then the second ones, in their order."""
    seen = [one for one in documents if one.kind is not FileKind.MAIL]
    numbered = [(page, place) for place, one in enumerate(seen) for page in range(1, len(one.pages) + 1)]
    chosen = sorted((place, page) for page, place in sorted(numbered)[:MOST])
    return [
        MarkedPage(sha256=seen[place].sha256, document=seen[place].name, page=page, marks=()) for place, page in chosen
    ]


def _proposal(workflow: AnyWorkflow, kept: dict[str, Any] | None) -> Proposal[BaseModel] | None:
    """Return a kept proposal; None where there is none, or it no longer fits the form."""
    if kept is None:
        return None
    try:
        output: BaseModel = read(workflow.output, canonical(kept["output"]))
    except CountersignError:
        return None
    return Proposal(
        output=output,
        confidence=kept.get("confidence", {}),
        evidence=kept.get("evidence", {}),
        second=kept.get("second", {}),
    )


def _first(documents: Sequence[Document]) -> tuple[MarkedPage, ...]:
    """Return the first page of the first document that has pages: whoever fills in an empty form begins there."""
    for one in documents:
        if one.pages and one.kind is not FileKind.MAIL:
            return (MarkedPage(sha256=one.sha256, document=one.name, page=1, marks=()),)
    return ()


def lacking(context: Context, pages: Pages) -> Sequence[MarkedPage]:
    """Return those of the pages of a review or a spot check of which there is no picture yet."""
    made = _made(context, pages)
    known = {(one.sha256, one.page) for one in made if one.uploaded_at is not None}
    return [page for page in pages.pages if (page.sha256, page.page) not in known]


def cut_off(context: Context, pages: Pages) -> Sequence[Going]:
    """Return the pictures whose upload was cut off: nobody knows what became of them."""
    made = _made(context, pages)
    return [Going(row=one.id, file=one.file, attempts=one.attempts) for one in made if one.uploaded_at is None]


def _made(context: Context, pages: Pages) -> Sequence[ShownFile]:
    with context.database.read() as session:
        if pages.review is None:
            return shown_files.unmarked(session, pages.case, team=context.team)
        return shown_files.of_review(session, pages.review, case=pages.case, team=context.team)


def ready(context: Context, pages: Pages) -> None:
    """Have the pages of a review shown in the threads of its cards, where they may stand there."""
    if pages.review is not None and pages_in_channel(pages.workflow):
        with context.database.write() as session:
            notices.pages_in_thread(session, pages.review, team=context.team, at=context.clock())


def pages_note(context: Context, review: int) -> PagesView | None:
    """Return the pages of a review as its thread shows them; None where nothing is to be said of them any more."""
    pages = pages_of(context, review)
    if pages is None:
        return None
    with context.database.read() as session:
        made = shown_files.of_review(session, review, case=pages.case, team=context.team)
    files = {(one.sha256, one.page): one.file for one in made if one.uploaded_at is not None}
    views = [
        replace(page_view(pages, page), file=files.get((page.sha256, page.page)))
        for page in (*pages.pages, *pages.others)
    ]
    drawn, others = views[: len(pages.pages)], views[len(pages.pages) :]
    shelf = context.documents.shelf
    named = list(zip(pages.documents, names_of(pages.documents), strict=True))
    missing = {name for one, name in named if shelf is None or not shelf.holds(one.sha256)}
    missing |= {one.document for one in drawn if one.file is None}
    return PagesView(
        review=review,
        case=pages.case,
        key=pages.key,
        shown=[one for one in drawn if one.file is not None],
        named=others,
        missing=[name for _, name in named if name in missing],
    )


def page_view(pages: Pages, page: MarkedPage) -> PageView:
    """Return a page as a person is shown it, without its picture."""
    named = zip(pages.documents, names_of(pages.documents), strict=True)
    document, name = next((one, name) for one, name in named if one.sha256 == page.sha256)
    return PageView(
        document=name,
        page=page.page,
        pages=len(document.pages),
        marked=[mark.label for mark in page.marks],
    )


def pictures_for(
    context: Context, review: int, *, case: int, workflow: AnyWorkflow, documents: Sequence[DocumentView]
) -> Sequence[PageView]:
    """Return the pages of a review of which there is a picture, for a form. It reads rows alone.

    `documents`: those of the case.
    """
    if not documents:
        return ()
    with context.database.read() as session:
        made = shown_files.of_review(session, review, case=case, team=context.team)
    return _pictures(made, workflow, documents)


def unmarked_pictures_for(
    context: Context, case: int, *, workflow: AnyWorkflow, documents: Sequence[DocumentView]
) -> Sequence[PageView]:
    """Return the pages of a case of which there is a picture without marks, for a spot check. It reads rows alone.

    `documents`: those of the case, in whose order the pages are.
    """
    if not documents:
        return ()
    with context.database.read() as session:
        made = shown_files.unmarked(session, case, team=context.team)
    places = {one.sha256: one.place for one in documents}
    made.sort(key=lambda one: (places.get(one.sha256, 0), one.page or 0))
    return _pictures(made, workflow, documents)


def _pictures(
    made: Sequence[ShownFile], workflow: AnyWorkflow, documents: Sequence[DocumentView]
) -> Sequence[PageView]:
    known = {one.sha256: one for one in documents}
    return [
        PageView(
            document=known[one.sha256].name,
            page=one.page,
            pages=known[one.sha256].pages,
            marked=[label_of(workflow.output, field) for field in one.fields],
            file=one.file,
        )
        for one in made
        if one.uploaded_at is not None and one.page is not None and one.sha256 in known
    ]
