"""PDFs for the tests, written as others write them, and a workflow that takes them."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from pydantic import BaseModel
from reportlab.pdfgen.canvas import Canvas

from workflows import Document, Run, TimeLimits, Workflow
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf


def pdf(*pages: str) -> bytes:
    """Return a PDF with a page for each text, one line of it below the other. The same text gives the same bytes."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    for page in pages:
        for number, line in enumerate(page.splitlines()):
            canvas.drawString(60, 780 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


class Claim(BaseModel):
    """An input with documents."""

    number: str
    form: Document
    photos: tuple[Document, ...] = ()


class Verdict(BaseModel):
    """An output."""

    amount: str


def claims(*, name: str = "claims", limits: TimeLimits | None = None) -> Workflow[Claim, Verdict]:
    """Return an automation whose cases hold documents."""
    made = Workflow(
        name=name,
        decision="What is paid?",
        owner="U0MARIA",
        input=Claim,
        output=Verdict,
        key=lambda claim: f"claim-{claim.number}",
        time_limits=limits,
    )

    @made.deliver
    def deliver(verdict: Verdict, run: Run[Claim]) -> str:
        return f"paid {verdict.amount}"

    return made


class Watched(Documents):
    """Documents that do something once, as soon as the next file is kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(FolderShelf(folder))
        self.once: Callable[[], None] | None = None

    def are_there(self, document: Document) -> bool:
        """Tell whether its files are there, and do it: the rows of the file are there, and no case holds it yet."""
        found, once, self.once = super().are_there(document), self.once, None
        if once is not None:
            once()
        return found
