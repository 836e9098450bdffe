"""Questions in batches: the batches of a volume test, and their questions."""

import sqlalchemy as sa
from alembic import op

from store.types import Money, UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("volume_tests", sa.Column("in_batches", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "model_batches",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("volume_test_id", ID, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("questions", ID, nullable=False),
        sa.Column("reserved", Money(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_model_batches_team_id")),
        sa.ForeignKeyConstraint(["volume_test_id"], ["volume_tests.id"], name=op.f("fk_model_batches_volume_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_batches")),
    )
    op.create_index("ix_model_batches_volume_test_id", "model_batches", ["volume_test_id", "id"])
    op.create_table(
        "batch_questions",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("volume_case_id", ID, nullable=False),
        sa.Column("question", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("model_request_id", ID, nullable=False),
        sa.Column("ended", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_batch_questions_team_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["model_batches.id"], name=op.f("fk_batch_questions_batch_id")),
        sa.ForeignKeyConstraint(
            ["volume_case_id"], ["volume_cases.id"], name=op.f("fk_batch_questions_volume_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_request_id"], ["model_requests.id"], name=op.f("fk_batch_questions_model_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_questions")),
        sa.UniqueConstraint("volume_case_id", "question", name=op.f("uq_batch_questions_volume_case_id_question")),
        sa.UniqueConstraint("batch_id", "name", name=op.f("uq_batch_questions_batch_id_name")),
    )
