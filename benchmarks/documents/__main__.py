"""Documents: how long 100 pages take to be read and in how much memory, as text and as scans, and to be drawn.

    python -m benchmarks.documents [--quick] [--write]

Beside it stands what nobody can be quicker than: pdfium's own text of the same pages in one process without limits,
places and order, and tesseract's of the same pictures.
"""

import io
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from benchmarks.documents import intake as document_intake
from benchmarks.kit import machine, report
from benchmarks.kit.report import Section, number, table, tell
from workflows.documents.documents import Documents
from workflows.documents.limits import Limits
from workflows.documents.places.marks import Mark, MarkedPage
from workflows.documents.reading.isolated import Bounds, Isolated
from workflows.documents.reading.reader import read_file
from workflows.documents.reading.recognisers import Recogniser, recogniser
from workflows.documents.readings import Box
from workflows.documents.shelf import FolderShelf

HEADING = "Documents"
LIMITS = Limits()
_ROWS = 45
"""Rows of a page, of 60 letters."""
_MARKS = tuple(
    Mark(
        field=f"field_{place}",
        label=f"Field number {place}",
        boxes=(Box(left=0.78, top=0.04 + 0.06 * place, right=0.92, bottom=0.055 + 0.06 * place),),
        is_doubted=place % 4 == 0,
    )
    for place in range(12)
)
"""As many marks as a page has at most, in one column."""


def measured(quick: bool) -> Section:
    """Measure reading."""
    rows = [*text_pages(10 if quick else 100), *scanned_pages(2 if quick else 8)]
    columns = ["what is read", "pages", "seconds", "ms a page", "most memory, MB"]
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.documents`: " + machine.described(("pypdfium2", "pillow", "lxml")),
            "",
            "A page of text has 45 rows of a table. Each file is read in a process of its own, with the places of its",
            "words, held against what is drawn. A scan has 200 dots per inch; its pages are recognised side by side,",
            "one for each processor. Medians of 5, of scans 1.",
            "",
            *table(columns, rows),
            "",
            "A page's picture is 1100 pixels wide and has 12 marks; it is drawn in a process of its own, too.",
            "",
            *table(["what is drawn", "ms", "KB"], drawn_pages()),
            "",
            "1,000 different files of one page come in one by one, as many at once as there are processors: each is",
            "read, kept in a folder with its reading, and taken in as a case of its own.",
            "",
            *table(["intake", "documents", "seconds", "documents a second", "more memory, MB"], intake(quick)),
        ],
    )


def intake(quick: bool) -> list[list[str]]:
    """Return the rows of documents that come in."""
    return document_intake.rows(50 if quick else 1_000)


def text_pages(pages: int) -> list[list[str]]:
    """Return the rows of files whose pages have text."""
    isolated, data, one = Isolated(), paper(pages), paper(1)
    rows = []
    for said, file, count in (("a file of one page", one, 1), (f"a file of {pages} pages", data, pages)):
        seconds = _median(partial(read_file, file, isolated=isolated, limits=LIMITS, recogniser=None))
        memory = isolated.run("benchmarks.documents.tasks.read", file, asked={"limits": asdict(LIMITS)})
        rows.append(_row(said, count, seconds, float(memory.split()[1])))
    isolated.close()
    rows.append(_row("the same, pdfium alone", pages, _median(lambda: _pdfium_alone(data)), None))
    return rows


def scanned_pages(pages: int) -> list[list[str]]:
    """Return the rows of files whose pages are pictures; none without tesseract."""
    found = recogniser()
    if found is None:
        tell("no tesseract is installed, so scans are left out")
        return []
    isolated, pictures = Isolated(), scans(pages)
    written = io.BytesIO()
    pictures[0].save(written, "PDF", save_all=True, append_images=pictures[1:], resolution=200.0)
    data = written.getvalue()
    seconds = _median(lambda: read_file(data, isolated=isolated, limits=LIMITS, recogniser=found), times=1)
    asked = {
        "limits": asdict(LIMITS),
        "kind": "application/pdf",
        "page": 0,
        "width": 595,
        "height": 842,
        "program": found.program,
        "languages": "+".join(found.languages),
    }
    bounds = Bounds(programs=True)
    memory = isolated.run("benchmarks.documents.tasks.recognise", data, asked=asked, bounds=bounds)
    isolated.close()
    return [
        _row("a scan", pages, seconds, float(memory.split()[1])),
        _row("the same, tesseract alone", pages, _median(lambda: _tesseract_alone(pictures, found), times=1), None),
    ]


def drawn_pages() -> list[list[str]]:
    """Return the rows of pages that are drawn with marks: one of text, and a scan as a file of its own."""
    scan = io.BytesIO()
    scans(1)[0].save(scan, "JPEG", quality=85)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        documents = Documents(FolderShelf(Path(folder)))
        for said, data in (("a page of text", paper(1)), ("a scan", scan.getvalue())):
            document = documents.keep(data, name="paper")
            page = MarkedPage(sha256=document.sha256, document=document.name, page=1, marks=_MARKS)
            seconds = _median(partial(documents.picture, page))
            tell(f"{said}, drawn: {seconds:.3f} s")
            rows.append([said, number(seconds * 1000), number(len(documents.picture(page)) / 1000)])
        documents.isolated.close()
    return rows


def paper(pages: int) -> bytes:
    """Return a PDF with tables."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    for page in range(pages):
        canvas.setFont("Helvetica", 9)
        for row in range(_ROWS):
            y = 800 - 17 * row
            canvas.drawString(50, y, f"{page * _ROWS + row:05}")
            canvas.drawString(110, y, f"Article {row * 7919 % 997} of the catalogue, in a box")
            canvas.drawRightString(420, y, f"{row % 12 + 1} pcs")
            canvas.drawRightString(540, y, f"{row * 31 % 900},{row % 100:02} EUR")
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def scans(pages: int) -> list[Image.Image]:
    """Return pages as pictures, a little askew."""
    pdf = pdfium.PdfDocument(paper(pages))
    try:
        drawn = [page.render(scale=200 / 72, grayscale=True).to_pil() for page in pdf]
    finally:
        pdf.close()
    return [page.rotate(0.7, resample=Image.Resampling.BICUBIC, fillcolor=255) for page in drawn]


def _pdfium_alone(data: bytes) -> int:
    pdf = pdfium.PdfDocument(data)
    try:
        return sum(len(page.get_textpage().get_text_range()) for page in pdf)
    finally:
        pdf.close()


def _tesseract_alone(pictures: list[Image.Image], found: Recogniser) -> None:
    for picture in pictures:
        written = io.BytesIO()
        picture.save(written, "PPM")
        subprocess.run(  # noqa: S603  # the program that is measured
            [found.program, "stdin", "stdout", "-l", "+".join(found.languages), "--psm", "4"],
            input=written.getvalue(),
            capture_output=True,
            check=True,
            env={"OMP_THREAD_LIMIT": "1"},
        )


def _median(work: Callable[[], object], *, times: int = 5) -> float:
    work()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return median(found)


def _row(said: str, pages: int, seconds: float, memory: float | None) -> list[str]:
    tell(f"{said}: {seconds:.3f} s")
    shown = "-" if memory is None else number(memory)
    return [said, str(pages), f"{seconds:.2f}", number(seconds / pages * 1000), shown]


if __name__ == "__main__":
    report.main(__doc__, measured)
