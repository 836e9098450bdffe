"""Marks: the places on pages from which the values of a proposal were read."""

from dataclasses import dataclass

from workflows.documents.readings import Box


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The place from which the value of a field was read."""

    field: str
    """Name of the output field."""
    label: str
    """The field's label, as people read it."""
    boxes: tuple[Box, ...]
    """The words of the value, a rectangle for each row that they stand in; on a page that is askew, several."""
    is_doubted: bool = False
    """True if something of the field is doubted, so that a person looks here first."""


@dataclass(frozen=True, kw_only=True)
class MarkedPage:
    """A page with the marks on it."""

    sha256: str
    """Hash of the document."""
    document: str
    """Name of the document. Untrusted."""
    page: int
    """Number of the page, from 1."""
    marks: tuple[Mark, ...]
