"""Documents as a model is told of them: in the data of a question each becomes a small object with a number.

    {"document": 1, "name": "invoice.pdf", "kind": "application/pdf", "text": [{"page": 1, "text": "Total 1,234.00"}]}
    {"document": 2, "name": "scan.png", "kind": "image/png", "pages": "1 page, shown above as document 2"}

The data of an e-invoice is left out: it is a second reading, and a model that had copied it would always agree.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from workflows.documents.document import TOLD, Document, FileKind, ReadBy
from workflows.documents.documents import Documents
from workflows.documents.places.marks import MarkedPage
from workflows.model.asking.attachments import Attached, DocumentsAs
from workflows.model.port import SourceAnswer

_NOTES = {
    ReadBy.OCR: "recognised in a picture, may have errors",
    ReadBy.NOTHING: "this page could not be read as text",
}
_READ_ONLY = frozenset({FileKind.MAIL})
"""Kinds whose pages have no look of their own: they are told as text in every way."""


class ToldDocuments:
    """The documents of one question, numbered in the order in which its data names them, then those of answers."""

    def __init__(
        self,
        data: Mapping[str, object],
        *,
        way: DocumentsAs,
        files: Documents | None = None,
        answers: Sequence[SourceAnswer] = (),
    ) -> None:
        """`data`: of the question. `way`: how they are given. `files`: where their files are; None: nowhere.

        `answers`: those of the case's source, whose documents are told with them.
        """
        self._data = data
        self._answers = answers
        self._way = way
        self._files = files or Documents()
        self._numbers: dict[str, int] = {}
        """Hash of a file -> its number."""
        self._found: list[Document] = []
        self._in_data: frozenset[str] = frozenset()
        """Hashes of the files that the data names."""

    def plain(self, *, in_text: Collection[int] = ()) -> dict[str, JsonValue]:
        """Return the data as JSON. `in_text`: numbers of the documents that are told as text, whatever the way is."""
        named: set[str] = set()
        told: dict[str, JsonValue] = to_jsonable_python(
            self._data, context={TOLD: partial(self._told, in_text=in_text, named=named)}
        )
        self._in_data = frozenset(named)
        return told

    @property
    def answers_have_any(self) -> bool:
        """True if an answer brings a document."""
        return any(one.documents for one in self._answers)

    def of_answers(self, *, in_text: Collection[int] = ()) -> list[list[JsonValue]]:
        """Return the documents of each answer as JSON, once the data was written. What was told before is named only.

        `in_text`: as above.
        """
        named = set(self._in_data)
        return [
            [self._told(document, in_text=in_text, named=named, once=True) for document in one.documents]
            for one in self._answers
        ]

    @property
    def attached(self) -> tuple[Attached, ...]:
        """The documents, once the data was written as JSON."""
        return tuple(self._attached(number, one) for number, one in enumerate(self._found, 1))

    @property
    def seen(self) -> list[JsonValue]:
        """The texts of the pages that are shown, and not told: a quote is looked for there, too."""
        return [page.text for one in self._found if self._way_of(one) == "pages" for page in one.pages]

    def _told(self, document: Document, *, in_text: Collection[int], named: set[str], once: bool = False) -> JsonValue:
        """Return what is told of a document. `named`: hashes of those before it. `once`: these are named only."""
        number = self._number(document)
        way = "text" if number in in_text else self._way_of(document)
        told: dict[str, JsonValue] = {"document": number, "name": document.name, "kind": document.kind.value}
        if once and document.sha256 in named:
            return told
        named.add(document.sha256)
        if way != "text":
            count = len(document.pages)
            told["pages"] = f"{count} page{'' if count == 1 else 's'}, shown above as document {number}"
        if way != "pages":
            told["text"] = [
                {"page": place, "text": page.text, **({"note": _NOTES[page.read_by]} if page.read_by in _NOTES else {})}
                for place, page in enumerate(document.pages, 1)
            ]
        if document.left_out:
            told["not read"] = [one.name for one in document.left_out]
        if document.attached:
            told["attached"] = [self._told(one, in_text=in_text, named=named, once=once) for one in document.attached]
        return told

    def _number(self, document: Document) -> int:
        if document.sha256 not in self._numbers:
            self._found.append(document)
            self._numbers[document.sha256] = len(self._found)
        return self._numbers[document.sha256]

    def _way_of(self, document: Document) -> DocumentsAs:
        return "text" if document.kind in _READ_ONLY else self._way

    def _attached(self, number: int, one: Document) -> Attached:
        return Attached(
            number=number,
            name=one.name,
            kind=one.kind,
            sha256=one.sha256,
            size=one.size,
            pages=len(one.pages),
            given=self._way_of(one),
            text_size=sum(len(page.text.encode()) for page in one.pages),
            unread=tuple(place for place, page in enumerate(one.pages, 1) if page.read_by is ReadBy.NOTHING),
            left_out=tuple(left.name for left in one.left_out),
            load=partial(self._files.file, one.sha256),
            picture=partial(self._picture, one),
            shape=partial(self._shape, one.sha256),
        )

    def _picture(self, one: Document, page: int, width: int) -> bytes:
        unmarked = MarkedPage(sha256=one.sha256, document=one.name, page=page, marks=())
        return self._files.picture(unmarked, width=width)

    def _shape(self, sha256: str, page: int) -> tuple[float, float]:
        found = self._files.reading(sha256).pages[page - 1]
        return found.width, found.height
