"""Decisions that are taken back or need a second person, and reports that something was wrong."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("runs", sa.Column("held_until", UtcDateTime(), nullable=True))
    op.add_column("runs", sa.Column("asked_by", sa.String(length=100), nullable=True))
    in_grace = sa.text("held_until IS NOT NULL")
    op.create_index(
        "ix_runs_grace", "runs", ["team_id", "held_until"], sqlite_where=in_grace, postgresql_where=in_grace
    )
    op.add_column("reviews", sa.Column("second", ID, nullable=True))
    op.add_column("reviews", sa.Column("second_error", sa.String(length=200), nullable=True))
    op.add_column("decisions", sa.Column("confirms", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("decisions", sa.Column("revoked_at", UtcDateTime(), nullable=True))
    op.add_column("decisions", sa.Column("revoked_by", sa.String(length=100), nullable=True))
    op.create_table(
        "reports",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("review_id", ID, nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.String(length=250), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_reports_team_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_reports_case_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_reports_run_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_reports_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("team_id", "interaction_id", name="uq_reports_team_id_interaction_id"),
    )
    op.create_index("ix_reports_case_id", "reports", ["case_id"])
    op.create_index("ix_reports_review_id", "reports", ["review_id"])
    waits = sa.text("outcome IS NULL")
    op.create_index("ix_reports_waiting", "reports", ["team_id", "at"], sqlite_where=waits, postgresql_where=waits)
