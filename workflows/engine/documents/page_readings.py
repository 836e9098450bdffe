"""The readings of pages on the shelf, as far as they are of the text that a case has."""

from workflows.documents.document import Document
from workflows.documents.documents import Documents
from workflows.documents.readings import PageReading, Reading
from workflows.documents.refusals import DocumentMissing, DocumentRefused


class PageReadings:
    """The readings of one case's pages, each document's looked up once."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._found: dict[str, Reading | None] = {}

    def page(self, document: Document, number: int) -> PageReading | None:
        """Return a page with the places of its words; None where it is not kept, or is of another text.

        `number`: from 1.
        """
        reading = self._reading(document.sha256)
        if reading is None or number > len(reading.pages):
            return None
        found = reading.pages[number - 1]
        return found if found.text == document.pages[number - 1].text else None

    def _reading(self, sha256: str) -> Reading | None:
        if sha256 not in self._found:
            try:
                self._found[sha256] = self._documents.reading(sha256)
            except (DocumentMissing, DocumentRefused):
                self._found[sha256] = None
        return self._found[sha256]
