"""The intake of 1,000 documents: read, kept in a folder and taken in as cases, on both databases, beside the floor."""

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2 as pdfium
from pydantic import BaseModel
from reportlab.pdfgen.canvas import Canvas

from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases, migrated
from benchmarks.kit.process import size
from benchmarks.kit.report import number, tell
from store.db.database import Database
from store.governance import teams
from workflows import Document, Workflow
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.case.intake import accept, take_in
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow, Registry
from workflows.engine.documents.keeping import keep

_AT_ONCE = min(os.cpu_count() or 1, 4)
"""Files that are read at once, as `Isolated` allows it."""


class Letter(BaseModel):
    """An input with a document."""

    number: int
    form: Document


class Filed(BaseModel):
    """An output."""

    folder: str


def rows(documents: int) -> list[list[str]]:
    """Return the rows of so many small documents: each database, and then the floor."""
    files = [_letter(place) for place in range(documents)]
    found = []
    with databases() as made:
        for kind in (SQLITE, POSTGRESQL):
            url = made.new(kind)
            migrated(url)
            before = size(os.getpid()).megabytes
            seconds = _taken_in(url, files)
            found.append(_row(f"kept and taken in, {kind}", documents, seconds, size(os.getpid()).megabytes - before))
            made.drop(url)
    return [*found, _row("the same, pdfium alone and written", documents, _floor(files), None)]


def _taken_in(url: str, files: list[bytes]) -> float:
    database = Database(url, connections=_AT_ONCE + 2)
    with database.write() as session:
        team = teams.add_local_team(session, at=datetime.now(UTC))
    workflow = Workflow(
        name="letters",
        decision="Where does it go?",
        owner="U0MARIA",
        input=Letter,
        output=Filed,
        key=lambda letter: str(letter.number),
    )
    workflow.deliver(lambda filed, run: "")
    registry = Registry()
    registry.add(workflow)
    with TemporaryDirectory() as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        documents = Documents(FolderShelf(Path(folder)))
        context = Context(
            database=database, registry=registry, clock=lambda: datetime.now(UTC), team=team, documents=documents
        )
        keep(context, _letter(-1), name="first.pdf")  # starts the process that others are forked from
        began = time.perf_counter()
        for one in pool.map(lambda place: _one(context, workflow, place, files[place]), range(len(files))):
            assert one is None
        taken = time.perf_counter() - began
        documents.isolated.close()
    database.close()
    return taken


def _one(context: Context, workflow: AnyWorkflow, place: int, data: bytes) -> str | None:
    """Take a document in; returns why it was refused."""
    document = keep(context, data, name=f"letter-{place}.pdf")
    accepted = accept(workflow, {"number": place, "form": "it"}, arrived=lambda _: document)
    (receipt,) = take_in(context, workflow, [accepted], source="bench", actor="bench")
    return receipt.why


def _floor(files: list[bytes]) -> float:
    """Return the seconds of reading the text in this process, and of writing each file so that it is on the disk."""
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        for data in files:
            assert "".join(_texts(data))
            with (Path(folder) / hashlib.sha256(data).hexdigest()).open("wb") as written:
                written.write(data)
                written.flush()
                os.fsync(written.fileno())
        return time.perf_counter() - began


def _texts(data: bytes) -> Iterator[str]:
    pdf = pdfium.PdfDocument(data)
    try:
        for page in pdf:
            yield page.get_textpage().get_text_range()
    finally:
        pdf.close()


def _letter(place: int) -> bytes:
    """Return a PDF of one page with 12 rows, another one for each place."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    for row in range(12):
        canvas.drawString(
            60, 780 - 16 * row, f"Letter {place}, row {row}: an amount of {place * 31 % 997}.{row:02} EUR"
        )
    canvas.save()
    return written.getvalue()


def _row(said: str, documents: int, seconds: float, grown: float | None) -> list[str]:
    tell(f"{said}: {seconds:.2f} s")
    more = "-" if grown is None else number(max(grown, 0.0))
    return [said, f"{documents:,}", f"{seconds:.2f}", number(documents / seconds), more]
