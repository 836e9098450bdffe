"""Tables of documents: files on the shelf, the cases that hold them, who handed them in, and where they are shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some


class DocumentRow(OfTeam, Base):
    """A file that is on the shelf, known by the hash of its content."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("team_id", "sha256"),
        # Those that no case holds are looked for once in a while.
        index_of_some("ix_documents_unheld", "team_id", "unheld_since", where="unheld_since IS NOT NULL"),
    )

    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(60))
    """Type by its content, such as application/pdf."""
    size: Mapped[int]
    """Bytes."""
    pages: Mapped[int]
    kept_at: Mapped[datetime]
    unheld_since: Mapped[datetime | None]
    """Time from which no case holds it, after which it is removed in a while; None while a case does."""


class DocumentUse(OfTeam, Base):
    """A case that holds a document, in any of its revisions or in an answer of its source."""

    __tablename__ = "document_uses"
    __table_args__ = (UniqueConstraint("document_id", "case_id"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)


class DocumentUpload(OfTeam, Base):
    """A document that a source handed in by itself, to name it in a case afterwards. Others cannot name it."""

    __tablename__ = "document_uploads"
    __table_args__ = (UniqueConstraint("source_id", "document_id"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    name: Mapped[str]
    """Name of the file, as the source called it last."""
    at: Mapped[datetime] = mapped_column(index=True)


class ShownFile(OfTeam, Base):
    """A file that was given to a face: a picture of a page, or an original that somebody asked to see."""

    __tablename__ = "shown_files"
    __table_args__ = (
        index_of_some("ix_shown_files_case", "case_id", where="removed_at IS NULL"),
        index_of_some("ix_shown_files_until", "team_id", "until", where="removed_at IS NULL AND until IS NOT NULL"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Hash of the document; empty once the file is gone."""
    page: Mapped[int | None]
    """Number of the page from 1; None: all of the original."""
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
    """The review for whose proposal the page is marked."""
    channel: Mapped[str | None] = mapped_column(String(100))
    """The channel or conversation that it is in; None: it is in none, and only forms show it."""
    file: Mapped[str] = mapped_column(String(100))
    """The face's id of the file."""
    by: Mapped[str | None] = mapped_column(String(100))
    """The person who asked for it; None where nobody did."""
    at: Mapped[datetime]
    until: Mapped[datetime | None]
    """Time at which it is taken back; None: when the case's content is removed."""
    fields: Mapped[list[Any]]
    """Names of the output fields that are marked on it."""
    uploaded_at: Mapped[datetime | None]
    """Time from which the face has all of it; None while that is not known: it may have a part, all or nothing."""
    attempts: Mapped[int]
    """Number of attempts to take it back that failed."""
    error: Mapped[str | None] = mapped_column(String(100))
    """The face's code for the failure of the last one."""
    removed_at: Mapped[datetime | None]
