"""The places on pages at which the values of a proposal stand: where its quotes are found, and the author allows it.

A quote is evidence where it stands on one page of one document. Only the part of it that states the value is the place,
so that a row quoted whole marks one figure. All of it follows from the input, the proposal and the author's rules: it
is worked out again whenever it is needed, and no place is kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cached_property
from itertools import islice
from typing import Any

import structlog
from pydantic import BaseModel

from workflows.documents.document import Document, FileKind, Page, documents_in, holds_documents
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.documents import Place
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.text.same_values import are_same
from workflows.engine.text.stated_values import LONGEST, Spans, is_nothing, stated_at
from workflows.model.port import SourceAnswer
from workflows.tools.quotes import Mapped, Span, as_read, mapped, places_of, stands

log = structlog.get_logger()

MOST = 100
"""Places of one quote that are looked at."""
ANSWER = "answer"
"""Stands for the field of the input, where a document came with an answer of the source."""
NO_FIELDS: Mapping[str, str] = {}
PlaceRule = Callable[[Place, Any], bool]  # Any: the value of a field


class Standing(StrEnum):
    """The result of looking for a quote on the pages."""

    FOUND = "found"
    """It stands on a page, at an allowed place."""
    NOWHERE = "nowhere"
    """It stands on no page."""
    REFUSED = "refused"
    """It stands only where the author's rule allows no such value, or where none is stated."""
    UNCHECKED = "unchecked"
    """The author's rule failed, or took too long."""
    SHARED = "shared"
    """Its only place is that of another field with another value."""


@dataclass(frozen=True, kw_only=True)
class PagePlace:
    """A place on a page."""

    document: Document
    page: int
    """Number of the page, from 1."""
    spans: Spans
    """The stretches of the page's text."""
    states: bool = True
    """True if it states the value; False for a whole quote that only supports it."""

    def meets(self, other: "PagePlace") -> bool:
        """Tell whether both have a character in common."""
        is_one_page = (self.document.sha256, self.page) == (other.document.sha256, other.page)
        return is_one_page and any(span.meets(one) for span in self.spans for one in other.spans)


@dataclass(frozen=True, kw_only=True)
class QuotePlace:
    """The result for the quote of a field."""

    standing: Standing
    place: PagePlace | None = None
    """None where nothing is to be marked."""
    shared_with: str | None = None
    """The other field, where both claim one place."""


def documents_of(input: BaseModel, answers: Sequence[SourceAnswer] = ()) -> Sequence[Document]:
    """Return the documents of an input, and then those of the answers of its source, each content once."""
    found = list(documents_in(input)) if holds_documents(type(input)) else []
    found += [document for one in answers for document in documents_in(one.documents)]
    known: dict[str, Document] = {}
    for document in found:
        known.setdefault(document.sha256, document)
    return tuple(known.values())


def fields_of(input: BaseModel, answers: Sequence[SourceAnswer] = ()) -> Mapping[str, str]:
    """Return the field of the input that holds each document, by its hash; `answer` for those of answers alone."""
    held = {document.sha256: ANSWER for one in answers for document in documents_in(one.documents)}
    for name, value in reversed([*input]):
        held |= {document.sha256: name for document in documents_in(value)}
    return held


def places_in(
    workflow: AnyWorkflow,
    documents: Sequence[Document],
    proposal: Proposal[Any],
    *,
    fields: Mapping[str, str] = NO_FIELDS,
) -> Mapping[str, QuotePlace]:
    """Return what is found of the quote of each field. It calls the author's rules.

    `fields`: those of the input that hold the documents, by hash. An output field without a quote, or with one that is
    too long to prove anything, is left out.
    """
    # The text of a mail is no picture, so what is attached to it comes first.
    drawn = sorted(documents, key=lambda one: one.kind is FileKind.MAIL)
    pages = [_Page(one, number, page) for one in drawn for number, page in enumerate(one.pages, 1) if page.text]
    found: dict[str, QuotePlace] = {}
    allowed: dict[str, Sequence[PagePlace]] = {}
    for field, quote in proposal.evidence.items():
        value = getattr(proposal.output, field, None)
        if not quote.strip() or len(quote) > LONGEST:
            continue
        stretches = [(page, span) for page in pages for span in page.stretches_of(quote)]
        if not stretches:
            found[field] = QuotePlace(standing=Standing.NOWHERE)
            continue
        if is_nothing(value):
            found[field] = QuotePlace(standing=Standing.FOUND)
            continue
        rule = workflow.places.get(field)
        candidates = list(islice(_candidates(stretches, value, any_sign=field in workflow.any_sign), MOST))
        checked = _allowed(workflow, field, rule, candidates, value, fields) if rule is not None else candidates
        if checked is None:
            found[field] = QuotePlace(standing=Standing.UNCHECKED)
        elif checked:
            allowed[field] = checked
        else:
            found[field] = QuotePlace(standing=Standing.FOUND if rule is None else Standing.REFUSED)
    return found | _chosen(allowed, {name: getattr(proposal.output, name) for name in allowed})


class _Page:
    """A page that quotes are looked for on."""

    def __init__(self, document: Document, number: int, page: Page) -> None:
        self.document = document
        self.number = number
        self.page = page

    def stretches_of(self, quote: str) -> Sequence[Span]:
        """Return where a quote stands in the text of the page."""
        return places_of(quote, self._mapped) if stands(quote, self._ready) else ()

    @cached_property
    def _ready(self) -> str:
        return as_read(self.page.text)

    @cached_property
    def _mapped(self) -> Mapped:
        return mapped(self.page.text)


def _candidates(
    stretches: Sequence[tuple[_Page, Span]], value: object, *, any_sign: bool = False
) -> Iterator[PagePlace]:
    """Yield the places that state a value within the stretches of its quote, each once.

    Where none states it, the whole quote may support a text or a choice. It never marks a number, but the same figure
    may stand there with `any_sign`.
    """
    seen: set[tuple[str, int, Spans]] = set()
    for page, stretch in stretches:
        for spans in stated_at(page.page.text[stretch.start : stretch.end], value):
            place = PagePlace(
                document=page.document, page=page.number, spans=tuple(span.after(stretch.start) for span in spans)
            )
            key = (page.document.sha256, page.number, place.spans)
            if key not in seen:
                seen.add(key)
                yield place
    if not seen and any_sign and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield from _candidates(stretches, -value)
    if not seen and isinstance(value, (str, bool, Enum)):
        for page, stretch in stretches:
            yield PagePlace(document=page.document, page=page.number, spans=(stretch,), states=False)


def _allowed(
    workflow: AnyWorkflow,
    field: str,
    rule: PlaceRule,
    candidates: Sequence[PagePlace],
    value: object,
    fields: Mapping[str, str],
) -> Sequence[PagePlace] | None:
    """Return the places that a rule of the author allows; None where the rule failed."""
    places = [_told(one, fields.get(one.document.sha256, "")) for one in candidates]
    try:
        # Apart: the model is asked within `propose`, which goes on where a rule does not return.
        answers = within(
            workflow, f"the place of {field}", lambda: [_says(rule, one, value) for one in places], apart=True
        )
    except Exception as error:  # noqa: BLE001  # a place that cannot be checked is none
        log.error("place.unchecked", workflow=workflow.name, field=field, error=type(error).__name__)
        return None
    return [one for one, answer in zip(candidates, answers, strict=True) if answer]


def _says(rule: PlaceRule, place: Place, value: object) -> bool:
    said: object = rule(place, value)
    if not isinstance(said, bool):  # the coroutine of an async function would be a yes
        raise TypeError(f"a place is allowed by True, and not by {said!r:.50}")
    return said


def _told(place: PagePlace, field: str) -> Place:
    page = place.document.pages[place.page - 1]
    return Place(
        document=place.document.name,
        field=field,
        page=place.page,
        text=page.text,
        start=min(span.start for span in place.spans),
        end=max(span.end for span in place.spans),
        read_by=page.read_by,
    )


def _chosen(allowed: Mapping[str, Sequence[PagePlace]], values: Mapping[str, object]) -> dict[str, QuotePlace]:
    """Choose one place for each field: the first that is no other field's, else one that both may share."""
    chosen: dict[str, QuotePlace] = {}
    for field in sorted(allowed, key=lambda name: (not allowed[name][0].states, len(allowed[name]))):
        others = [(name, one.place) for name, one in chosen.items() if one.place is not None and one.place.states]
        met = {
            number: [name for name, other in others if place.meets(other)]
            for number, place in enumerate(allowed[field])
        }
        free = [number for number, names in met.items() if not names]
        shared = [number for number, names in met.items() if not any(_differ(values, field, name) for name in names)]
        if not allowed[field][0].states:
            # A whole quote is no mark where another value stands in it.
            chosen[field] = QuotePlace(standing=Standing.FOUND, place=allowed[field][free[0]] if free else None)
        elif free or shared:
            chosen[field] = QuotePlace(standing=Standing.FOUND, place=allowed[field][(free or shared)[0]])
        else:
            other = next(name for name in met[0] if _differ(values, field, name))
            chosen[field] = QuotePlace(standing=Standing.SHARED, shared_with=other)
            chosen[other] = replace(chosen[other], standing=Standing.SHARED, place=None, shared_with=field)
    return chosen


def _differ(values: Mapping[str, object], one: str, other: str) -> bool:
    """Tell whether two fields cannot have one place: a number or a date is read there in two ways.

    A name may stand within a longer one, and a figure in a list of them.
    """
    both = (values[one], values[other])
    is_figure = any(isinstance(value, int | float | Decimal | date) and not isinstance(value, bool) for value in both)
    is_plain = all(isinstance(value, int | float | Decimal | date | str) for value in both)
    return is_figure and is_plain and not are_same(*both)
