"""Copies of documents: those that the rows of a database name, from one shelf to another, for backups and restores."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from store.db.database import Database
from store.documents import documents
from store.governance import teams
from workflows.documents.documents import Documents
from workflows.documents.refusals import DocumentAltered, DocumentMissing
from workflows.documents.shelf import BEGINNINGS
from workflows.engine.context import Context

_AT_ONCE = 500
"""Rows that are read at a time."""


@dataclass(kw_only=True)
class Copied:
    """The outcome of copying documents."""

    named: int = 0
    """Documents that rows name."""
    size: int = 0
    """Bytes of those that are whole at their new place."""
    copied: int = 0
    there: int = 0
    """Documents that were there already, and are whole."""
    missing: int = 0
    """Documents that are not on the shelf."""
    altered: int = 0
    """Documents that were changed there since they were kept."""
    dropped: int = 0
    """Files that were removed at the new place, since no row names them any more."""

    def plus(self, other: "Copied") -> "Copied":
        """Return both outcomes together."""
        return Copied(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def is_whole(self) -> bool:
        """True if all documents that rows name are at their new place."""
        return not self.missing and not self.altered


def teams_with_documents(database: Database) -> Sequence[int]:
    """Return the teams of a database whose schema knows documents; none where it does not, or there is no team yet."""
    with database.read() as session:
        return [team.id for team in teams.all_teams(session)] if documents.are_known(session) else []


def copy(context: Context, source: Documents, target: Documents, *, drop: bool = False) -> Copied:
    """Copy the documents that the rows of a database name. Each is checked by its hash, on both sides.

    What is at the new place already is not copied again. `drop`: remove there what no row names. Raise
    `DocumentRefused` where one cannot be written.
    """
    found, after, named = Copied(), "", set[str]()
    while True:
        with context.database.read() as session:
            batch = documents.after(session, after, team=context.team, limit=_AT_ONCE)
        if not batch:
            break
        for one in batch:
            named.add(one.sha256)
            _copy(one.sha256, source, target, found)
        after = batch[-1].sha256
    found.named = len(named)
    if drop and target.shelf is not None:
        for beginning in BEGINNINGS:
            for shelved in list(target.shelf.listed(beginning)):
                if shelved.sha256 not in named:
                    target.remove(shelved.sha256)
                    found.dropped += 1
    return found


def _copy(sha256: str, source: Documents, target: Documents, found: Copied) -> None:
    size = target.whole_size(sha256)
    if size is not None:
        found.there += 1
        found.size += size
        return
    try:
        found.size += target.take_over(sha256, source)
        found.copied += 1
    except DocumentAltered:
        found.altered += 1
    except DocumentMissing:
        found.missing += 1
