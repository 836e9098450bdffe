"""The documents of a case: pictures of their pages, and the buttons that give a person the originals."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import pages as modals
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, label
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.sections import section
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Callback, Shown
from handlers.texts.documents import pages as texts
from handlers.texts.pieces import line, words
from workflows.engine.review.spot_checks.views import BlindView, ComparisonView
from workflows.engine.review.views import CardView, DeliveredView, DocumentView, PagesView, PageView
from workflows.engine.text.sanitize import one_line

_BRIEF = 300
"""Characters of a notification."""
_BESIDE = 3
"""Most documents with a button of their own below a form."""
MOST = 40
"""Most documents of a case that a page lists."""


def pages(view: PagesView) -> Drawn | None:
    """Draw the pages of a review for the thread of its card; None where there is nothing to show or to say."""
    told = texts.in_thread(view)
    blocks = [*pictures(view.shown), *(block(*part) for part in told.parts)]
    return Drawn(text=escaped(told.brief, _BRIEF), blocks=blocks) if blocks else None


def pictures(pages: Sequence[PageView]) -> list[Block]:
    """Draw pages, each with what it is above it."""
    return [
        {
            "type": "image",
            "slack_file": {"id": page.file},
            "title": label(texts.page_title(page), limits.IMAGE_TITLE),
            "alt_text": one_line(texts.alt(page), limits.IMAGE_ALT_TEXT),
        }
        for page in pages
        if page.file is not None
    ]


def is_picture(one: object) -> bool:
    """Tell whether a block is the picture of a page."""
    return isinstance(one, dict) and one.get("type") == "image" and "slack_file" in one


def without_pictures(view: View) -> View | None:
    """Return a modal without the pictures of pages; None where it has none."""
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    left = [one for one in blocks if not is_picture(one)]
    return view | {"blocks": left} if len(left) < len(blocks) else None


def original_shown(view: CardView) -> Shown:
    """Return the reference to the document of a case, or to the choice among several."""
    return Shown(id=view.case, version=1 if len(view.documents) == 1 else 0, generation=view.generation)


def original_button(view: CardView) -> Block:
    """Draw the button that gives a person the document of a case, or the choice among several."""
    names = texts.open_original(view.documents[0]) if len(view.documents) == 1 else texts.choose_original(view.key)
    return button(names, action=Action.ORIGINAL, value=str(original_shown(view)))


def originals_row(view: CardView | DeliveredView | BlindView | ComparisonView) -> list[Block]:
    """Draw the buttons that give a person the documents of a case, in a modal about it."""
    return _row(view.documents, case=view.case, generation=view.generation)


def with_originals(page: View, documents: Sequence[DocumentView], *, case: int, generation: int) -> View:
    """Return a page about a case with the buttons that give a person its documents, where there is room for them."""
    blocks = page["blocks"]
    assert isinstance(blocks, list)
    grown = [*blocks, *_row(documents, case=case, generation=generation)]
    return page | {"blocks": grown} if len(grown) <= limits.VIEW_BLOCKS else page


def _row(documents: Sequence[DocumentView], *, case: int, generation: int) -> list[Block]:
    """Draw a button for each of a few documents; one that lists them where there are more."""
    if not documents:
        return []
    if len(documents) <= _BESIDE:
        return [actions("originals", [_open(one, case=case, generation=generation) for one in documents])]
    shown = Shown(id=case, version=0, generation=generation)
    press = button(texts.choose_original(f"case {case}"), action=Action.ORIGINAL, value=str(shown))
    return [actions("originals", [press])]


def choice(documents: Sequence[DocumentView], *, case: int, generation: int) -> View:
    """Draw the documents of a case, each with the button that gives it to the person."""
    blocks = [
        section(
            line(words(f"{texts.name_of(one.name, one.place)}, {one.pages} {'page' if one.pages == 1 else 'pages'}")),
            press=_open(one, case=case, generation=generation),
        )
        for one in documents[:MOST]
    ]
    return modals.page(Callback.READ, texts.CHOOSE, blocks)


def _open(one: DocumentView, *, case: int, generation: int) -> Block:
    shown = Shown(id=case, version=one.place, generation=generation)
    return button(texts.open_original(one), action=f"{Action.ORIGINAL}.{one.place}", value=str(shown))
