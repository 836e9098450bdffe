"""Earned autonomy: what the evidence permits a deployed version, and the cases that it rests on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.types import UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "epochs",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("deployment_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("wrong", sa.Float(), nullable=False),
        sa.Column("sure", sa.Float(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("floor", sa.Float(), nullable=True),
        sa.Column("permitted", sa.Float(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("least", sa.Float(), nullable=False),
        sa.Column("held", sa.String(length=20), nullable=True),
        sa.Column("change", ID, nullable=False),
        sa.Column("state", JSON, nullable=False),
        sa.Column("looked_at", ID, nullable=False),
        sa.Column("worked_until", ID, nullable=False),
        sa.Column("seen_until", ID, nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("asked_floor", sa.Float(), nullable=True),
        sa.Column("allowed_by", sa.String(length=100), nullable=True),
        sa.Column("allowed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("began_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("end", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_epochs_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_epochs_workflow_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_epochs_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epochs")),
        sa.UniqueConstraint("workflow_id", "number", name=op.f("uq_epochs_workflow_id_number")),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_epochs_open", "epochs", ["deployment_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_table(
        "epoch_cases",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("epoch_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("floor", sa.Float(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("least", sa.Float(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("label_id", ID, nullable=True),
        sa.Column("is_error", sa.Boolean(), nullable=True),
        sa.Column("worked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_epoch_cases_team_id")),
        sa.ForeignKeyConstraint(["epoch_id"], ["epochs.id"], name=op.f("fk_epoch_cases_epoch_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_epoch_cases_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_epoch_cases_run_id")),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name=op.f("fk_epoch_cases_label_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch_cases")),
        sa.UniqueConstraint("run_id", name=op.f("uq_epoch_cases_run_id")),
    )
    op.create_index("ix_epoch_cases_epoch_id", "epoch_cases", ["epoch_id", "id"])
    op.create_index("ix_epoch_cases_case_id", "epoch_cases", ["case_id"])
