"""Documents: files on the shelf, the cases that hold them, who handed them in, and where they are shown."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.types import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("pages", ID, nullable=False),
        sa.Column("kept_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("unheld_since", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_documents_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("team_id", "sha256", name=op.f("uq_documents_team_id_sha256")),
    )
    unheld = sa.text("unheld_since IS NOT NULL")
    op.create_index(
        "ix_documents_unheld", "documents", ["team_id", "unheld_since"], sqlite_where=unheld, postgresql_where=unheld
    )
    op.create_table(
        "document_uses",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_document_uses_team_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_uses_document_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_document_uses_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_uses")),
        sa.UniqueConstraint("document_id", "case_id", name=op.f("uq_document_uses_document_id_case_id")),
    )
    op.create_index(op.f("ix_document_uses_case_id"), "document_uses", ["case_id"])
    op.create_table(
        "document_uploads",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_document_uploads_team_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_document_uploads_source_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_uploads_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_uploads")),
        sa.UniqueConstraint("source_id", "document_id", name=op.f("uq_document_uploads_source_id_document_id")),
    )
    op.create_index(op.f("ix_document_uploads_document_id"), "document_uploads", ["document_id"])
    op.create_index(op.f("ix_document_uploads_at"), "document_uploads", ["at"])
    op.create_table(
        "shown_files",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page", ID, nullable=True),
        sa.Column("review_id", ID, nullable=True),
        sa.Column("channel", sa.String(length=100), nullable=True),
        sa.Column("file", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("uploaded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("error", sa.String(length=100), nullable=True),
        sa.Column("removed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_shown_files_team_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_shown_files_case_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_shown_files_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_files")),
    )
    left = sa.text("removed_at IS NULL")
    op.create_index("ix_shown_files_case", "shown_files", ["case_id"], sqlite_where=left, postgresql_where=left)
    ending = sa.text("removed_at IS NULL AND until IS NOT NULL")
    op.create_index(
        "ix_shown_files_until", "shown_files", ["team_id", "until"], sqlite_where=ending, postgresql_where=ending
    )
