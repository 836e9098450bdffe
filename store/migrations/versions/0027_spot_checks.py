"""Spot checks: blind looks at what went alone, and the probability with which each such run was drawn."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = UtcDateTime(timezone=True)
REFERS_TO = {
    "team_id": "teams",
    "run_id": "runs",
    "case_id": "cases",
    "workflow_id": "workflows",
    "answer_id": "contents",
    "note_id": "contents",
    "second_note_id": "contents",
    "review_id": "reviews",
}


def upgrade() -> None:
    op.add_column("teams", sa.Column("seed", sa.String(length=64), nullable=True))
    op.add_column("runs", sa.Column("spot_check_probability", sa.Float(), nullable=True))
    op.create_table(
        "spot_checks",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("drawn_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=True),
        sa.Column("opened_at", TIME, nullable=True),
        sa.Column("answer_id", ID, nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("grade", sa.String(length=20), nullable=True),
        sa.Column("note_id", ID, nullable=True),
        sa.Column("second_by", sa.String(length=100), nullable=True),
        sa.Column("second_grade", sa.String(length=20), nullable=True),
        sa.Column("second_right", sa.String(length=20), nullable=True),
        sa.Column("second_note_id", ID, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("is_error", sa.Boolean(), nullable=True),
        sa.Column("end", sa.String(length=20), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("correction", sa.String(length=20), nullable=True),
        sa.Column("review_id", ID, nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_spot_checks_{column}"))
            for column, table in REFERS_TO.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_checks")),
        sa.UniqueConstraint("run_id", name=op.f("uq_spot_checks_run_id")),
    )
    undecided = sa.text("state IN ('answered', 'awaiting_second', 'open')")
    op.create_index(
        "ix_spot_checks_undecided",
        "spot_checks",
        ["team_id", "due_at", "id"],
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
    due = sa.text("correction = 'due'")
    op.create_index(
        "ix_spot_checks_to_correct", "spot_checks", ["team_id", "id"], sqlite_where=due, postgresql_where=due
    )
    op.create_index("ix_spot_checks_case_id", "spot_checks", ["case_id"])
