"""Review packs of volume tests: who has a case open, the number of cases, and the documents that they hold."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("volume_cases", sa.Column("claimed_by", sa.String(length=100), nullable=True))
    op.add_column("volume_cases", sa.Column("claimed_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("volume_tests", sa.Column("packed", ID, nullable=True))
    op.execute(
        sa.text(
            "UPDATE volume_tests SET packed = (SELECT count(*) FROM volume_cases"
            " WHERE volume_cases.volume_test_id = volume_tests.id AND volume_cases.packed IS NOT NULL)"
            " WHERE ended_at IS NOT NULL"
        )
    )
    op.create_table(
        "volume_documents",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("volume_case_id", ID, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_volume_documents_team_id")),
        sa.ForeignKeyConstraint(
            ["volume_case_id"], ["volume_cases.id"], name=op.f("fk_volume_documents_volume_case_id")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_volume_documents_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_documents")),
        sa.UniqueConstraint(
            "volume_case_id", "document_id", name=op.f("uq_volume_documents_volume_case_id_document_id")
        ),
    )
    op.create_index("ix_volume_documents_document_id", "volume_documents", ["document_id"])
