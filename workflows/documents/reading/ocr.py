"""Recognition of text in a picture of a page, by the program `tesseract`, with the place and the sureness of each word.

The picture is set straight before, as far as its rows of text say how. Places are those on the page as it is drawn.
"""

import csv
import io
import math
import statistics
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageChops, ImageFilter
from pydantic import TypeAdapter

from workflows.documents.document import FileKind, ReadBy
from workflows.documents.limits import Limits
from workflows.documents.reading.layout import Token, laid_out
from workflows.documents.reading.opened import picture_of_page
from workflows.documents.reading.zygote import die_with_parent
from workflows.documents.readings import PageReading

_LONGEST = 3600
"""Pixels of the longer side that it is given: of a larger photo it reads no more, and takes long."""
_SHORTEST = 1000
"""Pixels of the longer side below which a picture is enlarged."""
_POOR = 55.0
"""Sureness of the words, in percent, from which on the picture is not taken for one that lies on its side."""
_LEAST_SURE = 10.0
"""Sureness in percent below which it is no word."""
_STEEPEST, _STEP = 6.0, 0.25
"""Degrees by which a page may be askew, and in which steps that is found out."""
_STRAIGHT = 0.2
_SHADOW = 24
"""Pixels in which no shadow changes."""
_LAYOUT = "4"
"""Layout of the page as tesseract has it: a column of text of various sizes."""
_READING: TypeAdapter[PageReading] = TypeAdapter(PageReading)

_Point = Callable[[float, float], tuple[float, float]]


def recognise(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return the reading of one page as JSON, its text recognised. Raise `DocumentRefused`."""
    limits = Limits(**asked["limits"])
    page = picture_of_page(data, FileKind(asked["kind"]), asked["page"], limits)
    tokens = words_in(page, program=asked["program"], languages=asked["languages"])
    width, height = asked["width"], asked["height"]
    scaled = [_scaled(token, width / page.width, height / page.height) for token in tokens]
    laid = laid_out([scaled], width=width, height=height)
    by = ReadBy.OCR if laid.words else ReadBy.NOTHING
    return _READING.dump_json(PageReading(width=width, height=height, text=laid.text, read_by=by, words=laid.words))


def words_in(page: Image.Image, *, program: str, languages: str) -> list[Token]:
    """Return the words in a picture, in its pixels."""
    ready, back = _ready(page.convert("L"), 0)
    found = list(_read(ready, back, program, languages))
    if _sureness(found) < _POOR:
        quarter = _quarters(ready, program)
        if quarter:
            ready, back = _ready(page.convert("L"), quarter)
            again = list(_read(ready, back, program, languages))
            if _sureness(again) > _sureness(found):
                return again
    return found


def _sureness(tokens: list[Token]) -> float:
    return 100 * statistics.fmean(token.sure for token in tokens) if tokens else 0.0


def _scaled(token: Token, across: float, down: float) -> Token:
    return Token(
        token.text,
        token.left * across,
        token.top * down,
        token.right * across,
        token.bottom * down,
        token.start * across,
        token.end * across,
        token.base * down,
        token.size * down,
        token.sure,
    )


def _ready(page: Image.Image, quarters: int) -> tuple[Image.Image, _Point]:
    """Return a picture upright, straight and of a good size, and the way from a place in it back to the page."""
    upright = page.rotate(90 * quarters, expand=True) if quarters else page
    longer = max(upright.size)
    factor = _LONGEST / longer if longer > _LONGEST else 2.0 if longer < _SHORTEST else 1.0
    if factor != 1.0:
        size = (max(1, round(upright.width * factor)), max(1, round(upright.height * factor)))
        upright = upright.resize(size, Image.Resampling.LANCZOS)
    upright = _evenly_lit(upright)
    degrees = skew_of(upright)
    straight = upright
    if abs(degrees) > _STRAIGHT:
        straight = upright.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    turn = math.radians(degrees if straight is not upright else 0.0)
    middle_x, middle_y = upright.width / 2, upright.height / 2

    def back(x: float, y: float) -> tuple[float, float]:
        away_x, away_y = x - middle_x, y - middle_y
        turned_x = middle_x + away_x * math.cos(turn) - away_y * math.sin(turn)
        turned_y = middle_y + away_x * math.sin(turn) + away_y * math.cos(turn)
        turned_x, turned_y = turned_x / factor, turned_y / factor
        match quarters:
            case 1:
                return page.width - turned_y, turned_x
            case 2:
                return page.width - turned_x, page.height - turned_y
            case 3:
                return turned_y, page.height - turned_x
        return turned_x, turned_y

    return straight, back


def _evenly_lit(page: Image.Image) -> Image.Image:
    """Return a picture without the shadows on its paper: each place as bright as the paper around it is white."""
    small = page.resize((max(8, page.width // _SHADOW), max(8, page.height // _SHADOW)), Image.Resampling.BOX)
    # The brightest dots around are paper, and not letters.
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(4))
    return ImageChops.subtract(page, paper.resize(page.size, Image.Resampling.BICUBIC), scale=1.0, offset=255)


def skew_of(page: Image.Image) -> float:
    """Return the degrees by which a picture has to be turned, against the clock, so that its rows lie straight.

    Rows lie straight where the sums over the rows of dots differ most from one another.
    """
    small = page.convert("L").resize((500, max(1, round(500 * page.height / page.width))), Image.Resampling.BOX)
    dark = small.point([255 - level for level in range(256)])
    # Only what is darker than its surroundings counts, so that a shaded photo is no slope of its own.
    floor = statistics.fmean(dark.resize((1, 1), Image.Resampling.BOX).getdata()) + 20
    dark = dark.point([max(0, level - int(floor)) for level in range(256)])
    best, found = 0.0, 0.0
    steps = int(_STEEPEST / _STEP)
    for step in sorted(range(-steps, steps + 1), key=abs):
        degrees = step * _STEP
        turned = dark.rotate(degrees, resample=Image.Resampling.BILINEAR, fillcolor=0)
        sums = turned.convert("F").resize((1, turned.height), Image.Resampling.BOX).getdata()
        score = statistics.pvariance(list(sums))
        if score > best * 1.02:
            best, found = score, degrees
    return found


def _read(page: Image.Image, back: _Point, program: str, languages: str) -> Iterator[Token]:
    options = ["--dpi", "300", "--psm", _LAYOUT, "-l", languages, "tsv"]
    for row in csv.DictReader(io.StringIO(_ran(page, program, options)), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = "".join((row.get("text") or "").split())
        if row.get("level") != "5" or not text or float(row["conf"]) < _LEAST_SURE:
            continue
        left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
        corners = [back(x, y) for x in (left, left + width) for y in (top, top + height)]
        size = max(height, 1.0)
        yield Token(
            text,
            min(x for x, _ in corners),
            min(y for _, y in corners),
            max(x for x, _ in corners),
            max(y for _, y in corners),
            left,
            left + width,
            top + height,
            size,
            float(row["conf"]) / 100,
        )


def _quarters(page: Image.Image, program: str) -> int:
    """Return the quarters of a turn, against the clock, by which a picture has to be turned to be upright."""
    said = _ran(page, program, ["--psm", "0", "-l", "osd"])
    for line in said.splitlines():
        name, _, value = line.partition(":")
        if name == "Orientation in degrees" and value.strip().isdecimal():
            return int(value) // 90 % 4
    return 0


def _ran(page: Image.Image, program: str, options: list[str]) -> str:
    picture = io.BytesIO()
    page.save(picture, "PPM")
    done = subprocess.run(  # noqa: S603 (the program that was found on PATH)
        [program, "stdin", "stdout", *options],
        input=picture.getvalue(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
        preexec_fn=die_with_parent,
        check=False,
    )
    return done.stdout.decode("utf-8", errors="replace")
