"""Pictures of pages: of any kind of file, with marks that show what they are without their colour."""

import random
from io import BytesIO
from itertools import combinations
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from pydantic import TypeAdapter

from workflows.documents.document import FileKind, ReadBy
from workflows.documents.limits import Limits
from workflows.documents.pictures.cropping import WHOLE, part_of
from workflows.documents.pictures.drawing import draw
from workflows.documents.pictures.fonts import drawable
from workflows.documents.pictures.kinds import picture_kind
from workflows.documents.pictures.labels import Rectangle, placed
from workflows.documents.pictures.marking import with_marks
from workflows.documents.pictures.rendering import rendered
from workflows.documents.places.boxes import boxes_of
from workflows.documents.places.marks import Mark, MarkedPage
from workflows.documents.readings import Box, PageReading, Word
from workflows.documents.refusals import DocumentRefused

BOX = Box(left=0.4, top=0.5, right=0.6, bottom=0.52)


def saved(picture: Image.Image, form: str, **how: Any) -> bytes:  # Any: as Pillow takes it
    kept = BytesIO()
    picture.save(kept, form, **how)
    return kept.getvalue()


def mark(label: str = "Total", box: Box = BOX, *, is_doubted: bool = False) -> Mark:
    return Mark(field=label.lower(), label=label, boxes=(box,), is_doubted=is_doubted)


def test_no_label_meets_a_mark_or_another_label_or_leaves_the_page() -> None:
    picture, chance = Image.new("RGB", (1100, 1556), "white"), random.Random(20)
    for _ in range(3):
        marks = [[(x, y, x + 90, y + 24)] for x, y in _apart(chance)]
        labels = placed(picture, marks, [(chance.randint(60, 400), 42) for _ in marks])
        for one, other in combinations([*labels, *(rectangle for mark in marks for rectangle in mark)], 2):
            assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
        for left, top, right, bottom in labels:
            assert 0 <= left < right < 1100
            assert 0 <= top < bottom < 1556


def _apart(chance: random.Random) -> list[tuple[int, int]]:
    """Return places of marks, some of them in one narrow column."""
    column = chance.randint(100, 900)
    return [(column if row % 3 else chance.randint(50, 950), 300 + 40 * row) for row in range(12)]


def test_a_label_stands_beside_its_mark_though_the_page_is_a_noisy_scan() -> None:
    noisy = Image.blend(Image.effect_noise((1100, 600), 60), Image.linear_gradient("L").resize((1100, 600)), 0.4)
    chance = random.Random(7)
    for _ in range(60):
        noisy.paste(0, (x := chance.randint(0, 1090), y := chance.randint(0, 590), x + 3, y + 3))
    (label,) = placed(noisy.convert("RGB"), [[(500, 300, 600, 324)]], [(120, 32)])
    assert gap(label, (500, 300, 600, 324)) <= 6


def gap(one: Rectangle, other: Rectangle) -> int:
    """Return the pixels between two rectangles, across or down."""
    return max(max(one[side], other[side]) - min(one[side + 2], other[side + 2]) for side in (0, 1))


def test_a_label_covers_words_rather_than_cross_the_page() -> None:
    picture = Image.new("RGB", (1100, 1100), "white")
    pen = ImageDraw.Draw(picture)
    for row in range(0, 1100, 26):
        for start in range(0, 1100, 9):
            pen.rectangle((start, row, start + 3, row + 16), fill="black")
    (label,) = placed(picture, [[(500, 494, 600, 510)]], [(120, 32)])
    assert gap(label, (500, 494, 600, 510)) <= 40


def test_a_label_does_not_stand_beside_the_value_of_another_mark() -> None:
    marks: list[list[Rectangle]] = [[(500, 300 + 30 * row, 600, 326 + 30 * row)] for row in range(3)]
    labels = placed(Image.new("RGB", (1100, 600), "white"), marks, [(90, 32)] * 3)
    for row, label in enumerate(labels):
        shared = [min(label[3], mark[0][3]) - max(label[1], mark[0][1]) for mark in marks]
        assert max(shared) == shared[row] or max(shared) <= 0


def test_a_label_goes_where_nothing_is_printed() -> None:
    picture = Image.new("RGB", (1100, 1100), "white")
    value: Rectangle = (500, 500, 600, 524)
    picture.paste("black", (610, 505, 800, 515))
    (label,) = placed(picture, [[value]], [(80, 40)])
    assert label[2] < value[0] or label[3] < value[1] or label[1] > value[3]


def test_a_page_full_of_marks_still_gives_each_label_a_place_on_it() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    marks = [[(0, row * 10, 199, row * 10 + 9)] for row in range(10)]
    for left, top, right, bottom in placed(picture, marks, [(400, 42)] * 10):
        assert 0 <= left < right
        assert 0 <= top < bottom < 100


def test_a_page_is_cropped_to_what_is_on_it_and_never_below_it() -> None:
    page = Image.new("L", (550, 778), 255)
    page.paste(0, (60, 70, 460, 76))
    page.paste(90, (400, 150, 440, 190))
    chance = random.Random(3)
    for _ in range(40):
        page.putpixel((chance.randint(0, 549), chance.randint(300, 777)), 0)
    part = part_of(page, [BOX])
    assert 0 < part.left < 60 / 550 < 460 / 550 < part.right < 1
    assert part.top < 70 / 778
    assert BOX.bottom < part.bottom < 0.6
    assert part_of(page, []).bottom < 0.4
    assert part_of(Image.new("L", (550, 778), 255), []) == WHOLE


@pytest.mark.parametrize(
    "box", [Box(left=0.9, top=0.95, right=0.95, bottom=0.96), Box(left=-1, top=0, right=0, bottom=2)]
)
def test_a_part_has_a_sensible_size_and_is_on_the_page(box: Box) -> None:
    part = part_of(Image.new("L", (550, 778), 255), [box])
    assert 0 <= part.left < part.right <= 1
    assert 0 <= part.top < part.bottom <= 1
    assert part.right - part.left > 0.49
    assert (part.bottom - part.top) * 778 > (part.right - part.left) * 550 / 3.1


def test_a_cropped_page_shows_its_marks_larger_and_a_picture_has_no_more_pixels_than_its_own() -> None:
    page = Image.new("L", (1000, 1400), 255)
    page.paste(0, (400, 700, 600, 728))
    asked = {"page": marked(mark()), "kind": "image/png", "limits": {}, "width": 550}
    nothing: list[Box] = []
    whole, cropped = (
        Image.open(BytesIO(draw(saved(page, "PNG"), asked | {"written": written}))).convert("L")
        for written in (None, nothing)
    )
    assert whole.size == (550, 770)
    assert cropped.size == (500, 167)
    dark = [sum(one.point(lambda level: level < 40).histogram()[1:]) for one in (whole, cropped)]
    assert dark[1] > 2 * dark[0]


def marked(*marks: Mark) -> Any:  # Any: JSON
    page = MarkedPage(sha256="", document="a", page=1, marks=marks)
    return TypeAdapter(MarkedPage).dump_python(page, mode="json")


def test_the_words_of_a_row_have_one_frame_and_on_a_skewed_page_no_frame_reaches_the_next_row() -> None:
    straight = words((0.1, 0.1), (0.2, 0.102), (0.3, 0.1))
    assert len(boxes_of(straight, [(0, 9)])) == 1
    skewed = words((0.1, 0.1), (0.2, 0.105), (0.3, 0.11), (0.7, 0.13))
    found = boxes_of(skewed, [(0, 12)])
    assert len(found) > 1
    assert all(box.bottom - box.top <= 0.027 for box in found)
    apart = words((0.1, 0.1), (0.5, 0.108))
    assert len(boxes_of(apart, [(0, 6)])) == 2


def words(*places: tuple[float, float]) -> PageReading:
    """Return a page with words of three letters."""
    found = tuple(
        Word(start=3 * at, end=3 * at + 3, box=Box(left=left, top=top, right=left + 0.09, bottom=top + 0.02))
        for at, (left, top) in enumerate(places)
    )
    return PageReading(width=595, height=842, text="abc" * len(found), read_by=ReadBy.OCR, words=found)


def test_what_is_doubted_is_told_apart_without_colour() -> None:
    page = Image.new("RGB", (1100, 1556), "white")
    sure, doubted = (with_marks(page, [mark(is_doubted=doubt)]).convert("L") for doubt in (False, True))
    row = [picture.crop((440, 770, 660, 820)) for picture in (sure, doubted)]
    dark = [sum(part.histogram()[:128]) for part in row]
    assert dark[1] < dark[0]
    assert sure.tobytes() != doubted.tobytes()


def test_without_marks_a_page_is_as_it_is() -> None:
    page = Image.effect_noise((80, 80), 50).convert("RGB")
    assert with_marks(page, []) is page


@pytest.mark.parametrize(
    "label", ["Zahlungsbedingungen für Lieferungen und Leistungen", "Σύνολο", "合計", "a\nb\x00c", ""]
)
def test_any_label_can_be_drawn(label: str) -> None:
    page = Image.new("RGB", (400, 400), "white")
    assert with_marks(page, [mark(label)]).size == (400, 400)


def gray16() -> Image.Image:
    return Image.frombytes("I;16", (2, 2), b"\x00\x00\xff\xff" * 2)


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (saved(Image.new("RGBA", (2, 2), (0, 0, 0, 0)), "PNG"), FileKind.PNG, (255, 255, 255)),
        (saved(Image.new("LA", (2, 2), (0, 255)), "PNG"), FileKind.PNG, (0, 0, 0)),
        (saved(Image.new("1", (2, 2), 1), "TIFF"), FileKind.TIFF, (255, 255, 255)),
        (saved(Image.new("CMYK", (2, 2), (0, 0, 0, 255)), "JPEG"), FileKind.JPEG, (0, 0, 0)),
        (saved(gray16(), "TIFF"), FileKind.TIFF, (0, 0, 0)),
        (saved(Image.new("P", (2, 2), 0), "PNG", transparency=0), FileKind.PNG, (255, 255, 255)),
    ],
)
def test_pictures_of_every_mode_are_drawn_on_white(data: bytes, kind: FileKind, expected: tuple[int, int, int]) -> None:
    picture = rendered(data, kind, 1, width=8, limits=Limits())
    assert (picture.mode, picture.size) == ("RGB", (8, 8))
    assert picture.getpixel((0, 0)) == expected


def test_a_photo_is_drawn_as_it_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert rendered(
        saved(Image.new("RGB", (40, 20)), "JPEG", exif=exif), FileKind.JPEG, 1, width=20, limits=Limits()
    ).size == (20, 40)


def test_a_later_page_of_a_tiff_is_drawn() -> None:
    pages = [Image.new("L", (4, 4), level) for level in (0, 255)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert rendered(data, FileKind.TIFF, 2, width=4, limits=Limits()).getpixel((0, 0)) == (255, 255, 255)


def test_a_page_that_is_very_long_is_drawn_narrower() -> None:
    assert rendered(saved(Image.new("L", (10, 1000)), "PNG"), FileKind.PNG, 1, width=100, limits=Limits()).size == (
        3,
        300,
    )


@pytest.mark.parametrize(
    ("data", "kind", "number"),
    [
        (b"%PDF-1.7 broken", FileKind.PDF, 1),
        (b"no picture", FileKind.PNG, 1),
        (saved(Image.new("L", (4, 4)), "PNG")[:40], FileKind.PNG, 1),
        (saved(Image.new("L", (4, 4)), "TIFF"), FileKind.TIFF, 2),
        (b"Subject: none", FileKind.MAIL, 1),
    ],
)
def test_what_cannot_be_drawn_is_refused(data: bytes, kind: FileKind, number: int) -> None:
    with pytest.raises(DocumentRefused):
        rendered(data, kind, number, width=100, limits=Limits())


def test_a_page_of_text_is_a_png_and_a_photo_a_jpeg() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((400, 400), 90) for _ in range(3)])
    page = marked(mark())
    for picture, kind in ((Image.new("RGB", (400, 400), "white"), FileKind.PNG), (noise, FileKind.JPEG)):
        drawn = draw(saved(picture, "PNG"), {"page": page, "kind": "image/png", "limits": {}, "width": 400})
        assert picture_kind(drawn) is kind
    assert picture_kind(b"GIF89a") is None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Total", "Total"),
        ("Zahlung für Büro", "Zahlung fur Buro"),
        ("Straße in €", "Strasse in EUR"),
        ("合計", "total"),
        ("Σ 12", "total"),
    ],
)
def test_a_font_without_a_letter_gets_a_plain_label_and_no_empty_boxes(label: str, expected: str) -> None:
    assert drawable(label, ImageFont.load_default(24), otherwise="total") == expected
