"""Documents in the data of a question: what a model is told of each, wherever it stands."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from workflows.documents.document import Document, FileKind, Page, ReadBy
from workflows.documents.e_invoice import EInvoice
from workflows.engine.propose.told_documents import ToldDocuments


class Claim(BaseModel):
    number: str
    form: Document
    photos: list[Document] = []


@dataclass(frozen=True)
class Found:
    """The result of an author's own step."""

    letter: Document


def document(number: int, *pages: str, **how: Any) -> Document:
    """A document; a page without text is one that nobody could read."""
    usual: dict[str, Any] = {"name": f"{number}.pdf", "kind": FileKind.PDF, "size": 10}
    read = tuple(Page(text=text, read_by=ReadBy.TEXT if text else ReadBy.NOTHING) for text in pages)
    return Document(sha256=f"{number:064x}", pages=read, **{**usual, **how})


def test_a_document_is_told_wherever_it_stands_and_under_one_number() -> None:
    form, photo = document(1, "a form"), document(2, "")
    data = {
        "claim": Claim(number="7", form=form, photos=[photo]),
        "again": {"first": form},
        "found": Found(letter=document(3, "a letter")),
    }
    told: Any = ToldDocuments(data, way="text").plain()
    assert told["claim"]["form"] == told["again"]["first"]
    assert told["claim"]["form"]["document"] == 1
    assert told["claim"]["photos"][0]["document"] == 2
    assert told["found"]["letter"]["text"] == [{"page": 1, "text": "a letter"}]


def test_the_data_of_an_e_invoice_is_never_told_nor_is_what_only_programs_need() -> None:
    """A model that had copied the second reading would always agree with it."""
    paid = document(1, "Total 12.00", e_invoice=EInvoice(total=Decimal("98.76"), seller="ACME"))
    for way in ("text", "pages", "both"):
        told = ToldDocuments({"bill": paid}, way=way).plain()
        assert not [word for word in ("98.76", "ACME", "sha256", "size", "e_invoice") if word in repr(told)]


def test_how_a_page_was_read_is_told_where_it_matters() -> None:
    scan = document(1, "Total", "").model_copy(
        update={"pages": (Page(text="T0tal", read_by=ReadBy.OCR), Page(text="", read_by=ReadBy.NOTHING))}
    )
    told: Any = ToldDocuments({"scan": scan}, way="text").plain()
    assert [page["note"] for page in told["scan"]["text"]] == [
        "recognised in a picture, may have errors",
        "this page could not be read as text",
    ]


def test_a_document_that_cannot_be_shown_is_told_as_text_and_the_others_are_not() -> None:
    documents = ToldDocuments({"a": document(1, "one"), "b": document(2, "two")}, way="pages")
    first: Any = documents.plain()
    assert "text" not in first["a"] | first["b"]
    then: Any = documents.plain(in_text=[2])
    assert then["a"] == first["a"]
    assert then["b"]["text"] == [{"page": 1, "text": "two"}]
    assert [one.number for one in documents.attached] == [1, 2]


def test_the_files_of_a_mail_are_told_within_it_and_numbered_after_it() -> None:
    mail = document(1, "Please pay.", kind=FileKind.MAIL, name="a.eml", attached=(document(2, "Total 12.00"),))
    documents = ToldDocuments({"mail": mail}, way="pages")
    told: Any = documents.plain()
    assert told["mail"]["text"][0]["text"] == "Please pay."
    assert told["mail"]["attached"][0]["pages"] == "1 page, shown above as document 2"
    assert [(one.number, one.given) for one in documents.attached] == [(1, "text"), (2, "pages")]


def test_data_without_documents_is_told_as_it_was() -> None:
    documents = ToldDocuments({"text": "hello", "when": Decimal("1.50")}, way="pages")
    assert (documents.plain(), documents.attached) == ({"text": "hello", "when": "1.50"}, ())
