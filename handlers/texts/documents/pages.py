"""Words for documents: their pages in the thread of a card and in forms, and the originals."""

from collections.abc import Sequence
from datetime import datetime

from handlers.texts.buttons import Button
from handlers.texts.pieces import Line, Piece, Told, line, moment, words
from workflows.engine.review.views import DocumentView, OriginalView, PagesView, PageView
from workflows.engine.text.sanitize import one_line

_NAME = 60
"""Most characters of a document's name."""
_LABEL = 30
"""Most characters of a field's label."""
_NAMED = 2
"""Fields that are named where there are more of them."""
_PAGES_NAMED = 8
"""Most pages without a picture that are named."""
ORIGINAL = "Open the original"
ORIGINALS = "Open an original"
"""The choice in a card's menu, where the case has several documents."""
CHOOSE = "Open an original"
"""Title of the page with one button for each document."""
IN_THE_FORM = "Open the form to see its pages: this channel is not shown them."
NOTHING_MARKED = "Nothing is marked on it."
NOT_THERE = "no picture, since its file is not here any more or cannot be drawn"


def name_of(name: str, place: int = 1) -> str:
    """Return the name of a document; its place where a channel is not shown it, or it has none."""
    return one_line(name, _NAME) or f"document {place}"


def where(page: PageView) -> str:
    """Say which page of which document it is."""
    return f"{name_of(page.document)}, page {page.page}" + (f" of {page.pages}" if page.pages > 1 else "")


def marked(page: PageView) -> str:
    """Say what is marked on a page, in a few words."""
    labels = [one_line(label, _LABEL) for label in page.marked]
    if not labels:
        return ""
    if len(labels) <= _NAMED + 1:
        said = " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
        return f"{said} {'is' if len(labels) == 1 else 'are'} marked"
    return f"{', '.join(labels[:_NAMED])} and {len(labels) - _NAMED} more are marked"


def page_title(page: PageView) -> str:
    """Return the line above the picture of a page: which one it is, and what is marked on it."""
    said = marked(page)
    return f"{where(page)}: {said}" if said else where(page)


def alt(page: PageView) -> str:
    """Describe the picture of a page for whoever does not see it: everything that is marked on it, by name."""
    labels = ", ".join(one_line(label, _LABEL) for label in page.marked)
    return f"Picture of {where(page)}. " + (f"Marked: {labels}." if labels else NOTHING_MARKED)


def in_thread(view: PagesView) -> Told:
    """Tell, above the pictures of a review's pages, what they are, and of which pages there is none."""
    brief = "; ".join(page_title(page) for page in view.shown) or _no_picture(view.missing)
    lines: list[Line] = []
    if not view.shown:
        lines.append(line(words(_no_picture(view.missing))))
    elif view.missing:
        lines.append(line(words(f"{', '.join(name_of(one) for one in view.missing)}: {NOT_THERE}.")))
    if view.named:
        named = "; ".join(page_title(page) for page in view.named[:_PAGES_NAMED])
        more = len(view.named) - _PAGES_NAMED
        lines.append(
            line(words(f"Without a picture: {named}" + (f"; and {more} more pages" if more > 0 else "") + "."))
        )
    return Told(brief=brief, parts=[lines] if lines else [])


def _no_picture(missing: Sequence[str]) -> str:
    named = ", ".join(name_of(one) for one in missing) or "the documents"
    return f"{named}: {NOT_THERE}."


def open_original(document: DocumentView) -> Button:
    """Name the button that gives a person a document as it came in."""
    name = name_of(document.name, document.place)
    return Button(text=f"Open {name}", says=f"Open {name} as it came in")


def choose_original(key: str) -> Button:
    """Name the button that lists the documents of a case."""
    return Button(text=ORIGINALS, says=f"Open an original of {key}")


def menu(documents: Sequence[DocumentView]) -> str:
    """Return the choice in a card's menu."""
    return ORIGINAL if len(documents) == 1 else ORIGINALS


def follows(view: OriginalView) -> Told:
    """Tell a person, in their conversation with us, of the document that follows."""
    said = [words(f"{name_of(view.name)} of {one_line(view.key, _NAME)} ({view.workflow}), as you asked. ")]
    return Told(brief=f"{name_of(view.name)}, as you asked", parts=[[line(*said, *_until(view.until))]])


def asked(view: OriginalView) -> Told:
    """Answer a person who asked for a document."""
    name = name_of(view.name)
    if view.until is not None:
        said = f"{name} is in your messages with this app already. "
        return Told(brief=said.strip(), parts=[[line(words(said), *_until(view.until))]])
    if view.is_new:
        told = f"{name} comes in your messages with this app in a moment. It is for you alone, for a day."
    else:
        told = f"{name} is on its way to your messages with this app."
    return Told(brief=told, parts=[[line(words(told))]])


def _until(until: datetime | None) -> list[Piece]:
    return [] if until is None else [words("It is taken back "), moment(until), words(".")]
