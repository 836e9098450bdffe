"""Arrivals: the documents that the values of an input name or bring, looked up and kept before its form is filled in.

Forms are the author's code, under a short limit of time, in which whatever goes wrong is a fault of the input. Reading
a scan takes longer than that, and a database that cannot be reached is nobody's input's fault.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from pydantic import BaseModel, JsonValue

from workflows.documents.document import (
    TOLD,
    Arrived,
    ArrivedIn,
    Document,
    NewDocument,
    documents_in,
    holds_documents,
    none_arrived,
)
from workflows.documents.named import named_in
from workflows.documents.refusals import DocumentRefused, Why
from workflows.engine.context import Context
from workflows.engine.documents.keeping import keep, reference_of
from workflows.engine.errors import InvalidInput

MOST = 2_000
"""Most documents of one request, or of one look."""
MOST_TEXT = 32 * 1024 * 1024
"""Most characters of these documents together: a short reference stands for a long text."""
LATER = (Why.BUSY, Why.NOT_KEPT, Why.NO_PLACE)
"""Refusals that are no fault of the file."""
_REFERENCE = re.compile(r"sha256:[0-9a-f]{64}")
_DEEPEST = 60
"""Levels of values that are looked at; deeper ones are refused as an input."""


def looked_up(form: type[BaseModel], inputs: Sequence[object], arrived: Arrived) -> Arrived:
    """Return the function that gives the documents of these inputs from memory. `inputs`: their values by field.

    What `arrived` refuses is refused again where it stands. Raise `InvalidInput` where the documents are too many
    together, and `DocumentRefused` where none can be taken now: then all of it is worth trying again.
    """
    if not holds_documents(form):
        return none_arrived
    found: dict[str | NewDocument, Document | ValueError] = {}
    text = 0
    for one in _given(inputs, depth=0):
        if one in found:
            continue
        if len(found) >= MOST or text > MOST_TEXT:
            raise InvalidInput("its documents are too many, or too long, together: hand in fewer cases at a time")
        try:
            document = arrived(one)
            text += len(document.text)
            found[one] = document
        except DocumentRefused as error:
            if error.why in LATER:
                raise
            found[one] = error
        except ValueError as error:
            found[one] = error

    return partial(_known, found)


def by_form(form: type[BaseModel], arrived: Arrived) -> ArrivedIn:
    """Return the function from the values of one input to its documents, whatever they are named by.

    For files that somebody here wrote: each name is looked at, where the form has a document.
    """

    def of(values: Mapping[str, object]) -> Arrived:
        found: dict[str | NewDocument, Document | ValueError] = {}
        for one in named_in(form, values) if holds_documents(form) else ():
            if one not in found and len(found) < MOST:
                try:
                    found[one] = arrived(one)
                except ValueError as error:
                    found[one] = error
        return partial(_known, found)

    return of


def brought(context: Context, *, only_read: bool = False, before: Callable[[], None] = lambda: None) -> Arrived:
    """Return the function that keeps the new documents which an author's code brings. References name none there.

    `only_read`: they are read, and not kept: for what no case will hold. `before`: called before each reading, which
    may take minutes.
    """

    def arrived(given: str | NewDocument) -> Document:
        if not isinstance(given, NewDocument):
            raise ValueError("a text names no document here: give it as NewDocument(name=..., data=...)")
        before()
        if only_read:
            return context.documents.read(given.data, name=given.name)
        return keep(context, given.data, name=given.name)

    return arrived


def _known(found: Mapping[str | NewDocument, Document | ValueError], given: str | NewDocument) -> Document:
    outcome = found.get(given)
    if isinstance(outcome, Document):
        return outcome
    # Made anew: an error that is raised in several threads would grow.
    return none_arrived(given) if outcome is None else _raised(outcome)


def named(made: BaseModel) -> tuple[dict[str, JsonValue], Arrived]:
    """Return the values of a form with references in place of its documents, and the function that gives these.

    For a form of our own code that is to be read as another form: a document that it holds is one in that, too.
    """
    held = {reference_of(document): document for document in documents_in(made)}

    def arrived(given: str | NewDocument) -> Document:
        return held.get(str(given)) or none_arrived(given)

    return made.model_dump(mode="json", context={TOLD: reference_of}), arrived


def _given(value: object, *, depth: int) -> Iterator[str | NewDocument]:
    """Yield the references and the new documents in a value."""
    if depth > _DEEPEST:
        return
    match value:
        case NewDocument():
            yield value
        case str():
            if _REFERENCE.fullmatch(value):
                yield value
        case Mapping():
            for inner in value.values():
                yield from _given(inner, depth=depth + 1)
        case list() | tuple():
            for inner in value:
                yield from _given(inner, depth=depth + 1)


def _raised(error: ValueError) -> Document:
    raise ValueError(str(error))
