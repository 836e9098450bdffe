"""A new document: what an author's code may bring where a document goes, and no JSON ever is."""

import pytest
from countersign import Document, NewDocument
from pydantic import BaseModel, JsonValue, ValidationError

from workflows.documents.document import ARRIVED, LONGEST_NAME, FileKind, none_arrived
from workflows.documents.names import file_name

ATTACHED = Document(sha256="b" * 64, name="a.pdf", kind=FileKind.PDF, size=1, pages=())
MAIL = Document(sha256="a" * 64, name="m.eml", kind=FileKind.MAIL, size=1, pages=(), attached=(ATTACHED,))


class Claim(BaseModel):
    """An input with documents."""

    form: Document
    photos: tuple[Document, ...] = ()


def test_a_new_document_is_read_where_a_document_goes() -> None:
    """Also in a list, with what is attached to it."""
    values = {"form": NewDocument(name="m.eml", data=b"1"), "photos": [NewDocument(name="m.eml", data=b"1")]}
    read = Claim.model_validate(values, context={ARRIVED: lambda given: MAIL})
    assert read.form == MAIL
    assert [one.name for one in read.photos[0].all] == ["m.eml", "a.pdf"]


@pytest.mark.parametrize(
    "value",
    [
        {"name": "m.eml", "data": "MQ=="},
        MAIL.model_dump(mode="json"),
        ["sha256:" + "a" * 64],
        7,
        None,
        "sha256:" + "a" * 64,
    ],
    ids=["name and data", "its own fields", "list", "number", "null", "a reference of nobody"],
)
def test_no_json_from_outside_makes_a_document(value: JsonValue) -> None:
    """Not by the fields of one that is kept, either: a reading cannot be forged."""
    with pytest.raises(ValidationError):
        Claim.model_validate({"form": value}, context={ARRIVED: none_arrived})


def test_its_content_is_in_no_message() -> None:
    """Neither in its own words nor in an error's."""
    new = NewDocument(name="m.eml", data=b"the secret")
    with pytest.raises(ValidationError) as refused:
        Claim.model_validate({"form": new})
    assert "secret" not in f"{new!r} {refused.value}"
    assert "give the values as a dict" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\bills\\May.pdf", "May.pdf"),
        ("a\0b\r\nc.pdf", "ab c.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("<img src=x>.pdf", "<img src=x>.pdf"),
        ("  Überweisung  Mai.pdf ", "Überweisung Mai.pdf"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("/", "unnamed"),
    ],
)
def test_a_name_leads_nowhere_and_hides_nothing(given: str, named: str) -> None:
    """Its words stay as text: they are escaped where they are shown."""
    assert file_name(given) == named


def test_a_long_name_keeps_its_ending() -> None:
    """A name of 10,000 characters has as many as may be kept."""
    named = file_name("x" * 10_000 + ".pdf")
    assert len(named) == LONGEST_NAME
    assert named.endswith("….pdf")
