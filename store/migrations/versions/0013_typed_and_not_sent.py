"""Drafts: typed in a form, and not sent yet."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("interaction_id", sa.String(length=250), nullable=True),
        sa.Column("content_id", ID, nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_drafts_team_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_drafts_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint(
            "team_id", "subject_kind", "subject_id", "by", name=op.f("uq_drafts_team_id_subject_kind_subject_id_by")
        ),
    )
