"""Uploads: the documents that a source handed in by itself, to name them in a case afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import DocumentRow, DocumentUpload

_AS_IT_IS = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True)
class Unnamed:
    """The files of a source that no case names."""

    number: int
    size: int
    """Bytes of all together."""


def note(session: Session, document: int, *, source: int, name: str, at: datetime, team: int) -> None:
    """Note that a source handed in a document, or that it did so once more."""
    values = {"name": name, "at": at}
    key = ("source_id", "document_id")
    belongs = {"team_id": team, "source_id": source, "document_id": document}
    if rows.add_new(session, DocumentUpload, key, **belongs, **values) is None:
        theirs = update(DocumentUpload).where(
            DocumentUpload.team_id == team,
            DocumentUpload.source_id == source,
            DocumentUpload.document_id == document,
        )
        session.execute(theirs.values(**values), execution_options=_AS_IT_IS)


def name_of(session: Session, sha256: str, *, source: int, team: int) -> str | None:
    """Return the name under which a source handed in the document with this hash; None where it handed in none."""
    query = (
        select(DocumentUpload.name)
        .join(DocumentRow, DocumentRow.id == DocumentUpload.document_id)
        .where(DocumentRow.team_id == team, DocumentRow.sha256 == sha256)
        .where(DocumentUpload.team_id == team, DocumentUpload.source_id == source)
    )
    return session.scalar(query)


def unnamed(session: Session, *, source: int, team: int) -> Unnamed:
    """Return how much a source handed in that no case holds."""
    query = (
        select(func.count(), func.coalesce(func.sum(DocumentRow.size), 0))
        .join(DocumentUpload, DocumentUpload.document_id == DocumentRow.id)
        .where(DocumentRow.team_id == team, DocumentRow.unheld_since.is_not(None))
        .where(DocumentUpload.team_id == team, DocumentUpload.source_id == source)
    )
    number, size = session.execute(query).one()
    return Unnamed(number=number, size=int(size))


def forget(session: Session, *, team: int, before: datetime, at_most: int) -> int:
    """Delete some of the uploads from before a time, and return their number."""
    old = select(DocumentUpload.id).where(DocumentUpload.team_id == team, DocumentUpload.at < before).limit(at_most)
    deleted = session.scalars(
        delete(DocumentUpload)
        .where(DocumentUpload.team_id == team, DocumentUpload.id.in_(old.scalar_subquery()))
        .returning(DocumentUpload.id),
        execution_options=_AS_IT_IS,
    )
    return len(deleted.all())
