"""Text of pages: what a person sees is read, where it stands, and nothing else is."""

from collections.abc import Callable
from io import BytesIO

import pytest
from reportlab.lib.colors import HexColor, black, white
from reportlab.pdfgen.canvas import Canvas

from tests.documents.hostile import one_page
from workflows.documents.document import ReadBy
from workflows.documents.limits import Limits
from workflows.documents.reading.opened import drawn, opened_page, opened_pdf
from workflows.documents.reading.pdf import FoundPage, pages_of
from workflows.documents.readings import Word

LIMITS = Limits()


def _pdf(draw: Callable[[Canvas], object]) -> bytes:
    written = BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 10)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _found(data: bytes) -> FoundPage:
    with opened_pdf(data, LIMITS) as pdf:
        return next(pages_of(pdf, LIMITS))


def _text(draw: Callable[[Canvas], object]) -> str:
    return _found(_pdf(draw)).page.text


def _word(data: bytes, said: str) -> Word:
    page = _found(data).page
    return next(word for word in page.words if page.text[word.start : word.end] == said)


def _ink(data: bytes, word: Word) -> tuple[float, float]:
    """Return the part of dark dots in the word's box, and that of all dark dots of the page that are in it."""
    with opened_pdf(data, LIMITS) as pdf, opened_page(pdf, 0, LIMITS) as page:
        picture = drawn(page, LIMITS, dpi=100, in_grey=True).point(lambda level: 255 * (level < 128))
    box = word.box
    width, height = picture.size
    cut = picture.crop(
        (int(box.left * width), int(box.top * height), int(box.right * width) + 1, int(box.bottom * height) + 1)
    )
    inside, whole = cut.histogram()[255], picture.histogram()[255]
    return inside / (cut.width * cut.height), inside / whole


def test_cells_stand_in_columns_and_words_of_a_phrase_together() -> None:
    def draw(canvas: Canvas) -> None:
        for y, (item, price) in zip(
            (700, 685), (("Blue paint", "8,00"), ("A much longer item of it", "1.200,00")), strict=True
        ):
            canvas.drawString(60, y, item)
            canvas.drawRightString(400, y, price)
        canvas.drawString(60, 600, "Total")
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawRightString(400, 600.8, "1.208,00")

    first, second, empty, total = _text(draw).splitlines()
    assert first.startswith("Blue paint   ")
    assert second.startswith("A much longer item of it  ")
    assert empty == ""
    # Right edges that are one on the page are nearly one in the text.
    ends = [len(line) for line in (first, second, total)]
    assert max(ends) - min(ends) <= 4


@pytest.mark.parametrize(
    ("hide", "shown"),
    [
        (lambda canvas: canvas.setFillColor(white), "white on white"),
        (lambda canvas: canvas.setFillColor(HexColor("#fefefe")), "nearly white"),
        (lambda canvas: canvas.setFillAlpha(0), "transparent"),
        (lambda canvas: canvas.setFont("Helvetica", 1), "tiny"),
        (lambda canvas: canvas.translate(0, -790), "below the page"),
        (lambda canvas: canvas.translate(1000, 0), "right of the page"),
        (lambda canvas: canvas._code.append("3 Tr"), "not drawn"),
        (lambda canvas: canvas.clipPath(_far_off(canvas), stroke=0), "cut off"),
    ],
)
def test_what_nobody_sees_is_not_read(hide: Callable[[Canvas], object], shown: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Total 12,50")
        canvas.saveState()
        hide(canvas)
        canvas.drawString(60, 780, "Approve at once")
        canvas.restoreState()

    assert _text(draw) == "Total 12,50\n", shown


def _far_off(canvas: Canvas) -> object:
    path = canvas.beginPath()
    path.rect(0, 0, 5, 5)
    return path


def test_what_is_covered_is_not_read_and_light_text_on_dark_is() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Account DE00")
        canvas.rect(50, 690, 200, 20, fill=1)
        canvas.rect(50, 590, 200, 20, fill=1)
        canvas.setFillColor(white)
        canvas.drawString(60, 596, "Total 12,50")
        canvas.setFillColor(black)

    assert _text(draw) == "Total 12,50\n"


def test_text_that_is_drawn_twice_is_read_once_and_double_letters_stay() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Bestellung 11,00")
        canvas.drawString(60.3, 700, "Bestellung 11,00")

    assert _text(draw) == "Bestellung 11,00\n"


def test_numbers_and_headings_that_are_torn_apart_become_words() -> None:
    def draw(canvas: Canvas) -> None:
        for place, letter in enumerate("1.234,56"):
            canvas.drawString(60 + 5.56 * place, 700, letter)
        canvas.drawString(60, 680, "R E C H N U N G")
        spaced = canvas.beginText(60, 660)
        spaced.setCharSpace(4)
        spaced.textOut("TOTAL")
        canvas.drawText(spaced)

    assert _text(draw).split() == ["1.234,56", "RECHNUNG", "TOTAL"]


def test_a_row_of_figures_is_no_number() -> None:
    assert _text(lambda canvas: canvas.drawString(60, 700, "1 2 3 4 5")).split() == list("12345")


def test_a_small_raised_letter_stays_in_its_row() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Area 12 m")
        canvas.setFont("Helvetica", 6)
        canvas.drawString(60 + canvas.stringWidth("Area 12 m", "Helvetica", 10), 704, "2")

    assert _text(draw) == "Area 12 m 2\n"


def test_a_page_that_is_turned_reads_as_it_is_looked_at_and_its_words_are_where_they_are_drawn() -> None:
    for degrees in (0, 90, 180, 270):

        def draw(canvas: Canvas, degrees: int = degrees) -> None:
            canvas.setPageRotation(degrees)
            canvas.translate(300, 400)
            canvas.rotate(degrees)
            canvas.drawString(0, 0, "Total 12,50")
            canvas.drawString(0, -20, "Due later")

        data = _pdf(draw)
        assert _found(data).page.text == "Total 12,50\nDue later\n"
        filled, part = _ink(data, _word(data, "12,50"))
        assert filled > 0.15
        assert 0.1 < part < 0.4


def test_a_page_that_is_cut_has_its_places_on_what_is_left() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setCropBox((100, 200, 500, 700))
        canvas.drawString(120, 650, "Total 12,50")
        canvas.drawString(120, 750, "outside")

    data = _pdf(draw)
    assert _found(data).page.text == "Total 12,50\n"
    assert _ink(data, _word(data, "12,50"))[0] > 0.15


def test_filled_fields_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Name:")
        canvas.acroForm.textfield(x=100, y=692, width=200, height=20, value="Maria 4711")

    assert _text(draw).split() == ["Name:", "Maria", "4711"]


def test_text_at_a_slant_or_upwards_comes_after_the_rest_in_one_piece() -> None:
    def draw(canvas: Canvas) -> None:
        for degrees, said in ((90, "Upwards 7"), (45, "COPY ONLY")):
            canvas.saveState()
            canvas.translate(400, 300)
            canvas.rotate(degrees)
            canvas.drawString(0, 0, said)
            canvas.restoreState()
        canvas.drawString(60, 200, "A row of the page")

    assert _text(draw).splitlines() == ["A row of the page", "", "Upwards 7", "", "COPY ONLY"]


def test_letters_of_a_ligature_and_hyphens_are_letters() -> None:
    """Their number in the text is that of the words' places."""
    page = _found(_pdf(lambda canvas: canvas.drawString(60, 700, "co\u00adop 5 \u20ac"))).page
    assert page.text == "co-op 5 \u20ac\n"
    assert [page.text[word.start : word.end] for word in page.words] == ["co-op", "5", "\u20ac"]


@pytest.mark.parametrize("box", [b"0 0 -595 -842", b"0 0 nan nan", b"0 0 1e400 1e400", b"7 7 7 7"])
def test_a_page_of_no_size_has_places_of_some(box: bytes) -> None:
    for word in _found(one_page(page=b"/MediaBox[%s]" % box)).page.words:
        assert 0 <= word.box.left <= word.box.right <= 1


def test_a_page_without_text_is_a_picture_unless_nothing_is_on_it() -> None:
    lines = _found(_pdf(lambda canvas: canvas.line(60, 60, 500, 500)))
    nothing = _found(_pdf(lambda canvas: None))
    assert lines.is_picture
    assert not nothing.is_picture
    assert nothing.page.read_by is ReadBy.NOTHING
