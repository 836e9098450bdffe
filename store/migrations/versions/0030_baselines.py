"""Baselines: how a workflow's cases were done by hand."""

import sqlalchemy as sa
from alembic import op

from store.types import Money, UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "baselines",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Float(), nullable=True),
        sa.Column("timings", ID, nullable=True),
        sa.Column("deviation", sa.Float(), nullable=True),
        sa.Column("error_rate", sa.Float(), nullable=True),
        sa.Column("errors_among", ID, nullable=True),
        sa.Column("rework", sa.Float(), nullable=True),
        sa.Column("rework_among", ID, nullable=True),
        sa.Column("backlog", ID, nullable=True),
        sa.Column("response_hours", sa.Float(), nullable=True),
        sa.Column("responses", ID, nullable=True),
        sa.Column("cost_per_hour", Money(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_baselines_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_baselines_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baselines")),
    )
    op.create_index("ix_baselines_team_id_workflow_id_id", "baselines", ["team_id", "workflow_id", "id"])
