"""Documents of a question: how a model is given each, and the files that go with one request.

The data of a question names a document by its number. Its bytes are loaded when a request is about to be sent, and no
longer kept than that. A document that is beyond a model's limits is given as text; where it has none, nobody is asked.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from workflows.documents.document import FileKind
from workflows.documents.pictures.kinds import picture_kind
from workflows.documents.refusals import DocumentMissing, DocumentRefused, Why
from workflows.model.concurrency import Busy

DocumentsAs = Literal["text", "pages", "both"]
"""The ways in which a model is given documents: their text, their pages as they look, or both."""

DRAWN_WIDTH = 1100
"""Pixels of the width of a page that is drawn. Of A4 the long edge is then 1,556 pixels; models scale to 1,568."""
NARROWEST = 275
"""Pixels of the width below which a page is not drawn, because nobody could read it."""
_DRAWN_SIZE = 1024 * 1024
"""Bytes that a drawn page takes, as a guess before it is drawn."""
_BESIDE = 2 * 1024 * 1024
"""Bytes of a request for all that is beside its files: the instructions, the case, the form of the answer."""
_PAGE_TEXT = 3_000
"""Most tokens that a provider reads as text of a page, where we read less: its documentation says 1,500 to 3,000."""
_LABEL = 50
"""Most tokens of the words around a file."""
_PICTURES = frozenset({FileKind.PNG, FileKind.JPEG})


@dataclass(frozen=True, kw_only=True)
class PageLimits:
    """The pages that a model can be shown in one request."""

    pages: int
    """Pages and pictures together."""
    size: int
    """Bytes of a whole request, as it is sent."""
    picture_size: int
    """Bytes of a picture in base64."""
    edge: int
    """Pixels of the longer edge of a picture."""
    many: int
    """Number of pictures beyond which each may only have `edge_of_many`."""
    edge_of_many: int
    tokens: int
    """Most tokens of the picture of a page."""
    takes_pdf: bool = True
    """True if a PDF is sent as it is; else its pages are drawn."""


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A document of a question."""

    number: int
    """From 1. The data of the question names it by this number."""
    name: str
    """Name of the file. Untrusted."""
    kind: FileKind
    sha256: str
    size: int
    """Bytes."""
    pages: int
    given: DocumentsAs
    """The way in which it is given."""
    text_size: int
    """Bytes of the text that was read from it."""
    unread: tuple[int, ...] = ()
    """Numbers of its pages without text, from 1."""
    left_out: tuple[str, ...] = ()
    """Names of the files in it that were not read. Untrusted."""
    load: Callable[[], bytes] = field(repr=False)
    """Function that returns the file. Raises `DocumentMissing`."""
    picture: Callable[[int, int], bytes] = field(repr=False)
    """Function from the number of a page, and a width in pixels, to a PNG or a JPEG. Raises as `load`, or
    `DocumentRefused`.
    """
    shape: Callable[[int], tuple[float, float]] = field(repr=False)
    """Function from the number of a page to its width and height; of a picture, in pixels. Raises as `load`."""

    @property
    def is_shown(self) -> bool:
        """True if its pages are shown."""
        return self.given != "text"

    @property
    def has_text(self) -> bool:
        """True if something was read from it."""
        return len(self.unread) < self.pages

    def goes_as_it_is(self, limits: PageLimits | None) -> bool:
        """Tell whether its file is sent as it is, unless it is beyond a limit."""
        takes_pdf = limits is None or limits.takes_pdf
        return (takes_pdf and self.kind is FileKind.PDF) or self.kind in _PICTURES

    def sent_size(self, limits: PageLimits | None) -> int:
        """Return the bytes that it takes in a request, as far as that is known before its pages are drawn."""
        return _in_base64(self.size) if self.goes_as_it_is(limits) else _in_base64(_DRAWN_SIZE) * self.pages


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that goes with a request."""

    document: int
    """Number of its document."""
    page: int | None = None
    """Number of the page that it shows; None: all pages."""
    kind: FileKind
    """PDF, PNG or JPEG."""
    data: str = field(repr=False)
    """In base64."""


class NotGiven(Exception):
    """A document can be given neither by its pages nor as text. The message says why."""


class TooLarge(Exception):
    """The drawn pages of a document are more than a request may hold."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"the pages of document {number} are too large")


@dataclass(frozen=True, kw_only=True)
class GivenDocuments:
    """The documents of a question, as one model is given them."""

    documents: tuple[Attached, ...] = ()
    in_text: frozenset[int] = frozenset()
    """Numbers of those that are given as text in place of their pages."""
    doubts: tuple[str, ...] = ()
    """Reasons why one is given as text although its workflow would have its pages shown."""

    @property
    def shown(self) -> tuple[Attached, ...]:
        """Those whose pages are shown."""
        return tuple(one for one in self.documents if one.is_shown)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of these files and ways: another file is another question, whatever was read from it."""
        return tuple(f"{one.given}:{one.sha256}" for one in self.documents)


def given_within(
    documents: Sequence[Attached], limits: PageLimits | None, *, too_large: Sequence[int] = ()
) -> GivenDocuments:
    """Return documents as a model can be given them. Raise `NotGiven`.

    `limits`: None: the model is shown no pages. `too_large`: numbers of those whose drawn pages were too large.
    The largest go first, until the others fit.
    """
    found = {one.number: one for one in documents}
    doubts: list[str] = []

    def as_text(one: Attached, why: str) -> None:
        if not one.has_text:
            raise NotGiven(f"{one.name} {why}, and there is no text in it to be given in their place.")
        found[one.number] = replace(one, given="text")
        doubts.append(f"{one.name} {why}: it was given their text")

    for one in documents:
        if one.is_shown and limits is None:
            as_text(one, "has pages, which cannot be shown to this model")
        elif one.is_shown and one.number in too_large:
            as_text(one, "has pages that are too large to be shown to the model")
    while limits is not None:
        shown = [one for one in found.values() if one.is_shown]
        many = sum(one.pages for one in shown) > limits.pages
        as_they_are = [one for one in shown if one.goes_as_it_is(limits)]
        if not many and sum(one.sent_size(limits) for one in as_they_are) + _BESIDE <= limits.size:
            break
        why = (
            "has too many pages to be shown to the model"
            if many
            else "has pages that are too large to be shown to the model"
        )
        as_text(max(shown, key=lambda one: (one.has_text, one.pages if many else one.sent_size(limits))), why)
    in_text = frozenset(one.number for one in documents if one.is_shown and not found[one.number].is_shown)
    return GivenDocuments(documents=tuple(found.values()), in_text=in_text, doubts=tuple(doubts))


def files_of(documents: Sequence[Attached], limits: PageLimits) -> tuple[File, ...]:
    """Load the files of a request. Raise `TooLarge`, or `NotGiven` for one that is missing or cannot be drawn.

    Raise `Busy` where too much is drawn just now.
    """
    files: list[File] = []
    left = limits.size - _BESIDE
    is_many = sum(one.pages for one in documents) > limits.many
    edge = limits.edge_of_many if is_many else limits.edge
    for one in documents:
        try:
            for file in _files(one, limits, edge=edge):
                left -= len(file.data)
                if left < 0:
                    raise TooLarge(one.number)
                files.append(file)
        except DocumentMissing:
            raise NotGiven(f"{one.name} is not kept any more.") from None
        except DocumentRefused as error:
            if error.why is Why.BUSY:
                raise Busy(str(error)) from error
            raise NotGiven(f"{one.name} cannot be shown to the model: {error}.") from error
    return tuple(files)


def most_tokens(documents: Sequence[Attached], limits: PageLimits) -> int:
    """Return an upper bound for the input tokens of the pages of documents.

    Each page is charged as a picture. Of a PDF, each is charged as text, too: what a provider reads there is no longer
    than its bytes as we read them, or than what providers state for a page.
    """
    return sum(
        one.pages * (limits.tokens + _LABEL)
        + (max(one.text_size, one.pages * _PAGE_TEXT) if one.kind is FileKind.PDF else 0)
        for one in documents
    )


def memory_of(documents: Sequence[Attached], limits: PageLimits | None) -> int:
    """Return the bytes that the files of a request take."""
    return sum(one.sent_size(limits) for one in documents)


def unread_doubts(documents: Sequence[Attached], *, shown: Sequence[int]) -> tuple[str, ...]:
    """Return what nobody could read of documents, in words for people.

    `shown`: numbers of those whose pages the model was shown; what they say it saw for itself.
    """
    pages = [_unread(one) for one in documents if one.unread and one.number not in shown]
    return (*pages, *(f"{name} in {one.name} was not read" for one in documents for name in one.left_out))


def _unread(one: Attached) -> str:
    if one.pages == 1:
        return f"{one.name} could not be read as text"
    if not one.has_text:
        return f"no page of {one.name} could be read as text"
    *most, last = map(str, one.unread)
    pages = f"pages {', '.join(most)} and {last}" if most else f"page {last}"
    return f"{pages} of {one.name} could not be read as text"


def _files(one: Attached, limits: PageLimits, *, edge: int) -> Iterator[File]:
    if one.kind is FileKind.PDF and limits.takes_pdf:
        yield File(document=one.number, kind=FileKind.PDF, data=_text(one.load()))
    elif one.kind in _PICTURES and _in_base64(one.size) <= limits.picture_size and max(one.shape(1)) <= edge:
        yield File(document=one.number, kind=one.kind, data=_text(one.load()))
    else:
        for page in range(1, one.pages + 1):
            picture = _drawn(one, page, most=limits.picture_size, edge=edge)
            kind = picture_kind(picture) or FileKind.PNG
            yield File(document=one.number, page=page if one.pages > 1 else None, kind=kind, data=_text(picture))


def _drawn(one: Attached, page: int, *, most: int, edge: int) -> bytes:
    width, height = one.shape(page)
    drawn = min(DRAWN_WIDTH, int(edge * width / max(width, height)))
    while drawn >= NARROWEST:
        picture = one.picture(page, drawn)
        if _in_base64(len(picture)) <= most:
            return picture
        drawn //= 2
    raise TooLarge(one.number)


def _in_base64(size: int) -> int:
    return -(-size // 3) * 4


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
