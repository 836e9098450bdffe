"""Invoices that are drawn here, so that it is known where each of their values stands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.covered import TruePlace
from workflows.documents.readings import Box

TRUTH = {
    "supplier": "Acme Holding GmbH",
    "number": "A-471102",
    "issued": "03.03.2026",
    "net": "473,00",
    "tax": "56,87",
    "total": "529,87",
    "currency": "EUR",
}
"""Field -> its value, as it is printed."""


class Sheet:
    """A PDF that is drawn, with the places of its values."""

    def __init__(self, *, turned: bool = False) -> None:
        """`turned`: its pages lie on their side, and are shown turned by a quarter; their upper part is used."""
        self._kept = BytesIO()
        self._canvas = Canvas(self._kept, pagesize=A4)
        self._turned = turned
        self._page = 1
        self.places: Mapping[str, list[TruePlace]] = defaultdict(list)
        self._begin()

    def say(
        self, x: float, y: float, text: str, field: str | None = None, *, size: float = 10, right: bool = False
    ) -> None:
        """Print a text, which may be the value of a `field`.

        `x`, `y`: points from the upper left corner of the page to the left end of its line; `right`: to the right end.
        """
        width = stringWidth(text, "Helvetica", size)
        x -= width if right else 0
        self._canvas.setFont("Helvetica", size)
        # A sheet that lies on its side is as wide as an upright one, and is shown as high.
        self._canvas.drawString(x, (A4[0] if self._turned else A4[1]) - y, text)
        if field is not None:
            across, along = A4
            box = Box(left=x / across, top=(y - 0.6 * size) / along, right=(x + width) / across, bottom=y / along)
            self.places[field].append(TruePlace(page=self._page, box=box))

    def next_page(self) -> None:
        """Begin another page."""
        self._canvas.showPage()
        self._page += 1
        self._begin()

    def data(self) -> bytes:
        """Return the file."""
        self._canvas.save()
        return self._kept.getvalue()

    def _begin(self) -> None:
        if self._turned:
            self._canvas.setPageRotation(90)
            self._canvas.translate(A4[0], 0)
            self._canvas.rotate(90)


def repeated() -> Sheet:
    """The total stands in four places, two of which are something else."""
    sheet = Sheet()
    _head(sheet)
    sheet.say(60, 200, "Our last invoice was 529,87 too.")
    for row, (label, field) in enumerate((("Net", "net"), ("VAT 19 %", "tax"), ("Total", "total"))):
        sheet.say(300, 300 + 20 * row, label)
        sheet.say(540, 300 + 20 * row, TRUTH[field], field, right=True)
    sheet.say(60, 500, "Discount, if paid by 1 April, from")
    sheet.say(300, 500, TRUTH["total"])
    sheet.next_page()
    sheet.say(60, 100, "Total carried over:")
    sheet.say(200, 100, TRUTH["total"], "total")
    return sheet


def labels_above() -> Sheet:
    """Each value stands below its label, in columns."""
    sheet = Sheet()
    _head(sheet)
    for column, (label, field) in enumerate((("Net", "net"), ("VAT", "tax"), ("Total", "total"))):
        sheet.say(200 + 120 * column, 300, label)
        sheet.say(200 + 120 * column, 314, TRUTH[field], field)
    return sheet


def two_columns() -> Sheet:
    """Text with other figures stands beside the sums."""
    sheet = Sheet()
    _head(sheet)
    others = ("Deposit 56,87 at delivery", "Share capital 473,00", "Hotline 529,87 per call")
    for row, (label, field, other) in enumerate(
        zip(("Net", "VAT", "Total"), ("net", "tax", "total"), others, strict=True)
    ):
        sheet.say(60, 300 + 16 * row, label)
        sheet.say(240, 300 + 16 * row, TRUTH[field], field, right=True)
        sheet.say(320, 300 + 16 * row, other)
    return sheet


def turned() -> Sheet:
    """A page on its side."""
    sheet = Sheet(turned=True)
    _head(sheet)
    _sums(sheet)
    return sheet


def small_print() -> Sheet:
    """All of it is printed in five points, the rows close together."""
    sheet = Sheet()
    _head(sheet, size=5)
    _sums(sheet, size=5, apart=6)
    return sheet


def over_two_rows() -> Sheet:
    """The supplier's name takes two rows."""
    sheet = Sheet()
    sheet.say(60, 80, "Acme Holding", "supplier")
    sheet.say(60, 94, "GmbH", "supplier")
    _head(sheet, supplier=False)
    _sums(sheet)
    return sheet


def net_is_total() -> Sheet:
    """A table in which one net amount equals the total of the next row."""
    sheet = Sheet()
    _head(sheet)
    for column, label in enumerate(("Rate", "Net", "VAT", "Total")):
        sheet.say(200 + 80 * column, 300, label, right=True)
    rows: Sequence[Sequence[tuple[str, str | None]]] = (
        (("7 %", None), ("529,87", None), ("0,00", None), ("529,87", None)),
        (("19 %", None), (TRUTH["net"], "net"), (TRUTH["tax"], "tax"), (TRUTH["total"], "total")),
    )
    for row, cells in enumerate(rows):
        for column, (said, field) in enumerate(cells):
            sheet.say(200 + 80 * column, 320 + 16 * row, said, field, right=True)
    return sheet


def _head(sheet: Sheet, *, size: float = 10, supplier: bool = True) -> None:
    if supplier:
        sheet.say(60, 80, TRUTH["supplier"], "supplier", size=size)
    sheet.say(60, 130, "Invoice no.", size=size)
    sheet.say(160, 130, TRUTH["number"], "number", size=size)
    sheet.say(60, 130 + 1.5 * size, "Date", size=size)
    sheet.say(160, 130 + 1.5 * size, TRUTH["issued"], "issued", size=size)
    sheet.say(60, 130 + 3 * size, "All amounts in", size=size)
    sheet.say(160, 130 + 3 * size, "EUR", "currency", size=size)


def _sums(sheet: Sheet, *, size: float = 10, apart: float = 16) -> None:
    for row, (label, field) in enumerate((("Net", "net"), ("VAT 19 %", "tax"), ("Total", "total"))):
        sheet.say(60, 300 + apart * row, label, size=size)
        sheet.say(240, 300 + apart * row, TRUTH[field], field, size=size, right=True)


SHEETS = {
    "repeated": (repeated, {"total": "Total 529,87"}),
    "labels above": (labels_above, {"net": "473,00 56,87 529,87", "tax": "56,87", "total": "529,87"}),
    "two columns": (two_columns, {}),
    "turned": (turned, {}),
    "small print": (small_print, {}),
    "over two rows": (over_two_rows, {"supplier": "Acme Holding\nGmbH"}),
    "net is total": (net_is_total, dict.fromkeys(("net", "tax", "total"), "19 % 473,00 56,87 529,87")),
}
"""Name -> what draws it, and the quotes that are not just the value as it is printed."""
