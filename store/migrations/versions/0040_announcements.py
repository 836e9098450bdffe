"""Announced cases: they are delivered after a while, unless somebody stops them."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_announcements_team_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_announcements_run_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_announcements_case_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_announcements_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.UniqueConstraint("run_id", name=op.f("uq_announcements_run_id")),
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_announcements_open",
        "announcements",
        ["team_id", "until", "id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_announcements_case_id", "announcements", ["case_id"])
