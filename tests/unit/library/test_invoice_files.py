"""Invoices as files: the forty on their way from bytes to marks, what else arrives, and what the file's data says.

All of them, with the scans, are measured by `python -m benchmarks.documents.invoice_files`; here are a few of each.
"""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from shutil import which

import pytest
from pydantic import ValidationError

from benchmarks.documents.invoice_files import own
from tests.covered import Covered
from tests.documents.end_to_end import marked, outcome, proposed, wrongly
from tests.documents.invoices import DOCUMENTS, E_INVOICES, INDEX, SCANS
from tests.documents.scripted import quotes
from tests.paper import pdf
from workflows import EInvoice
from workflows.documents.document import Document, FileKind, Page, ReadBy
from workflows.documents.documents import Documents
from workflows.documents.limits import PICTURE_WIDTH
from workflows.documents.pictures.cropping import box_in, part_of
from workflows.documents.pictures.fonts import font_of
from workflows.documents.pictures.labels import tie
from workflows.documents.pictures.marking import LETTERS, marks_on
from workflows.documents.pictures.rendering import rendered_part
from workflows.documents.shelf import FolderShelf
from workflows.engine.documents.places import Standing, documents_of, places_in
from workflows.engine.propose.evidence.second_readings import compared
from workflows.library.invoice_intake.invoice import Arrival, Invoice
from workflows.library.invoice_intake.workflow import intake

pytestmark = pytest.mark.slow

FILES = {path.name: (path, truth) for path, truth in own()}
FEW = (
    "brandt-R2026-0118.pdf",
    "norrljus-60871.pdf",
    "greenfield-si-2290.pdf",
    "gutschrift-G-0071.pdf",
    "schlussrechnung-801.pdf",
    "mail-dehoog-0311.eml",
)
"""Two pages with a sum carried over, labels above, white on black, a credit note, a payment on account, a mail."""
FARTHEST = 130
"""Pixels from a label to its value, at most: four heights of a label."""
SIZE = 1_600_000
"""Bytes of all files, at most: they are in the repository, and in the package."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    return Documents(FolderShelf(tmp_path_factory.mktemp("shelf")))


def test_each_of_the_forty_has_a_file_and_they_are_small() -> None:
    rows = [json.loads(line) for line in INDEX.read_text(encoding="utf-8").splitlines()]
    named = {row["input"]["document"].removeprefix("documents/") for row in rows}
    assert named == {path.name for path in DOCUMENTS.iterdir()} == FILES.keys()
    assert len({row["input"]["id"] for row in rows}) == 40
    assert sum(path.stat().st_size for path, _ in FILES.values()) < SIZE
    assert len(SCANS) == 6


def test_most_marks_cover_the_true_value_and_none_is_anothers(documents: Documents) -> None:
    """Of a figure of another field, or another date, none has evidence."""
    counted, tried = Covered(), 0
    for name in FEW:
        path, truth = FILES[name]
        found = outcome(documents, path.read_bytes(), name, truth)
        counted += found.marks
        more, passed = wrongly(documents, Arrival(document=documents.keep(path.read_bytes(), name=name)), truth)
        tried += more
        assert passed == [], name
    assert counted.others == counted.beside == []
    assert counted.share >= 0.95
    assert tried > 100


@pytest.mark.parametrize("name", [*FEW[:4], "meridian-4471.pdf", "timologio-0215.pdf"])
def test_labels_are_near_their_values_and_cover_no_mark(documents: Documents, name: str) -> None:
    path, truth = FILES[name]
    kept = documents.keep(path.read_bytes(), name=name)
    arrival = Arrival(document=kept)
    for page in marked(documents, arrival, proposed(arrival, truth, quotes([kept], truth))):
        boxes = [box for mark in page.marks for box in mark.boxes]
        picture, part = rendered_part(
            documents.file(page.sha256),
            FileKind.PDF,
            page.page,
            width=PICTURE_WIDTH,
            limits=documents.limits,
            part=partial(part_of, boxes=boxes),
        )
        inside = [replace(mark, boxes=tuple(box_in(part, box) for box in mark.boxes)) for mark in page.marks]
        assert all(
            0 < box.left < box.right < 1 and 0 < box.top < box.bottom < 1 for mark in inside for box in mark.boxes
        )
        drawn = marks_on(picture, inside, font_of(LETTERS))
        for one in drawn:
            (from_x, from_y), (to_x, to_y) = tie(one.label_at, one.rectangles)
            assert max(abs(to_x - from_x), abs(to_y - from_y)) < FARTHEST, (name, one.label)
        taken = [rectangle for one in drawn for rectangle in one.rectangles]
        for one in drawn:
            left, top, right, bottom = one.label_at
            assert not any(left <= x[2] and x[0] <= right and top <= x[3] and x[1] <= bottom for x in taken)
            taken.append(one.label_at)


def test_a_right_reading_of_a_plain_file_goes_alone_and_other_data_in_it_is_told(documents: Documents) -> None:
    path, truth = FILES["meridian-4471.pdf"]
    assert outcome(documents, path.read_bytes(), path.name, truth).why == ()
    path, truth = FILES["meridian-4502.pdf"]
    found = outcome(documents, path.read_bytes(), path.name, truth)
    assert found.differences == ("total", "due")
    assert "Total: proposed 675.00; the data in the file: 657.00" in found.why


def test_the_other_e_invoices_say_what_their_page_says(documents: Documents) -> None:
    for id, total in E_INVOICES.items():
        path, truth = FILES[id]
        document = documents.keep(path.read_bytes(), name=id)
        assert document.e_invoice is not None
        assert bool(compared(intake, Arrival(document=document), truth).differences) == (total is not None), id


@pytest.mark.skipif(which("tesseract") is None, reason="no program that recognises text")
def test_a_scan_is_read_and_its_values_are_marked(documents: Documents) -> None:
    path, truth = FILES["RE-51007-copy.pdf"]
    found = outcome(documents, path.read_bytes(), path.name, truth)
    assert found.read_by == "ocr"
    assert found.marks.covering >= 7
    assert found.marks.others == []


def test_a_delivery_note_in_the_case_proves_nothing_and_its_words_are_no_words_of_the_invoice(
    documents: Documents,
) -> None:
    path, truth = FILES["meridian-4471.pdf"]
    note = documents.keep(pdf("Delivery note LS-7701\nDate 1 March 2026\nTotal  1,000.00"), name="note.pdf")
    invoice = documents.keep(path.read_bytes(), name=path.name)
    arrival = Arrival(document=invoice, delivery_note=note)
    assert "LS-7701" not in arrival.words
    beside = outcome(documents, path.read_bytes(), path.name, truth, beside=note)
    assert (beside.why, beside.marks.others) == ((), [])


def test_a_sum_that_is_carried_over_and_a_figure_of_another_document_prove_nothing(documents: Documents) -> None:
    path, truth = FILES["brandt-R2026-0118.pdf"]
    invoice = documents.keep(path.read_bytes(), name=path.name)
    note = documents.keep(pdf("Delivery note LS-7701\nDate 1 March 2026\nTotal  912.00"), name="note.pdf")
    arrival = Arrival(document=invoice, delivery_note=note)
    row = next(row.strip() for row in invoice.text.splitlines() if "Übertrag" in row)
    for amount, quote in (("405.00", row), ("912.00", "Total 912.00")):
        for field in ("net", "tax", "total", "due"):
            read = proposed(arrival, truth.model_copy(update={field: Decimal(amount)}), {field: quote})
            assert places_in(intake, documents_of(arrival), read)[field].standing is Standing.REFUSED, (field, quote)


# What arrives


def document(*, sha: str = "a" * 64, e_invoice: EInvoice | None = None) -> Document:
    page = Page(text="RECHNUNG 12\n", read_by=ReadBy.TEXT)
    return Document(sha256=sha, name="invoice.pdf", kind=FileKind.PDF, size=1, pages=(page,), e_invoice=e_invoice)


def test_an_input_from_before_there_were_documents_is_read_and_written_as_it_was() -> None:
    old = {"id": "mail-7.eml", "text": "Rechnung 7", "received_from": "a@b.example"}
    arrival = Arrival.model_validate(old)
    assert arrival.model_dump(mode="json") == old
    assert arrival.words == "Rechnung 7"


def test_a_document_without_an_id_gets_one_of_its_content_whatever_its_name() -> None:
    first = Arrival(document=document())
    assert first.id == f"file-{'a' * 32}" == Arrival(document=document().model_copy(update={"name": "b.pdf"})).id
    assert Arrival(document=document(sha="b" * 64)).id != first.id
    assert Arrival.model_validate(first.model_dump(mode="json")) == first


@pytest.mark.parametrize("values", [{}, {"id": "a"}, {"text": "Rechnung 7"}, {"id": "a b", "text": "Rechnung 7"}])
def test_neither_text_nor_document_or_a_text_without_an_id_is_no_invoice(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Arrival.model_validate(values)


def test_the_text_of_a_message_counts_beside_the_document() -> None:
    assert Arrival(document=document(), text="Please pay to DE00 1").words == "RECHNUNG 12\n\fPlease pay to DE00 1"


# What the file's data says


def invoice(**other: object) -> Invoice:
    values = {"supplier": "A", "number": "1", "date": date(2026, 3, 1), "currency": "EUR", "lines": []}
    amounts = {"net": "100", "tax": "19", "total": "119", "due": "119"}
    return Invoice.model_validate({**values, **amounts, "account": "as on file", "booked_before": False, **other})


def differing(said: Invoice, data: EInvoice) -> set[str]:
    return {one.field for one in compared(intake, Arrival(document=document(e_invoice=data)), said).differences}


def test_the_positive_amounts_of_a_credit_note_in_the_data_are_the_negative_ones_of_the_output() -> None:
    data = EInvoice(type_code="381", net=Decimal(100), tax=Decimal(19), total=Decimal(119), due=Decimal(119))
    credit = {"net": "-100", "tax": "-19", "total": "-119", "due": "-119", "kind": "credit note"}
    assert differing(invoice(**credit), data) == set()
    assert differing(invoice(), data) == {"kind", "net", "tax", "total", "due"}


def test_what_the_data_does_not_say_differs_in_nothing() -> None:
    assert differing(invoice(), EInvoice()) == set()


@pytest.mark.parametrize("type_code", ["381", "384", "389"])
def test_what_the_data_calls_no_plain_invoice_is_never_booked_alone(type_code: str) -> None:
    arrival = Arrival(document=document(e_invoice=EInvoice(type_code=type_code)))
    (never,) = [one for one in intake.nevers if "credit note" in one.sentence]
    assert never.broken(arrival, invoice())
    assert not never.broken(Arrival(document=document(e_invoice=EInvoice(type_code="380"))), invoice())
