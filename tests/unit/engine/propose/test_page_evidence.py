"""The effect of a case's pages on the confidence of a proposal, and the doubts that are told."""

from decimal import Decimal

import pytest
from pydantic import JsonValue

from tests.unit.engine.documents.pages import Bill, Post, bills, paper, read
from workflows import Document, Proposal
from workflows.documents.document import ReadBy
from workflows.documents.documents import Documents
from workflows.documents.readings import Box, PageReading, Reading, Word
from workflows.engine.propose.evidence.pages import page_evidence
from workflows.engine.propose.evidence.quotes import CAP, with_evidence

SUMS = "ACME Ltd\nNet  473.00     VAT 19 %   56.87    Total  529.87 EUR\n"
TOTAL = Decimal("529.87")


class Readings(Documents):
    """Documents whose readings are given."""

    def __init__(self, *readings: tuple[str, Reading]) -> None:
        super().__init__()
        self.given = dict(readings)

    def reading(self, sha256: str) -> Reading:
        return self.given[sha256] if sha256 in self.given else super().reading(sha256)


def examined(
    proposal: Proposal[Bill],
    post: Post,
    *,
    shown: JsonValue = None,
    needed: tuple[str, ...] = (),
    documents: Documents | None = None,
) -> Proposal[Bill]:
    pages = page_evidence(bills(), post, documents or Documents())
    return with_evidence(proposal, shown=shown, needed=needed, pages=pages)


@pytest.mark.parametrize(
    ("quote", "doubt"),
    [
        ("Total 529.87", None),
        ("529.87", None),
        ("Total 539.87", "the quote for Total stands on no page"),
        ("Net 473.00", "the quote for Total stands beside something else on the page"),
    ],
)
def test_a_quote_proves_a_value_on_a_page_at_an_allowed_place_or_caps_it(quote: str, doubt: str | None) -> None:
    found = examined(read(Bill(total=TOTAL), total=quote), Post(invoice=paper(SUMS)), shown={"text": SUMS})
    assert found.doubts == ((doubt,) if doubt is not None else ())
    assert found.field_confidence()["total"] == (0.97 if doubt is None else CAP)


def test_a_quote_over_two_pages_stands_on_none_however_the_text_was_shown() -> None:
    post = Post(invoice=paper("The first page ends with Total\n", "529.87 begins the second page\n"))
    shown: JsonValue = [post.invoice.text, {"text": f"All of it: {post.invoice.text}"}]
    found = examined(read(Bill(total=TOTAL), total="Total 529.87"), post, shown=shown)
    assert found.doubts == ("the quote for Total stands on no page",)


def test_neither_the_name_of_a_file_nor_its_data_is_evidence() -> None:
    named = paper(SUMS, name="Total 999.00.pdf")
    post = Post(invoice=named)
    shown: JsonValue = [
        post.model_dump(mode="json"),
        {"document": 1, "name": named.name, "kind": "application/pdf", "text": []},
    ]
    found = examined(read(Bill(total=Decimal(999)), total="Total 999.00"), post, shown=shown)
    assert found.doubts == ("the quote for Total stands on no page",)


def test_a_text_of_the_case_beside_its_documents_counts_as_it_is() -> None:
    words = "Please pay the Total of 600.00, not 473.00."
    post = Post(invoice=paper(SUMS), words=words)
    found = examined(read(Bill(total=Decimal(600)), total="Total of 600.00"), post)
    assert found.doubts == ()
    # The page has it beside something else, and the mail says it.
    found = examined(read(Bill(total=Decimal(473)), total="473.00"), post)
    assert found.doubts == ()


def test_what_a_step_looked_up_counts_as_shown() -> None:
    post = Post(invoice=paper(SUMS))
    found = examined(
        read(Bill(supplier="ACME Limited"), supplier="ACME Limited"), post, shown={"known": "ACME Limited"}
    )
    assert found.doubts == ()


def test_a_needed_quote_has_to_state_the_value_on_the_page_too() -> None:
    found = examined(
        read(Bill(tax=TOTAL), tax="VAT 19 % 56.87"), Post(invoice=paper(SUMS)), needed=("tax", "number", "total")
    )
    assert found.doubts == ("the quote for Tax says something else",)


def test_a_quote_for_nothing_only_has_to_be_on_a_page() -> None:
    post = Post(invoice=paper(SUMS))
    assert examined(read(Bill(), total="Total"), post).doubts == ()
    assert examined(read(Bill(), total="Grand Total"), post).doubts == ("the quote for Total stands on no page",)


def test_a_place_that_two_values_claim_caps_both() -> None:
    post = Post(invoice=paper("Amount 1.234\n"))
    pages = page_evidence(bills(rules=False), post, Documents())
    both = read(Bill(tax=Decimal("1.234"), total=Decimal(1234)), tax="1.234", total="1.234")
    found = with_evidence(both, shown=None, needed=(), pages=pages)
    assert found.doubts == (
        "Tax is read from the place of Total, as another value",
        "Total is read from the place of Tax, as another value",
    )
    assert found.field_confidence()["tax"] == found.field_confidence()["total"] == CAP


def scan(sure: float, *, text: str = SUMS) -> tuple[Document, Readings]:
    document = paper(SUMS, read_by=ReadBy.OCR)
    start = text.index("529.87")
    box = Box(left=0.5, top=0.5, right=0.6, bottom=0.52)
    words = (Word(start=start, end=start + 6, box=box, sure=sure), Word(start=0, end=4, box=box, sure=0.1))
    page = PageReading(width=100, height=100, text=text, read_by=ReadBy.OCR, words=words)
    return document, Readings((document.sha256, Reading(kind=document.kind, pages=(page,))))


@pytest.mark.parametrize(
    ("sure", "confidence", "doubts"),
    [
        (0.99, 0.97, ()),
        (0.9, 0.9, ()),
        (0.61, 0.61, ("page 1 is a scan: Total was read there with a confidence of 0.61",)),
    ],
)
def test_on_a_scan_no_field_is_surer_than_its_least_sure_word(
    sure: float, confidence: float, doubts: tuple[str, ...]
) -> None:
    document, documents = scan(sure)
    proposal = read(Bill(total=TOTAL, supplier=None), total="Total 529.87 EUR")
    found = examined(proposal, Post(invoice=document), documents=documents)
    assert found.field_confidence()["total"] == confidence
    assert found.field_confidence()["net"] == 0.97
    assert found.doubts == doubts


def test_a_scan_whose_reading_is_gone_or_of_another_text_is_doubted() -> None:
    document, others = scan(0.99, text=SUMS + "another")
    for documents in (Documents(), others):
        found = examined(read(Bill(total=TOTAL), total="529.87"), Post(invoice=document), documents=documents)
        assert found.doubts == ("page 1 is a scan, and nobody knows how surely Total was read there",)
        assert found.field_confidence()["total"] == 0.5


def test_several_documents_are_told_apart_by_name() -> None:
    document, documents = scan(0.4)
    post = Post(invoice=document, delivery_note=paper("note", name="note.pdf"))
    found = examined(read(Bill(total=TOTAL), total="529.87"), post, documents=documents)
    assert found.doubts == ("page 1 of invoice.pdf is a scan: Total was read there with a confidence of 0.40",)
