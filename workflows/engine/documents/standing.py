"""The standing of the documents that are kept: their number and size, and whether their files are there and whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.documents import documents
from workflows.documents.refusals import DocumentAltered, DocumentMissing
from workflows.engine.context import Context

LOOKED_FOR = 10_000
"""Documents that are looked for on the shelf, the newest first. A backup looks at all."""
READ = 200
"""Documents of these whose content is compared with its hash."""
NAMED = 5
"""Documents that are named of those that are amiss."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything that is kept, and everything that is amiss."""

    number: int
    size: int
    """Bytes."""
    unheld: int
    """Documents that no case holds: they go within a day."""
    missing: Sequence[str]
    """The beginnings of the hashes of documents that are not on the shelf."""
    altered: Sequence[str]
    """Those of documents that were changed there since they were kept."""
    looked_for: int
    """Documents that were looked for, the newest ones."""


def standing(context: Context) -> Standing:
    """Return how the documents stand."""
    with context.database.read() as session:
        counted = documents.counted(session, team=context.team)
        newest = documents.newest(session, team=context.team, limit=LOOKED_FOR)
    shelf, missing, altered = context.documents.shelf, list[str](), list[str]()
    for place, one in enumerate(newest):
        try:
            if place < READ:
                context.documents.file(one.sha256)
                context.documents.reading(one.sha256)
            elif shelf is None or not shelf.holds(one.sha256):
                missing.append(one.sha256[:12])
        except DocumentAltered:
            altered.append(one.sha256[:12])
        except DocumentMissing:
            missing.append(one.sha256[:12])
    return Standing(
        number=counted.number,
        size=counted.size,
        unheld=counted.unheld,
        missing=missing,
        altered=altered,
        looked_for=len(newest),
    )
