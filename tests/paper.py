"""PDFs for the tests, written as others write them, and a workflow that takes them."""

from io import BytesIO

from pydantic import BaseModel
from reportlab.pdfgen.canvas import Canvas

from workflows import Document, Run, Workflow


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


def claims(*, name: str = "claims") -> Workflow[Claim, Verdict]:
    """Return an automation whose cases hold documents."""
    made = Workflow(
        name=name,
        decision="What is paid?",
        owner="U0MARIA",
        input=Claim,
        output=Verdict,
        key=lambda claim: f"claim-{claim.number}",
    )

    @made.deliver
    def deliver(verdict: Verdict, run: Run[Claim]) -> str:
        return f"paid {verdict.amount}"

    return made
