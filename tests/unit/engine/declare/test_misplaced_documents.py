"""Mistakes of an author in declaring documents: each is refused, with what to write."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import BaseModel, ValidationError
from typing_extensions import TypeAliasType, TypedDict

from workflows import BadDeclaration, Document, NewDocument, Workflow
from workflows.documents.document import ARRIVED, FileKind, holds_documents, none_arrived


class Scan(Document):
    dpi: int = 300


@dataclass
class Attached:
    file: Document


class Pair(NamedTuple):
    files: list[Document]


class Typed(TypedDict):
    file: Document | None


NOTHING = Document(sha256="0" * 64, name="a.pdf", kind=FileKind.PDF, size=1, pages=())
Files = TypeAliasType("Files", list[Document])


class Inner(BaseModel):
    scan: list[Scan]


class OfScan(BaseModel):
    inner: dict[str, Inner]


class OfDataclass(BaseModel):
    attached: list[Attached]


class OfTuple(BaseModel):
    pair: Pair | None


class OfTyped(BaseModel):
    typed: Typed


class WithDefault(BaseModel):
    form: Document = NOTHING


class OfNew(BaseModel):
    form: NewDocument


class Plain(BaseModel):
    total: int
    form: Document | None = None
    photos: tuple[Document, ...] = ()


class Output(BaseModel):
    total: int


class Aliased(BaseModel):
    files: Files


def declared(form: type[BaseModel]) -> Workflow[BaseModel, Output]:
    return Workflow(name="x", decision="?", owner="U0MARIA", input=form, output=Output, key=str)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (OfScan, "Inner.scan is a Scan: a document has one form, so put a Document beside your fields"),
        (OfDataclass, "OfDataclass.attached has a document within Attached: make that a BaseModel"),
        (OfTuple, "OfTuple.pair has a document within Pair: make that a BaseModel"),
        (OfTyped, "OfTyped.typed has a document within Typed: make that a BaseModel"),
        (WithDefault, "WithDefault.form has a document by default, which no source sent"),
        (OfNew, "OfNew.form is a NewDocument: declare a Document"),
    ],
)
def test_a_form_that_cannot_hold_its_document_is_refused(form: type[BaseModel], said: str) -> None:
    with pytest.raises(BadDeclaration) as refused:
        declared(form)
    assert said in str(refused.value)


def test_documents_are_found_behind_the_alias_of_a_type() -> None:
    assert holds_documents(Aliased)
    declared(Aliased)
    declared(Plain)


@pytest.mark.parametrize(
    ("wrongly", "said"),
    [
        (lambda made: made.place(print), "a place names its fields"),
        (lambda made: made.place(), "a place names its fields"),
        (lambda made: made.second_reading(print), "a second reading has a name for people"),
        (lambda made: made.second_reading(" "), "a second reading has a name for people"),
        (lambda made: made.missing("the form"), "missing stands alone above its function"),
    ],
)
def test_a_rule_that_is_registered_wrongly_is_refused(
    wrongly: Callable[[Workflow[BaseModel, Output]], object], said: str
) -> None:
    with pytest.raises(BadDeclaration, match=said):
        wrongly(declared(Plain))


@pytest.mark.parametrize("context", [None, {ARRIVED: none_arrived}])
def test_a_file_in_another_form_is_told_how_to_be_given(context: object) -> None:
    for given in (b"%PDF-", Path("claim.pdf")):
        with pytest.raises(ValidationError, match=r"as NewDocument\(name=..., data=...\)"):
            Plain.model_validate({"total": 1, "form": given}, context=context)
