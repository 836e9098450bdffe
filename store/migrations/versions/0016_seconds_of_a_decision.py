"""Seconds of a form until its decision, and corrections that wait, found among however many cases."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("decisions", sa.Column("seconds", sa.Float(), nullable=True))
    op.create_table(
        "openings",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_openings_team_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_openings_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_openings"),
        sa.UniqueConstraint("review_id", "by", name="uq_openings_review_id_by"),
    )
    corrects = sa.text("correction > 0")
    op.create_index(
        "ix_runs_corrections", "runs", ["team_id", "state"], sqlite_where=corrects, postgresql_where=corrects
    )
