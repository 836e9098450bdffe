"""Files as they are kept: what is read of each kind, and what is refused with which words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.documents.hostile import mail, mail_with, one_page, png, with_file
from tests.documents.scans import LETTER, as_file, ocr, scan
from tests.paper import pdf
from workflows.documents.document import FileKind, LeftOut, ReadBy
from workflows.documents.documents import Documents
from workflows.documents.limits import Limits
from workflows.documents.reading.isolated import Isolated
from workflows.documents.reading.reader import read_file
from workflows.documents.readings import PageReading
from workflows.documents.refusals import DocumentRefused, Why
from workflows.documents.shelf import FolderShelf

pytestmark = pytest.mark.slow
AMOUNT = "1.432,76"


@pytest.fixture(scope="module")
def isolated() -> Iterator[Isolated]:
    made = Isolated(at_once=2)
    yield made
    made.close()


@pytest.fixture
def documents(isolated: Isolated, tmp_path: Path) -> Documents:
    return Documents(FolderShelf(tmp_path), isolated=isolated)


def _dark(picture: Image.Image, page: PageReading, said: str) -> float:
    """Return the part of a word's box that is dark on the picture."""
    word = next(word for word in page.words if page.text[word.start : word.end] == said)
    box, (width, height) = word.box, picture.size
    cut = picture.convert("L").crop(
        (int(box.left * width), int(box.top * height), int(box.right * width), int(box.bottom * height))
    )
    assert cut.height < height / 5 or cut.width < width / 5
    return sum(cut.histogram()[:128]) / (cut.width * cut.height)


@pytest.mark.parametrize(
    ("degrees", "noise", "quarters"), [(0.0, 0.0, 0), (2.5, 20.0, 0), (-1.5, 0.0, 2), (0.0, 0.0, 1)]
)
def test_a_scan_is_recognised_askew_and_on_its_head_and_its_words_are_where_they_are(
    documents: Documents, degrees: float, noise: float, quarters: int
) -> None:
    ocr()
    picture = scan(degrees=degrees, noise=noise, quarters=quarters)
    kept = documents.keep(as_file(picture), name="scan.png")
    (page,) = documents.reading(kept.sha256).pages
    assert (kept.kind, page.read_by) == (FileKind.PNG, ReadBy.OCR)
    assert [" ".join(line.split()) for line in page.text.splitlines() if line] == LETTER.splitlines()
    assert _dark(picture, page, AMOUNT) > 0.1
    assert all(0.3 < word.sure <= 1 for word in page.words)


def test_a_photo_is_read_as_its_camera_was_held(documents: Documents) -> None:
    ocr()
    kept = documents.keep(as_file(scan(quarters=1), form="JPEG", orientation=6), name="photo.jpg")
    (page,) = documents.reading(kept.sha256).pages
    assert page.width > page.height
    assert AMOUNT in page.text
    assert _dark(scan(), page, AMOUNT) > 0.1


def test_each_page_of_a_fax_and_of_a_scanned_pdf_is_recognised(documents: Documents) -> None:
    ocr()
    pages = (scan(), scan("Lieferschein 815\nKisten 12"))
    for form, kind in (("TIFF", FileKind.TIFF), ("PDF", FileKind.PDF)):
        kept = documents.keep(as_file(*pages, form=form), name="x")
        assert kept.kind is kind
        assert [page.read_by for page in kept.pages] == [ReadBy.OCR, ReadBy.OCR]
        assert AMOUNT in kept.pages[0].text
        assert "Lieferschein 815" in kept.pages[1].text


def test_without_the_program_a_scan_has_no_text_and_all_else_goes_on(isolated: Isolated) -> None:
    data = as_file(scan(), form="PDF")
    read = read_file(data, isolated=isolated, limits=Limits(), recogniser=None)
    assert [(page.text, page.read_by) for page in read.reading.pages] == [("", ReadBy.NOTHING)]
    (page,) = read_file(pdf("Total 5"), isolated=isolated, limits=Limits(), recogniser=None).reading.pages
    assert page.text == "Total 5\n"


def test_a_page_that_takes_too_long_to_recognise_is_a_page_without_text(isolated: Isolated) -> None:
    limits = Limits(seconds_a_page=0.05)
    read = read_file(as_file(scan()), isolated=isolated, limits=limits, recogniser=ocr())
    assert [page.read_by for page in read.reading.pages] == [ReadBy.NOTHING]


def test_a_scan_with_a_few_words_on_it_is_read_as_a_picture_whole(documents: Documents) -> None:
    """Text below its picture, where nobody sees it, is not read."""
    ocr()
    picture = scan().convert("L")
    content = (
        b"BT 3 Tr /F 12 Tf 60 700 Td (Total 9.999,99 hidden) Tj ET "
        b"q 595 0 0 336 0 400 cm /I Do Q BT 0 Tr /F 12 Tf 60 800 Td (Received) Tj ET"
    )
    entries = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Length %d>>"
    dots = picture.tobytes()
    image = entries % (picture.width, picture.height, len(dots)) + b"\nstream\n" + dots + b"\nendstream"
    made = one_page(content, image, resources=b"/XObject<</I 6 0 R>>", page=b"/MediaBox[0 200 595 842]")
    (page,) = documents.keep(made, name="x.pdf").pages
    assert page.read_by is ReadBy.OCR
    assert "Received" in page.text
    assert AMOUNT in page.text
    assert "hidden" not in page.text


def test_a_mail_brings_documents_and_names_what_it_brings_besides(documents: Documents) -> None:
    inner = mail_with(("inner.pdf", pdf("Inner 7")), ("a.zip", b"PK\x03\x04"))
    kept = documents.keep(mail_with(("../../a.pdf", pdf("Total 5")), ("b.eml", inner), ("c.pdf", b"")), name="m.eml")
    assert (kept.kind, kept.pages[0].read_by) == (FileKind.MAIL, ReadBy.TEXT)
    assert "see below" in kept.pages[0].text
    assert [(one.name, one.kind) for one in kept.all] == [
        ("m.eml", FileKind.MAIL),
        ("a.pdf", FileKind.PDF),
        ("b.eml", FileKind.MAIL),
        ("inner.pdf", FileKind.PDF),
    ]
    assert kept.attached[1].left_out == (LeftOut(name="a.zip", why=Why.OTHER_KIND),)
    assert kept.text.split("\f")[-1] == "Inner 7\n"
    for one in kept.all:
        assert documents.file(one.sha256)
    assert documents.keep(documents.file(kept.sha256), name="m.eml") == kept
    assert documents.read(documents.file(kept.sha256), name="m.eml") == kept


def test_what_a_mail_brings_counts_together(isolated: Isolated, tmp_path: Path) -> None:
    documents = Documents(FolderShelf(tmp_path), isolated=isolated, limits=Limits(pages=4, attached=3, text=2_000))
    two = pdf("a", "b")
    cases = {
        Why.TOO_MANY_PAGES: mail_with(("a.pdf", two), ("b.pdf", pdf("c", "d"))),
        Why.TOO_MANY_FILES: mail_with(("a.eml", mail_with(("a.pdf", two))), ("b.eml", mail_with(("b.pdf", pdf("c"))))),
        Why.TOO_MUCH_TEXT: mail_with(("a.pdf", pdf("Total 12,50\n" * 48)), ("b.eml", mail(body=b"word " * 300))),
    }
    for why, data in cases.items():
        with pytest.raises(DocumentRefused) as refused:
            documents.keep(data, name="m.eml")
        assert refused.value.why is why
    assert not any(tmp_path.rglob("*")), "nothing of a refused mail is kept"


def test_mails_in_mails_end_somewhere(documents: Documents) -> None:
    made = mail(body=b"innermost")
    for _ in range(5):
        made = mail_with(("deeper.eml", made))
    kept = documents.keep(made, name="m.eml")
    assert len(list(kept.all)) == 4
    assert list(kept.all)[-1].left_out == (LeftOut(name="deeper.eml", why=Why.TOO_MANY_FILES),)


def test_the_name_of_a_file_says_nothing(documents: Documents) -> None:
    assert documents.keep(png(9, 9), name="invoice.pdf").kind is FileKind.PNG
    with pytest.raises(DocumentRefused, match="by its content it is not a PDF, PNG, JPEG, TIFF or mail") as refused:
        documents.keep(b"<!doctype html><p>Invoice", name="invoice.pdf")
    assert refused.value.why is Why.OTHER_KIND


def test_only_data_of_an_invoice_is_read_from_a_file_in_a_pdf(documents: Documents) -> None:
    data = b"<CrossIndustryInvoice><ExchangedDocument><ID>R 7</ID></ExchangedDocument></CrossIndustryInvoice>"
    for name, number in (("factur-x.xml", "R 7"), ("ZUGFeRD-invoice.xml", "R 7"), ("order-x.xml", None)):
        kept = documents.keep(with_file(name, data), name="x.pdf")
        assert (kept.e_invoice.number if kept.e_invoice else None) == number
        assert kept.left_out == ()
