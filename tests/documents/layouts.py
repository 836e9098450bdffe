"""Layouts of an invoice on paper, drawn with reportlab: the same content in the ways in which firms print it."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from reportlab.lib.colors import Color, black, white
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.documents.content import Cell, Content, Row
from tests.documents.e_invoices import attach

FONTS = "/usr/share/fonts/truetype"
"""Folder of the fonts (Debian: fonts-dejavu and fonts-wqy-microhei)."""
FAR_EAST = f"{FONTS}/wqy/wqy-microhei.ttc"
_FAR_EAST = "MicroHei"
A4 = (595.0, 842.0)
_ARABIC = re.compile(r"[\u0600-\u065f\u066e-\u06ff](?:[\u0600-\u06ff ]*[\u0600-\u06ff])?")
_GAP = 4.0
"""Least points between two cells."""
_SMALLEST = 4.5
_BAND = Color(0.13, 0.19, 0.32)
_PALE = Color(0.91, 0.93, 0.97)
_OVER = {"de": "Übertrag", "en": "Carried forward", "fr": "Report", "nl": "Overdracht", "it": "Riporto"}


_carried: ContextVar[str | None] = ContextVar("carried", default=None)


@contextmanager
def carrying(xml: str | None) -> Iterator[None]:
    """Have the papers that are drawn meanwhile carry this data."""
    token = _carried.set(xml)
    try:
        yield
    finally:
        _carried.reset(token)


@dataclass(kw_only=True)
class Paper:
    """A paper that is being written, from the top."""

    size: tuple[float, float] = A4
    margin: float = 50.0
    font: str = "DejaVuSans"
    points: float = 9.0
    leading: float = 1.45
    y: float = 0.0
    written: BytesIO = field(default_factory=BytesIO)

    def __post_init__(self) -> None:
        _register()
        self.canvas = Canvas(self.written, pagesize=self.size, invariant=1, pageCompression=1)
        self.y = self.margin

    @property
    def width(self) -> float:
        return self.size[0] - 2 * self.margin

    def put(
        self, x: float, text: str, *, points: float, right: bool = False, font: str = "", ink: Color = black
    ) -> None:
        """Write a text on the present row."""
        name = _font_of(text, font or self.font)
        self.canvas.setFont(name, points)
        self.canvas.setFillColor(ink)
        text = _ARABIC.sub(lambda run: run[0][::-1], text)  # it is drawn from left to right
        draw = self.canvas.drawRightString if right else self.canvas.drawString
        draw(x, self.size[1] - self.y - points, text)

    def next(self, points: float) -> None:
        """Go to the next row, or the next page."""
        self.y += points * self.leading
        if self.y > self.size[1] - self.margin - points:
            self.page()

    def page(self) -> None:
        """Begin another page."""
        self.canvas.showPage()
        self.y = self.margin

    def rule(self, *, strong: bool = False) -> None:
        """Draw a line across."""
        self.canvas.setLineWidth(1.2 if strong else 0.4)
        self.canvas.line(self.margin, self.size[1] - self.y, self.margin + self.width, self.size[1] - self.y)
        self.y += 4

    def box(self, x: float, width: float, height: float, color: Color) -> None:
        """Fill a rectangle below the present row."""
        self.canvas.setFillColor(color)
        self.canvas.rect(x, self.size[1] - self.y - height, width, height, stroke=0, fill=1)

    def grid(
        self, rows: Sequence[Row], *, columns: int = 0, left: float = -1.0, width: float = 0.0, ink: Color = black
    ) -> None:
        """Write rows with their cells where they stand in the text, numbers to the right, as large as they fit."""
        left, width = (self.margin if left < 0 else left), width or self.width
        most = columns or max((cell.end for row in rows for cell in row), default=1)
        points = self.points
        while points > _SMALLEST and any(self._overlaps(row, most, width, points) for row in rows):
            points -= 0.25
        for row in rows:
            for at, cell in enumerate(row):
                is_right = bool(at) and cell.is_figure
                self.put(
                    left + (cell.end if is_right else cell.start) / most * width,
                    cell.text,
                    points=points,
                    right=is_right,
                    ink=ink,
                )
            self.next(points if row else points * 0.6)

    def _overlaps(self, row: Row, most: int, width: float, points: float) -> bool:
        free = -_GAP
        for at, cell in enumerate(row):
            long = pdfmetrics.stringWidth(cell.text, _font_of(cell.text, self.font), points)
            start = cell.end / most * width - long if at and cell.is_figure else cell.start / most * width
            if start < free + _GAP or start + long > width + 1:
                return True
            free = start + long
        return False

    def done(self) -> bytes:
        """Return the file."""
        if (xml := _carried.get()) is not None:
            attach(self.canvas, xml)
        self.canvas.save()
        return self.written.getvalue()


def _columns(content: Content) -> int:
    return max(cell.end for row in content.rows for cell in row)


def _body(paper: Paper, content: Content, *, ruled: bool = True) -> None:
    columns = _columns(content)
    if content.titles:
        paper.grid(content.titles, columns=columns)
    if ruled and content.lines:
        paper.rule()
    paper.grid(content.lines, columns=columns)
    if ruled and content.lines:
        paper.y += 3
        paper.rule()
    paper.grid(content.sums, columns=columns)
    paper.y += 14
    paper.grid(content.foot, columns=columns)


def letter(content: Content, **how: object) -> bytes:
    """A letter with a table between two rules."""
    paper = Paper(**how)  # type: ignore[arg-type]  # passed on
    paper.grid(content.head, columns=_columns(content))
    paper.y += 10
    _body(paper, content)
    return paper.done()


def serif(content: Content) -> bytes:
    """A letter in a serif font, as large as it fits."""
    return letter(content, font="DejaVuSerif", points=10.0, margin=60.0)


def typewriter(content: Content) -> bytes:
    """A landscape page of a line printer."""
    return letter(content, font="DejaVuSansMono", size=(842.0, 595.0), points=10.0, margin=42.0)


def dense(content: Content) -> bytes:
    """Small print on the upper half of a page."""
    return letter(content, font="DejaVuSansCondensed", points=5.5, leading=1.15, margin=110.0)


def two_columns(content: Content) -> bytes:
    """The sender on the left, and the labels with their values in a box on the right; sums in a box on the right."""
    paper = Paper()
    pairs, rest = _pairs(content.head)
    top = paper.y
    for row in rest:
        paper.put(paper.margin, "  ".join(cell.text for cell in row), points=8.5)
        paper.next(8.5)
    bottom, paper.y = paper.y, top
    middle = paper.margin + paper.width * 0.58
    paper.box(middle - 8, paper.width * 0.42 + 8, 13.0 * len(pairs) + 8, _PALE)
    for label, value in pairs:
        paper.put(middle, label, points=8.5)
        if value:
            paper.put(middle + paper.width * 0.2, value, points=8.5, font="DejaVuSans-Bold")
        paper.y += 13.0
    paper.y = max(bottom, paper.y) + 22
    _body(paper, content)
    return paper.done()


def labels_above(content: Content) -> bytes:
    """Labels in small letters with their values below, in boxes; sums in the same way."""
    paper = Paper()
    pairs, rest = _pairs(content.head)
    for row in rest:
        paper.put(paper.margin, "  ".join(cell.text for cell in row), points=9)
        paper.next(9)
    paper.y += 6
    _boxes(paper, pairs)
    columns = _columns(content)
    if content.titles:
        paper.grid(content.titles, columns=columns)
    paper.rule()
    paper.grid(content.lines, columns=columns)
    paper.y += 10
    sums, others = _pairs(content.sums)
    paper.grid(others, columns=columns)
    _boxes(paper, sums)
    paper.grid(content.foot, columns=columns)
    return paper.done()


def band(content: Content) -> bytes:
    """A dark band across the top with white letters, and a pale one behind the heads of the columns."""
    paper = Paper(margin=46.0)
    columns = _columns(content)
    tall = next((at for at, row in enumerate(content.head) if not row), min(3, len(content.head)))
    paper.y = 26.0
    saved, paper.y = paper.y, 0.0
    paper.box(0, paper.size[0], 40 + 14 * max(tall, 1), _BAND)
    paper.y = saved
    paper.grid(content.head[:tall], columns=columns, ink=white)
    paper.y = 56.0 + 14 * max(tall, 1)
    paper.grid(content.head[tall:], columns=columns)
    paper.y += 8
    if content.titles:
        paper.box(paper.margin - 4, paper.width + 8, 14.0, _PALE)
        paper.grid(content.titles, columns=columns)
        paper.y += 3
    paper.grid(content.lines, columns=columns)
    paper.y += 6
    paper.rule(strong=True)
    paper.grid(content.sums, columns=columns)
    paper.y += 16
    paper.grid(content.foot, columns=columns)
    return paper.done()


def receipt(content: Content) -> bytes:
    """A roll of a till: narrow, each line in two rows, sums to the right."""
    paper = Paper(size=(226.0, 520.0), margin=12.0, font="DejaVuSansMono", points=6.5)
    for row in (*content.head, *content.titles):
        for cell in row:
            paper.grid([(Cell(text=cell.text, start=0, end=len(cell.text)),)], columns=max(50, len(cell.text) + 1))
        if not row:
            paper.next(4)
    paper.rule()
    for row in content.lines:
        words = [cell.text for cell in row if not cell.is_figure] or [row[0].text]
        figures = [cell.text for cell in row if cell.is_figure]
        paper.grid(_ended(" ".join(words)))
        paper.grid(_ended("   " + "  x  ".join(figures[:-1]), figures[-1] if figures else ""))
    paper.rule()
    for row in content.sums:
        if row:
            paper.grid(_ended(" ".join(cell.text for cell in row[:-1]), row[-1].text))
    paper.next(6)
    for row in content.foot:
        paper.grid(_ended("  ".join(cell.text for cell in row)))
    return paper.done()


def _ended(text: str, value: str = "") -> list[Row]:
    wide = max(52, len(text) + len(value) + 2)
    bare = text.lstrip()
    start = len(text) - len(bare)
    cells = [Cell(text=bare, start=start, end=len(text))] if bare else []
    return [(*cells, Cell(text=value or " ", start=wide - len(value), end=wide))]


def pages(content: Content, *, language: str = "en", most: int = 1) -> bytes:
    """Two pages, with the sum so far carried from the first to the second, and the head again."""
    paper = Paper(points=9.5)
    columns = _columns(content)
    paper.grid(content.head, columns=columns)
    paper.y += 16
    paper.grid(content.titles, columns=columns)
    paper.rule()
    first, rest = content.lines[:most], content.lines[most:]
    paper.grid(first, columns=columns)
    so_far = sum(line.amount for line in content.truth.lines[:most])
    sample = content.lines[0][-1]
    text = _like(sample.text, f"{so_far:.2f}")
    over = (
        Cell(text=_OVER[language], start=0, end=len(_OVER[language])),
        Cell(text=text, start=sample.end - len(text), end=sample.end),
    )
    paper.y = paper.size[1] - 2 * paper.margin - 20
    paper.rule()
    paper.grid([over], columns=columns)
    paper.page()
    paper.grid([row for row in content.head[:2] if row], columns=columns)
    paper.y += 16
    paper.grid([*content.titles, over], columns=columns)
    paper.rule()
    paper.grid(rest, columns=columns)
    paper.y += 6
    paper.rule()
    paper.grid(content.sums, columns=columns)
    paper.y += 16
    paper.grid(content.foot, columns=columns)
    return paper.done()


def sheets(content: Content, *, marks: Sequence[str]) -> bytes:
    """The pages that the invoice has itself. `marks`: words of the first row of each."""
    paper = Paper(points=9.0)
    columns, seen = _columns(content), 0
    for row in content.rows:
        if any(mark in cell.text for mark in marks for cell in row):
            if seen:
                paper.page()
            seen += 1
        paper.grid([row], columns=columns)
    return paper.done()


def _like(sample: str, amount: str) -> str:
    """Return an amount written as another one is."""
    whole, cents = amount.split(".")
    comma = sample.rstrip("0123456789€ ")[-1:] == ","
    sign = sample[0] if sample[0] in "€$£" else ""
    tail = " €" if sample.endswith("€") else ""
    group = "." if comma else ","
    return f"{sign}{int(whole):,}".replace(",", group) + ("," if comma else ".") + cents + tail


def _boxes(paper: Paper, pairs: Sequence[tuple[str, str]]) -> None:
    """Write labels with their values below them, four in a row."""
    wide = paper.width / 4
    at = 0
    while at < len(pairs):
        some, room, x = list[tuple[int, str, str]](), 4, 0
        while at < len(pairs) and room > 0:
            label, value = pairs[at]
            need = 1 + max(len(label) * 4, len(value) * 5.4) // wide
            if some and need > room:
                break
            some.append((x, label, value))
            x, room, at = x + int(need), room - int(need), at + 1
        for x, label, _ in some:
            paper.put(paper.margin + x * wide, label, points=6.5, ink=Color(0.35, 0.35, 0.4))
        paper.next(7.5)
        for x, _, value in some:
            paper.put(paper.margin + x * wide, value, points=9, font="DejaVuSans-Bold")
        paper.next(13)
    paper.y += 8


def _pairs(rows: Sequence[Row]) -> tuple[list[tuple[str, str]], list[Row]]:
    """Return the labels with their values, and the rows without."""
    pairs, rest = list[tuple[str, str]](), list[Row]()
    for row in rows:
        left, free = [], list(row)
        while free:
            cell = free.pop(0)
            label, colon, value = cell.text.partition(":")
            if colon and value.strip() and len(label) < 24:
                pairs.append((label + (":" if not value.startswith(" ") else ""), value.strip()))
            elif free and _is_value(free[0].text) and not cell.is_figure and not cell.text[0].isdigit():
                pairs.append((cell.text, free.pop(0).text))
            else:
                left.append(cell)
        if left:
            rest.append(tuple(left))
    return pairs, rest


def _is_value(text: str) -> bool:
    return any(map(str.isdigit, text)) and len(text) < 32


Layout = Callable[[Content], bytes]


def _register() -> None:
    if "DejaVuSans" in pdfmetrics.getRegisteredFontNames():
        return
    for name in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono", "DejaVuSansCondensed"):
        pdfmetrics.registerFont(TTFont(name, f"{FONTS}/dejavu/{name}.ttf"))
    if Path(FAR_EAST).exists():
        pdfmetrics.registerFont(TTFont(_FAR_EAST, FAR_EAST))


def _font_of(text: str, font: str) -> str:
    """Return the font for a text: Chinese and Japanese have one of their own."""
    return _FAR_EAST if any("\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uff5f" for char in text) else font
