"""Counts how many marks cover the true values of a document, and whether any is on something else.

It does not use what finds the marks: it looks at which words stand below each rectangle, and reads these.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from workflows.documents.places.marks import Mark, MarkedPage
from workflows.documents.readings import Box, PageReading, Reading
from workflows.engine.text.same_values import are_same
from workflows.engine.text.stated_values import is_nothing, says
from workflows.tools.currencies import currencies_of

_MOST_OF = 0.5
"""Share of a word, or of a true place, that a rectangle has to cover so that it counts as marked."""


@dataclass(frozen=True, kw_only=True)
class TruePlace:
    """A place at which a value stands, as whoever made the document knows."""

    page: int
    """Number of the page, from 1."""
    box: Box
    document: str | None = None
    """Name of the document; None where there is one only."""


@dataclass(kw_only=True)
class Covered:
    """The count. It adds up over documents."""

    values: int = 0
    """True values that are not empty."""
    marked: int = 0
    """Those with a mark."""
    covering: int = 0
    """Marks that cover the true value."""
    beside: list[str] = field(default_factory=list)
    """Marks that do not: field and what stands there."""
    others: list[str] = field(default_factory=list)
    """Marks on another field's value: field, the other field, and what stands there."""

    def __add__(self, other: "Covered") -> "Covered":
        return Covered(
            values=self.values + other.values,
            marked=self.marked + other.marked,
            covering=self.covering + other.covering,
            beside=self.beside + other.beside,
            others=self.others + other.others,
        )

    @property
    def share(self) -> float:
        """The share of the true values that a mark covers."""
        return self.covering / self.values if self.values else 1.0


def covered(
    pages: Sequence[MarkedPage],
    truth: Mapping[str, object],
    *,
    reading: Callable[[str], Reading],
    places: Mapping[str, Sequence[TruePlace]] | None = None,
    any_sign: Collection[str] = (),
) -> Covered:
    """Count the marks of one case. `truth`: output field -> its true value. `reading`: the reading of a hash.

    `places`: output field -> all places at which its value truly stands, where they are known. Else a mark covers a
    value where the words below it say that value and nothing else. It is on another field's value where that is what
    they say, and the field's own value is another. `any_sign`: fields that may be printed with another sign.
    """
    known = {name: value for name, value in truth.items() if not is_nothing(value)}
    found = Covered(values=len(known))
    for page, mark in _marks(pages):
        if mark.field not in known:
            continue
        found.marked += 1
        words = _below(reading(page.sha256).pages[page.page - 1], mark.boxes)
        if places is not None and mark.field in places:
            is_there = any(_on(page, mark, place) for place in places[mark.field])
        else:
            own = known[mark.field]
            signed = [own, -own] if mark.field in any_sign and isinstance(own, Decimal) else [own]
            is_there = any(_says(words, one) for one in signed) and _says_only(words, own)
        if is_there:
            found.covering += 1
        else:
            found.beside.append(f"{page.document}: {mark.field} {words!r}")
        for name, value in known.items():
            if name == mark.field or are_same(value, known[mark.field]):
                continue
            is_others = (
                any(_on(page, mark, place) for place in places[name])
                if places is not None and name in places
                else not is_there and says(words, value)
            )
            if is_others:
                found.others.append(f"{page.document}: {mark.field} on {name} {words!r}")
    return found


def _marks(pages: Sequence[MarkedPage]) -> Iterator[tuple[MarkedPage, Mark]]:
    for page in pages:
        for mark in page.marks:
            yield page, mark


def _below(page: PageReading, boxes: Sequence[Box]) -> str:
    """Return the words of which most is below rectangles."""
    found = [
        page.text[word.start : word.end]
        for word in page.words
        if any(_share(word.box, box) > _MOST_OF for box in boxes)
    ]
    return " ".join(found)


def _says(words: str, value: object) -> bool:
    """Tell whether words state a value. A sign of a currency states its code, as beside an amount."""
    return says(words, value) or value in currencies_of(words.strip(" ."))


def _says_only(words: str, value: object) -> bool:
    """Tell whether nothing of weight stands beside a plain value: a word for a figure, and a few for a text."""
    return isinstance(value, Sequence | Mapping) or len(words) <= 2 * len(str(value)) + 12


def _on(page: MarkedPage, mark: Mark, place: TruePlace) -> bool:
    is_page = place.page == page.page and place.document in (None, page.document)
    return is_page and any(_share(place.box, box) > _MOST_OF for box in mark.boxes)


def _share(inner: Box, outer: Box) -> float:
    """Return how much of a rectangle is below another."""
    across = min(inner.right, outer.right) - max(inner.left, outer.left)
    along = min(inner.bottom, outer.bottom) - max(inner.top, outer.top)
    area = (inner.right - inner.left) * (inner.bottom - inner.top)
    return max(across, 0) * max(along, 0) / area if area > 0 else 0.0
