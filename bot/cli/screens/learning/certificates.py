"""Texts that `certificate` and `let` print."""

from bot.cli.screens.told import tell
from handlers.texts import charts
from handlers.texts.learning import autonomy as texts
from handlers.texts.pieces import Room, Told, line, words
from workflows.quality.autonomy.views import CertificateView, QuestionView

ROOM = Room(text=1_000, line=300, items=40)
"""Room for a certificate."""


def print_certificate(view: CertificateView) -> None:
    """Print a certificate, and the curve that its labels draw."""
    said, picture = texts.certificate(view, ROOM), texts.curve(view)
    head = [line(words(texts.certificate_heading(view), bold=True))]
    drawn = [charts.paragraphs(picture, ROOM)] if picture is not None else []
    tell(Told(brief=said.brief, parts=[head, *said.parts, *drawn]))


def print_question(view: QuestionView) -> None:
    """Print the question whether more may go alone."""
    head = [line(words(texts.heading(view), bold=True))]
    tell(Told(brief=texts.in_brief(view), parts=[head, *texts.question(view), [line(words(texts.small_print(view)))]]))
