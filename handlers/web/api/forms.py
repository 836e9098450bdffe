"""The forms of the API: what a request holds, and what an answer does. The description of the API is made from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from handlers.web.api.problems import Kind, Problem, field_errors
from workflows.complaints import complaints
from workflows.documents.document import FileKind
from workflows.documents.refusals import Why
from workflows.engine.review.decisions import MAX_ANSWER
from workflows.engine.sources.programs.handing_in import MOST_INPUTS
from workflows.engine.sources.programs.replying import MOST_DOCUMENTS
from workflows.engine.sources.views import CaseState, DecidedBy, Effect

_Form = TypeVar("_Form", bound=BaseModel)
MOST_ID = 2**63 - 1
"""The largest id that a database gives out."""


def _whole(value: object) -> object:
    """Return a number as an int where JSON Schema takes it for one: 2.0 is an integer there."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Sent(BaseModel):
    """A part of a request: nothing else than what is named may be in it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class HandIn(Sent):
    """A case that is handed in."""

    input: dict[str, JsonValue] = Field(description="The values of the workflow's input.")
    proposal: dict[str, JsonValue] | None = Field(
        default=None, description="Your own proposal for the output. Left out, the workflow makes one."
    )


class HandInMany(Sent):
    """Cases that are handed in together."""

    cases: Annotated[list[HandIn], Field(min_length=1, max_length=MOST_INPUTS)]


class Reply(Sent):
    """The answer to a question that a person asked about a case."""

    text: str = Field(min_length=1, max_length=MAX_ANSWER, description="The answer, in words.")
    question: Annotated[int, Field(ge=1, le=MOST_ID), BeforeValidator(_whole)] | None = Field(
        default=None, description="Number of the question; left out, the newest open one."
    )
    documents: Annotated[list[str], Field(max_length=MOST_DOCUMENTS)] = Field(
        default=[], description="References of documents that you handed in before, where the workflow takes documents."
    )


class Answered(BaseModel):
    """A part of an answer. Further members may come with a later version."""

    model_config = ConfigDict(frozen=True)


class Result(StrEnum):
    """The result for an input."""

    TAKEN_IN = "taken_in"
    DUPLICATE = "duplicate"
    REVISED = "revised"
    NOT_TAKEN_IN = "not_taken_in"


class ProblemError(Answered):
    """A fault of one field."""

    pointer: str = Field(description="JSON pointer into the body of the request (RFC 6901).")
    detail: str


class ProblemDocument(Answered):
    """The reason for which a request was refused, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = Field(default=[])
    why: Why | None = Field(default=None, description="The reason as a code, of a document that is not taken.")


class Taken(Answered):
    """The result for a case that was handed in."""

    id: int
    key: str
    result: Result


class TakenOrNot(Answered):
    """The result for one of several cases."""

    id: int | None
    key: str | None
    result: Result
    problem: ProblemDocument | None


class TakenMany(Answered):
    """The results for cases that were handed in together, in their order."""

    results: list[TakenOrNot]


class CaseQuestion(Answered):
    """A question that waits for an answer."""

    number: int
    text: str
    asked_at: datetime
    answer_by: datetime


class CaseDocument(Answered):
    """The state of a case. The same is sent to webhooks and told to agents."""

    id: int
    workflow: str
    key: str
    revision: int
    state: CaseState
    effect: Effect | None
    received_at: datetime
    changed_at: datetime
    decided_by: DecidedBy | None
    decided_at: datetime | None
    reason: str | None
    question: CaseQuestion | None
    proposed: dict[str, JsonValue] | None
    approved: dict[str, JsonValue] | None
    edited: bool
    changed: list[str]
    receipt: str | None
    digest: str | None = Field(
        description="`sha256:` and the hash of the RFC 8785 form of workflow, case key and output."
    )
    correction: int
    being_corrected: bool
    removed: bool


class AttachedFile(Answered):
    """A file that a mail brings."""

    name: str
    kind: FileKind
    size: int
    pages: int


class FileLeftOut(Answered):
    """A file in a document that was not read."""

    name: str
    why: Why


class PagesReadBy(Answered):
    """Numbers of pages by the way in which their text was read."""

    text: int
    ocr: int
    nothing: int


class Uploaded(Answered):
    """A document that was handed in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "document": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "name": "invoice.pdf",
                    "kind": "application/pdf",
                    "size": 48_211,
                    "pages": 2,
                    "read_by": {"text": 2, "ocr": 0, "nothing": 0},
                    "attached": [],
                    "left_out": [],
                }
            ]
        }
    )

    document: str = Field(description="Its reference: the value of a document in the input of a case.")
    name: str
    kind: FileKind
    size: int = Field(description="Bytes.")
    pages: int
    read_by: PagesReadBy
    attached: list[AttachedFile] = Field(description="The files of a mail that are documents.")
    left_out: list[FileLeftOut] = Field(description="Files in it that were not read.")


class Replied(Answered):
    """The question that was answered."""

    id: int
    question: int


class WorkflowDocument(Answered):
    """A workflow that a key may hand in for."""

    name: str
    decision: str
    input: dict[str, Any]  # Any: a JSON Schema
    output: dict[str, Any]
    takes_proposals: bool


class Workflows(Answered):
    """The workflows that a key may hand in for."""

    workflows: list[WorkflowDocument]


def filled_in(form: type[_Form], values: Mapping[str, JsonValue]) -> _Form:
    """Return the form of a body. Raise `Problem`, naming each field that is wrong."""
    try:
        return form.model_validate(values)
    except ValidationError as error:
        errors = field_errors(complaints(error), sent=values)
        detail = "the body does not have the required form; each error names its place"
        raise Problem(Kind.MISFIT, detail, errors=errors) from error


def forms() -> Sequence[type[BaseModel]]:
    """Return all forms that the description of the API names."""
    return (HandIn, HandInMany, Reply, Taken, TakenMany, Uploaded, CaseDocument, Replied, Workflows, ProblemDocument)
