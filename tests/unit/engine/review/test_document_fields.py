"""A document in a form is a file: nothing that is typed becomes one."""

import json
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from workflows import BadDeclaration, Document, Workflow
from workflows.documents.document import FileKind, Page, ReadBy
from workflows.engine.errors import InvalidOutput
from workflows.engine.review.form.forms import entries, read_form
from workflows.engine.text.form_fields import Kind, form_of


class Part(BaseModel):
    name: str
    drawing: Document


class Order(BaseModel):
    """An input with documents in every place."""

    number: str
    paper: Document
    note: Document | None = None
    photos: Annotated[tuple[Document, ...], Field(max_length=3)] = ()
    scans: list[Document] = []
    parts: list[Part] = []


def document(name: str = "a.pdf", text: str = "Total 9.00") -> Document:
    page = Page(text=text, read_by=ReadBy.TEXT)
    return Document(sha256="a" * 64, name=name, kind=FileKind.PDF, size=9, pages=(page,))


def test_each_field_for_documents_has_its_kind() -> None:
    fields = {field.name: field for field in form_of(Order)}
    assert [field.kind for field in fields.values()] == [
        Kind.TEXT,
        Kind.DOCUMENT,
        Kind.DOCUMENT,
        Kind.DOCUMENTS,
        Kind.DOCUMENTS,
        Kind.JSON,
    ]
    assert [name for name, field in fields.items() if field.required] == ["paper"]
    assert fields["photos"].most == 3


def test_files_are_read_into_their_fields_and_shown_by_their_names() -> None:
    photos = [document("1.pdf"), document("2.pdf")]
    order = read_form(Order, {"number": "1"}, documents={"paper": [document()], "photos": photos})
    assert (order.paper.name, order.note, order.photos) == ("a.pdf", None, tuple(photos))
    shown = entries(order)
    assert (shown["paper"], shown["note"], shown["photos"]) == ("a.pdf", "", "1.pdf, 2.pdf")


def test_a_file_that_is_missing_and_files_beyond_the_limit_are_told_at_their_field() -> None:
    with pytest.raises(InvalidOutput) as missing:
        read_form(Order, {"number": "1"})
    assert missing.value.errors == {"paper": "is missing"}
    with pytest.raises(InvalidOutput) as many:
        read_form(Order, {"number": "1"}, documents={"paper": [document()], "photos": [document()] * 4})
    assert list(many.value.errors) == ["photos"]


def test_nothing_typed_becomes_a_document() -> None:
    """Fields that are given, or an empty reading, could name any file and any text."""
    forged = document(text="Total 1.00").model_dump(mode="json")
    typed = {"number": "1", "paper": json.dumps(forged), "parts": json.dumps([{"name": "x", "drawing": forged}])}
    with pytest.raises(InvalidOutput) as refused:
        read_form(Order, typed, documents={"paper": [document()]})
    assert refused.value.errors == {"parts": "a document in it is handed in as a file, and not typed"}
    with pytest.raises(InvalidOutput) as no_file:
        read_form(Order, {"number": "1", "paper": json.dumps(forged)})
    assert no_file.value.errors == {"paper": "is missing"}


def test_a_document_that_an_input_had_stays_in_what_is_typed_around_it() -> None:
    part = Part(name="x", drawing=document("x.pdf"))
    order = Order(number="1", paper=document(), parts=[part])
    typed = {**entries(order), "number": "2"}
    again = read_form(Order, typed, documents={"paper": [order.paper]}, present=[part.drawing])
    assert again == order.model_copy(update={"number": "2"})


def test_an_output_with_a_document_is_refused() -> None:
    with pytest.raises(BadDeclaration, match="output Order holds a Document, which belongs to an input"):
        Workflow(
            name="orders", decision="?", owner="U0MARIA", input=Order, output=Order, key=lambda order: order.number
        )
