"""The letters of a PDF's page, as they stand on the page as it is drawn.

Left out is what nobody can see: text that is not drawn (as under a scan, where it may say anything), text outside the
page, and text too small to be read. `seen.py` looks at the drawn page for the rest.
"""

import ctypes
import math
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

UNCLEAR = "\ufffd"
"""A letter of which the file does not say what it is."""
SMALLEST = 2.0
"""Points of a letter's size below which nobody reads it."""
_NEAR = 0.09
"""Part of a letter's size within which the same letter is drawn once more, to make it bold."""
_FINE = 1 << 24
"""Steps in which places on the page are reckoned."""
_HIDDEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
_HYPHEN_AT_END = 2
"""The code with which pdfium names a hyphen at the end of a row."""
_SURROGATES = range(0xD800, 0xE000)
_BULLETS = frozenset({0xF0A7, 0xF0B7})
"""The codes of bullets in fonts of symbols."""
_LIGATURES = range(0xFB00, 0xFB07)


class Letter(NamedTuple):
    """A letter, or a space that is written as one. Points from the upper left corner of the page as it is drawn.

    It is a tuple because a document has a million of them.
    """

    text: str
    """Empty for a space."""
    left: float
    top: float
    right: float
    bottom: float
    start: float
    """Its start in the direction of reading."""
    end: float
    """The place at which the next one is expected."""
    base: float
    """Its baseline, across the direction of reading."""
    size: float
    piece: int
    """Number of the piece of text that it was written with."""


@dataclass(frozen=True, kw_only=True)
class Turned:
    """The letters that are read in one direction."""

    degrees: int
    """Clockwise from upright, 0 to 359."""
    letters: list[Letter]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All letters of a page."""

    width: float
    height: float
    turned: list[Turned]
    """By direction, most letters first."""
    unclear: int
    """Letters of which the file does not say what they are."""


@dataclass(frozen=True, slots=True)
class _Piece:
    number: int
    size: float
    degrees: int
    is_hidden: bool


def sheet_of(page: pdfium.PdfPage) -> Sheet:
    """Return the letters of a page."""
    width, height = page.get_size()
    text = page.get_textpage()
    try:
        found, unclear = dict[int, list[Letter]](), 0
        drawn = _Drawn()
        for degrees, letter in _letters(page, text, width, height):
            if letter.text == UNCLEAR:
                unclear += 1
            if letter.text and drawn.before(letter, degrees):
                continue
            found.setdefault(degrees, []).append(letter)
    finally:
        text.close()
    turned = [Turned(degrees=degrees, letters=letters) for degrees, letters in found.items()]
    turned.sort(key=lambda one: -len(one.letters))
    return Sheet(width=width, height=height, turned=turned, unclear=unclear)


class _Drawn:
    """The letters that are drawn already, by squares of the page."""

    def __init__(self) -> None:
        self._squares: dict[tuple[str, int, int, int], list[Letter]] = {}
        self._last: Letter | None = None

    def before(self, letter: Letter, degrees: int) -> bool:
        """Tell whether the same letter is in the same place; note it otherwise."""
        last, self._last = self._last, letter
        if last and (last.start, last.base, last.piece) == (letter.start, letter.base, letter.piece):
            return False  # letters of a ligature have one place
        near = max(letter.size * _NEAR, 0.01)
        x, y = int(letter.start // 8), int(letter.base // 8)
        for square in ((x, y), (x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
            for one in self._squares.get((letter.text, *square, degrees), ()):
                if abs(one.start - letter.start) <= near and abs(one.base - letter.base) <= near:
                    return True
        self._squares.setdefault((letter.text, x, y, degrees), []).append(letter)
        return False


def _letters(
    page: pdfium.PdfPage, text: pdfium.PdfTextPage, width: float, height: float
) -> Iterator[tuple[int, Letter]]:
    place = _Place(page, width, height)
    pieces = dict[int, _Piece]()
    x, y = ctypes.c_double(), ctypes.c_double()
    left, right, bottom, top = ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
    loose = raw.FS_RECTF()
    high = 0
    for at in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text, at) == 1:
            continue
        code = raw.FPDFText_GetUnicode(text, at)
        if code in _SURROGATES:
            if code < 0xDC00:
                high = code
                continue
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00 if high else 0xFFFD
        high = 0
        said = _said(code)
        if said is None:
            continue
        piece = _piece(text, at, pieces, place)
        if piece.is_hidden or piece.size < SMALLEST:
            continue
        if not raw.FPDFText_GetCharBox(text, at, left, right, bottom, top):
            continue
        raw.FPDFText_GetCharOrigin(text, at, x, y)
        raw.FPDFText_GetLooseCharBox(text, at, loose)
        box = place.box(left.value, bottom.value, right.value, top.value)
        wide = place.box(loose.left, loose.bottom, loose.right, loose.top)
        if said and not (0 <= (box[0] + box[2]) / 2 <= width and 0 <= (box[1] + box[3]) / 2 <= height):
            continue
        if said and (box[2] <= box[0] or box[3] <= box[1]):
            box = wide
        start, end = _along(wide, piece.degrees)
        base = _across(place.point(x.value, y.value), piece.degrees)
        yield piece.degrees, Letter(said, *box, start, end, base, piece.size, piece.number)


@lru_cache(maxsize=4096)
def _said(code: int) -> str | None:
    """Return what a character says: empty for a space, None for what is no letter."""
    if code in (_HYPHEN_AT_END, 0xAD):
        return "-"
    if code in _BULLETS:
        return "\u2022"
    if code in _LIGATURES:
        return unicodedata.normalize("NFKC", chr(code))
    one = chr(code) if code < 0x110000 else UNCLEAR
    if one.isspace():
        return ""
    match unicodedata.category(one):
        case "Cf":
            return None
        case "Cc" | "Co" | "Cn" | "Cs":
            return UNCLEAR
    return one


def _piece(text: pdfium.PdfTextPage, at: int, pieces: dict[int, _Piece], place: "_Place") -> _Piece:
    handle = raw.FPDFText_GetTextObject(text, at)
    key = int.from_bytes(handle, sys.byteorder)  # its address: reading it by ctypes takes as long as all else
    found = pieces.get(key)
    if found is None or not key:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(text, at, matrix)
        size = raw.FPDFText_GetFontSize(text, at) * math.hypot(matrix.c, matrix.d)
        is_hidden = bool(key) and raw.FPDFTextObj_GetTextRenderMode(handle) in _HIDDEN_MODES
        degrees = place.degrees(matrix.a, matrix.b)
        found = pieces[key] = _Piece(number=len(pieces), size=size, degrees=degrees, is_hidden=is_hidden)
    return found


class _Place:
    """The way from a PDF's own coordinates to points on the page as it is drawn: turned, cut, and from the top."""

    def __init__(self, page: pdfium.PdfPage, width: float, height: float) -> None:
        far = max(width, height, 1.0)
        (x, y), (across, down), (up, along) = (self._device(page, *at) for at in ((0, 0), (far, 0), (0, far)))
        by_width, by_height = width / _FINE, height / _FINE
        self._x, self._y = x * by_width, y * by_height
        self._xx, self._yx = (across - x) / far * by_width, (down - y) / far * by_height
        self._xy, self._yy = (up - x) / far * by_width, (along - y) / far * by_height

    @staticmethod
    def _device(page: pdfium.PdfPage, x: float, y: float) -> tuple[int, int]:
        found_x, found_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, found_x, found_y)
        return found_x.value, found_y.value

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self._x + self._xx * x + self._xy * y, self._y + self._yx * x + self._yy * y

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        if self._xy or self._yx:  # it lies on its side
            (x, y), (across, down) = self.point(left, bottom), self.point(right, top)
        else:
            x, across = self._x + self._xx * left, self._x + self._xx * right
            y, down = self._y + self._yy * top, self._y + self._yy * bottom
        if x > across:
            x, across = across, x
        return (x, y, across, down) if y <= down else (x, down, across, y)

    def degrees(self, a: float, b: float) -> int:
        """Return the direction of a text, clockwise; what is nearly upright is upright."""
        x, y = self._xx * a + self._xy * b, self._yx * a + self._yy * b
        degrees = round(math.degrees(math.atan2(y, x))) % 360
        near = round(degrees / 90) * 90
        return near % 360 if abs(degrees - near) <= 2 else degrees


def _along(box: tuple[float, float, float, float], degrees: int) -> tuple[float, float]:
    match degrees:
        case 90:
            return box[1], box[3]
        case 180:
            return -box[2], -box[0]
        case 270:
            return -box[3], -box[1]
    return box[0], box[2]


def _across(point: tuple[float, float], degrees: int) -> float:
    match degrees:
        case 90:
            return -point[0]
        case 180:
            return -point[1]
        case 270:
            return point[0]
    return point[1]
