"""Questions to the source of a case, and what people said of a case before a run: refused proposals, answers."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("text_id", ID, nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer_by", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("receipt_id", ID, nullable=True),
        sa.Column("problem_id", ID, nullable=True),
        sa.Column("answer_id", ID, nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([f"{column}_id"], [f"{table}.id"], name=op.f(f"fk_questions_{column}_id"))
            for column, table in (
                ("team", "teams"),
                ("case", "cases"),
                ("review", "reviews"),
                ("run", "runs"),
                ("text", "contents"),
                ("receipt", "contents"),
                ("problem", "contents"),
                ("answer", "contents"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_questions_case_id_number")),
    )
    op.create_index("ix_questions_review_id", "questions", ["review_id"])
    op.create_index("ix_questions_run_id", "questions", ["run_id"])
    some = sa.text("due_at IS NOT NULL")
    op.create_index("ix_questions_due", "questions", ["team_id", "due_at"], sqlite_where=some, postgresql_where=some)
    # Without foreign keys: for them SQLite would make the table of all runs anew.
    for column in ("refused_id", "answers_id"):
        op.add_column("runs", sa.Column(column, ID, nullable=True))
