"""Causes of failures, counted by the hour, and the cause of each run that failed."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "causes",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=150), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("dependency", sa.String(length=100), nullable=True),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("failed_in", sa.String(length=16), nullable=True),
        sa.Column("resolved_in", sa.String(length=16), nullable=True),
        sa.Column("resolved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=100), nullable=True),
        sa.Column("ignored_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ignored_count", ID, nullable=True),
        sa.Column("ignored_rate", ID, nullable=True),
        sa.Column("count", ID, nullable=False),
        sa.Column("first_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_causes_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_causes_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_causes")),
        sa.UniqueConstraint("team_id", "fingerprint", name=op.f("uq_causes_team_id_fingerprint")),
    )
    op.create_index("ix_causes_team_id_last_at", "causes", ["team_id", "last_at"])
    timed = sa.text("ignored_until IS NOT NULL")
    op.create_index(
        "ix_causes_ignored", "causes", ["team_id", "ignored_until"], sqlite_where=timed, postgresql_where=timed
    )
    op.create_table(
        "cause_hours",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("cause_id", ID, nullable=False),
        sa.Column("hour", UtcDateTime(timezone=True), nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_cause_hours_team_id")),
        sa.ForeignKeyConstraint(["cause_id"], ["causes.id"], name=op.f("fk_cause_hours_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_hours")),
        sa.UniqueConstraint("cause_id", "hour", name=op.f("uq_cause_hours_cause_id_hour")),
    )
    # Without a foreign key: for it SQLite would make the table of all runs anew.
    op.add_column("runs", sa.Column("cause_id", ID, nullable=True))
    known = sa.text("cause_id IS NOT NULL")
    columns = ["team_id", "cause_id", "state", "id"]
    op.create_index("ix_runs_cause", "runs", columns, sqlite_where=known, postgresql_where=known)
