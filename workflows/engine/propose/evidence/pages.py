"""The pages of a case's documents as evidence: quotes on them, texts beside them, and how surely scans were read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from pydantic import BaseModel, JsonValue

from workflows.documents.document import ReadBy
from workflows.documents.documents import Documents
from workflows.documents.places.boxes import sureness
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.page_readings import PageReadings
from workflows.engine.documents.places import PagePlace, QuotePlace, documents_of, fields_of, places_in
from workflows.engine.propose.checks import less_sure
from workflows.labels import label_of
from workflows.model.port import SourceAnswer

READ_WELL = 0.8
"""A word of a scan that was recognised less surely is told as a doubt, where the workflow has no floor."""
UNKNOWN = 0.5
"""The highest confidence of a field on a scan of which nobody knows how sure its words are."""
SHORTEST_PAGE = 20
"""Fewest characters of a page that are looked for in what a model was shown. Fewer may stand anywhere."""
_DOCUMENTS = (frozenset({"sha256", "kind", "pages"}), frozenset({"document", "name", "kind"}))
"""Names by which the JSON of a document is known in an input, and in what a model was told."""


class PageEvidence:
    """The pages of one case as evidence."""

    def __init__(
        self, workflow: AnyWorkflow, input: BaseModel, documents: Documents, *, answers: Sequence[SourceAnswer] = ()
    ) -> None:
        """`documents`: those of the team. Only the readings of scans are looked up there. `answers`: of the source."""
        self._workflow = workflow
        self._input = input
        self._readings = PageReadings(documents)
        self._of_case = documents_of(input, answers)
        self._fields = fields_of(input, answers)

    def of(self, proposal: Proposal[Any]) -> Mapping[str, QuotePlace]:
        """Return what is found of the quote of each field. It calls the author's rules."""
        return places_in(self._workflow, self._of_case, proposal, fields=self._fields)

    @cached_property
    def own_texts(self) -> Sequence[str]:
        """The texts of the input beside its documents."""
        return list(texts_in(_without_documents(self._input.model_dump(mode="json"))))

    def beside(self, shown: JsonValue) -> Iterator[str]:
        """Yield the texts that a model was shown of the case, without those of pages: each of them counts by itself."""
        yield from self.own_texts
        pages = [page.text.strip() for one in self._of_case for page in one.pages]
        for text in texts_in(_without_documents(shown)):
            for page in pages:
                if len(page) >= SHORTEST_PAGE:
                    text = text.replace(page, "\f")
            yield text

    def as_sure_as_read(self, proposal: Proposal[Any], found: Mapping[str, QuotePlace]) -> Proposal[Any]:
        """Return the proposal with no more confidence in a field than its words were recognised with on a scan."""
        for field, one in found.items():
            place = one.place
            if place is None or place.document.pages[place.page - 1].read_by is not ReadBy.OCR:
                continue
            sure, confidence = self._sureness(place), proposal.field_confidence()
            called, page = label_of(type(proposal.output), field), self._called(place)
            if sure is None:
                doubt = f"{page} is a scan, and nobody knows how surely {called} was read there"
                proposal = less_sure(proposal, [field], cap=UNKNOWN, doubt=doubt)
            elif sure < (self._workflow.autonomy.at_least or READ_WELL):
                doubt = f"{page} is a scan: {called} was read there with a confidence of {sure:.2f}"
                proposal = less_sure(proposal, [field], cap=sure, doubt=doubt)
            elif field in confidence and (stated := confidence[field]) is not None:
                proposal = replace(proposal, confidence={**confidence, field: min(stated, sure)})
        return proposal

    def _sureness(self, place: PagePlace) -> float | None:
        page = self._readings.page(place.document, place.page)
        return sureness(page, [(span.start, span.end) for span in place.spans]) if page is not None else None

    def _called(self, place: PagePlace) -> str:
        page = f"page {place.page}"
        return page if len(self._of_case) == 1 else f"{page} of {place.document.name}"


def page_evidence(
    workflow: AnyWorkflow, input: BaseModel, documents: Documents, *, answers: Sequence[SourceAnswer] = ()
) -> PageEvidence | None:
    """Return the pages of a case as evidence; None where it has no documents.

    `answers`: those of its source, whose documents belong to the case.
    """
    found = documents_of(input, answers)
    return PageEvidence(workflow, input, documents, answers=answers) if found else None


def texts_in(shown: JsonValue) -> Iterator[str]:
    """Yield the texts and the numbers of a plain value."""
    match shown:
        case str():
            yield shown
        case dict():
            for inner in shown.values():
                yield from texts_in(inner)
        case list():
            for inner in shown:
                yield from texts_in(inner)
        case int() | float():
            yield str(shown)


def _without_documents(shown: JsonValue) -> JsonValue:
    """Return a plain value without the JSON of documents in it: neither their pages nor their data nor their names."""
    match shown:
        case dict() if any(names <= shown.keys() for names in _DOCUMENTS):
            return None
        case dict():
            return {name: _without_documents(inner) for name, inner in shown.items()}
        case list():
            return [_without_documents(inner) for inner in shown]
        case _:
            return shown
