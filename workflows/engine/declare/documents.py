"""Declarations about documents: how a model is given them, where a value may stand, and what is missing. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel

from workflows.documents.document import ReadBy, holds_documents
from workflows.engine.declare.proposal import InputT, OutputT
from workflows.engine.errors import BadDeclaration
from workflows.model.asking.attachments import DocumentsAs

DOCUMENTS_AS: tuple[DocumentsAs, ...] = get_args(DocumentsAs)


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place of a quote's value in a document."""

    document: str
    """Name of the document. Untrusted: two may have the same one."""
    field: str
    """The field of the input that holds the document; `answer` for one that the source sent with an answer, and empty
    where it is in none.
    """
    page: int
    """Number of the page, from 1."""
    text: str
    """All text of the page, in rows; words that stand apart on the page are apart by spaces."""
    start: int
    """First character of the value in that text."""
    end: int
    """The character after its last one."""
    read_by: ReadBy

    @property
    def row(self) -> str:
        """The row in which the value stands."""
        return self.text[self.text.rfind("\n", 0, self.start) + 1 :].partition("\n")[0]

    @property
    def before(self) -> str:
        """The part of the row before the value."""
        return self.text[self.text.rfind("\n", 0, self.start) + 1 : self.start]


@dataclass(frozen=True, kw_only=True)
class SecondReading(Generic[InputT]):
    """Another reading of the same values, such as the data that an e-invoice carries."""

    called: str
    """Its name for people, such as “the data in the file”."""
    read: Callable[[InputT], Mapping[str, object] | None]
    """Gives output field -> value, for the fields that it has; None: there is none."""


PlaceT = TypeVar("PlaceT", bound=Callable[[Place, Any], bool])  # Any: the value of a field
ReadingT = TypeVar("ReadingT", bound=Callable[[Any], Mapping[str, object] | None])  # Any: the workflow's input
MissingT = TypeVar("MissingT", bound=Callable[[Any], Sequence[str]])  # Any: the workflow's input


class DocumentRules(Generic[InputT, OutputT]):
    """The rules of a workflow about its documents."""

    name: str
    input: type[InputT]
    output: type[OutputT]
    documents_as: DocumentsAs
    """The way in which a model is given the documents of a case."""
    places: dict[str, Callable[[Place, Any], bool]]
    """Output field -> the function that tells whether its value may stand at a place. Any: the field's own type."""
    any_sign: frozenset[str]
    """Output fields whose figure a page may print with another sign than the value has."""
    second_readings: tuple[SecondReading[InputT], ...]
    missing_by: Callable[[InputT], Sequence[str]] | None
    """The function that names what a case lacks, for its source; None: the author asks for nothing."""

    def _begin_documents(self, documents_as: DocumentsAs) -> None:
        """Begin without rules. Raise `BadDeclaration` for an unknown way."""
        if documents_as not in DOCUMENTS_AS:
            raise BadDeclaration(
                f"workflow {self.name}: documents has to be one of {', '.join(DOCUMENTS_AS)}, not {documents_as!r:.50}"
            )
        self.documents_as = documents_as
        self.places = {}
        self.any_sign = frozenset()
        self.second_readings = ()
        self.missing_by = None

    @property
    def has_documents(self) -> bool:
        """True if its cases may hold documents, as far as that is declared."""
        form: type[BaseModel] = self.input
        return holds_documents(form)

    def place(self, *fields: str, any_sign: bool = False) -> Callable[[PlaceT], PlaceT]:
        """Register the function that tells whether the value of these fields may stand at a place of a document.

        It is called with the `Place` of the quote and the value. A quote whose places are all refused is no evidence:
        `"529,87"` beside “Net” proves no total. `any_sign`: pages print the figure with and without a minus, so where
        its own sign is not found, the function is asked about the figure with the other one. Raise `BadDeclaration` for
        a field that is none, or a second function.
        """
        given: tuple[object, ...] = fields
        if not given or any(not isinstance(field, str) for field in given):
            raise BadDeclaration(f'workflow {self.name}: a place names its fields, such as place("total")')
        for field in fields:
            if field not in self.output.model_fields:
                raise BadDeclaration(f"workflow {self.name}: a place of {field}, which is not a field of the output")
            if field in self.places:
                raise BadDeclaration(f"workflow {self.name}: the place of {field} is declared twice")

        def register(function: PlaceT) -> PlaceT:
            self.places |= dict.fromkeys(fields, function)
            self.any_sign |= frozenset(fields if any_sign else ())
            return function

        return register

    def second_reading(self, called: str) -> Callable[[ReadingT], ReadingT]:
        """Register another reading of the output's values: a function from the input to field -> value, or None.

        Where it differs from what is proposed, a person is shown both. `called`: its name for people, such as “the
        data in the file”. Raise `BadDeclaration` where it has none.
        """
        name: object = called
        if not isinstance(name, str) or not name.strip():
            raise BadDeclaration(
                f"workflow {self.name}: a second reading has a name for people, such as "
                'second_reading("the data in the file")'
            )

        def register(function: ReadingT) -> ReadingT:
            self.second_readings += (SecondReading(called=called, read=function),)
            return function

        return register

    def missing(self, function: MissingT) -> MissingT:
        """Register the function that names what a case lacks, such as “the delivery note”; its source is asked for it.

        Raise `BadDeclaration` for a second one.
        """
        if not callable(function):
            raise BadDeclaration(f"workflow {self.name}: missing stands alone above its function, as @missing")
        if self.missing_by is not None:
            raise BadDeclaration(f"workflow {self.name}: missing is declared twice")
        self.missing_by = function
        return function


def has_documents(workflow: DocumentRules[Any, Any]) -> bool:  # Any: each has its own forms
    """Tell whether a model may be given documents by a workflow, as far as that is declared."""
    form: type[BaseModel] = workflow.input
    return workflow.documents_as != "text" or holds_documents(form)
