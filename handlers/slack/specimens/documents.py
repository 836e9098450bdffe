"""Read models of documents, and the messages and views drawn from them.

A picture is in none of them: it is a file at Slack, and there is none to name.
"""

from collections.abc import Mapping
from dataclasses import replace

from handlers.slack.blocks import modals, spot_check
from handlers.slack.blocks.parts.documents import choice, pages
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Listed
from handlers.slack.specimens.forms import FORM
from handlers.slack.specimens.reviews import AT, BLIND, CARD, COMPARED, DOCUMENT
from handlers.texts.documents import pages as texts
from handlers.texts.operations.failures import no_files
from workflows.engine.review.views import DocumentView, OriginalView, PagesView, PageView

NOTE = DocumentView(name="Lieferschein 2026-11 <!channel>.pdf", sha256="1" * 64, place=2, pages=1)
PAGE = PageView(document="invoice.pdf", page=6, pages=8, marked=["Total", "Number", "Due date", "Currency"])
PAGES = PagesView(review=7, case=12, key="invoice-1017", shown=[], named=[PAGE], missing=["scan.tiff"])
GIVEN = OriginalView(name="invoice.pdf", case=12, key="invoice-1017", workflow="invoice-intake", until=AT, is_new=False)


def document_messages() -> Mapping[str, Drawn]:
    """Return messages about documents by their name."""
    note = pages(PAGES)
    assert note is not None
    return {
        "pages, without a picture": note,
        "a document follows": told(texts.follows(GIVEN)),
        "a document, asked for": told(texts.asked(replace(GIVEN, until=None, is_new=True))),
        "a document, on its way": told(texts.asked(replace(GIVEN, until=None))),
        "a document, there already": told(texts.asked(GIVEN)),
        "no files are taken": told(no_files("missing_scope", 12)),
        "no files are taken, no room": told(no_files("storage_limit_reached", 1)),
    }


def document_views() -> Mapping[str, View]:
    """Return modals with documents by their name."""
    card = replace(CARD, documents=[DOCUMENT, NOTE])
    blind, both = modals.case_form(BLIND, FORM, {}), spot_check.grade_form(COMPARED, Listed())
    assert blind is not None
    many = replace(CARD, documents=[replace(DOCUMENT, place=place) for place in range(1, 6)])
    return {
        "spot check, with documents": modals.with_documents(blind, replace(BLIND, documents=[DOCUMENT]), []),
        "spot check, both answers, with documents": modals.with_documents(
            both, replace(COMPARED, documents=[DOCUMENT, NOTE]), [], after=spot_check.before_grade(both)
        ),
        "documents to choose from": choice([DOCUMENT, NOTE], case=12, generation=0),
        "details, with documents": modals.with_documents(modals.details(card), card, [], after=1),
        "details, with many documents": modals.with_documents(modals.details(many), many, [], after=1),
    }
