"""Courses: a question to leads about each workflow. Decisions that were refused are found by their time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.types import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "courses",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=True),
        sa.Column("chosen_by", sa.String(length=100), nullable=True),
        sa.Column("chosen_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_courses_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_courses_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("team_id", "workflow_id", "period", name=op.f("uq_courses_team_id_workflow_id_period")),
    )
    refused = sa.text("action IN ('approve.refused', 'edit.refused')")
    op.create_index(
        "ix_audit_refused_decisions", "audit", ["team_id", "at"], sqlite_where=refused, postgresql_where=refused
    )
