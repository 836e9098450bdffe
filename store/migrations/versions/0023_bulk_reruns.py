"""Bulk reruns of a cause, and the one that each run belongs to."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulk_reruns",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("cause_id", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("total", ID, nullable=False),
        sa.Column("begun", ID, nullable=False),
        sa.Column("left_out", ID, nullable=False),
        sa.Column("wave", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("began_by", sa.String(length=100), nullable=False),
        sa.Column("began_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("why_stopped", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_bulk_reruns_team_id")),
        sa.ForeignKeyConstraint(["cause_id"], ["causes.id"], name=op.f("fk_bulk_reruns_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_reruns")),
    )
    op.create_index("ix_bulk_reruns_cause_id_id", "bulk_reruns", ["cause_id", "id"])
    active = sa.text("state IN ('trial', 'waves')")
    op.create_index(
        "ix_bulk_reruns_active", "bulk_reruns", ["team_id", "id"], sqlite_where=active, postgresql_where=active
    )
    # Without a foreign key: for it SQLite would make the table of all runs anew.
    op.add_column("runs", sa.Column("bulk_id", ID, nullable=True))
    known = sa.text("bulk_id IS NOT NULL")
    columns = ["team_id", "bulk_id", "state", "cause_id"]
    op.create_index("ix_runs_bulk", "runs", columns, sqlite_where=known, postgresql_where=known)
