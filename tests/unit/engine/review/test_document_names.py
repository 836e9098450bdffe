"""Names of the documents of a case, as people are shown them."""

from workflows.documents.document import Document, FileKind
from workflows.engine.review.pages.documents import names_of


def named(name: str) -> Document:
    return Document(name=name, sha256="a" * 64, size=1, kind=FileKind.PDF, pages=())


def test_documents_of_one_name_are_told_apart_also_where_it_is_too_long_to_be_shown() -> None:
    names = names_of([named(one) for one in ("scan.pdf", "a.pdf", "scan.pdf", "scan.pdf")])
    assert names == ["scan.pdf", "a.pdf", "scan.pdf (2)", "scan.pdf (3)"]
    _, second = names_of([named("x" * 100 + end) for end in ("1.pdf", "2.pdf")])
    assert second.endswith("… (2)")
    assert len(second) <= 60
