"""Models: what was asked of them, what that cost, and when they are left alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.types import Money, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("workflows", sa.Column("paused_at", UtcDateTime(), nullable=True))
    op.add_column("workflows", sa.Column("paused_by", sa.String(length=100), nullable=True))
    op.add_column("workflows", sa.Column("pause_reason", sa.String(length=300), nullable=True))
    op.add_column("workflows", sa.Column("holds_deliveries", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("proposals", sa.Column("sample", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "prompt_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_prompt_versions_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sa.UniqueConstraint("team_id", "workflow", "version", name=op.f("uq_prompt_versions_team_id_workflow_version")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow", sa.String(length=100), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("number", ID, nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("prompt_version", sa.String(length=64), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("cache_key", sa.String(length=64), nullable=True),
        sa.Column("cached_from", ID, nullable=True),
        sa.Column("content_id", ID, nullable=True),
        sa.Column("request_id", sa.String(length=200), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("input_tokens", ID, nullable=False),
        sa.Column("output_tokens", ID, nullable=False),
        sa.Column("thinking_tokens", ID, nullable=False),
        sa.Column("cache_read_tokens", ID, nullable=False),
        sa.Column("cache_write_tokens", ID, nullable=False),
        sa.Column("reserved", Money(), nullable=False),
        sa.Column("cost", Money(), nullable=True),
        sa.Column("prices", sa.String(length=20), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_attempts_team_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attempts_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_attempts_run_id")),
        sa.ForeignKeyConstraint(["cached_from"], ["attempts.id"], name=op.f("fk_attempts_cached_from")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_attempts_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_case_id", "attempts", ["case_id"], unique=False)
    op.create_index("ix_attempts_run_id_id", "attempts", ["run_id", "id"], unique=False)
    op.create_index("ix_attempts_cache_key_id", "attempts", ["cache_key", "id"], unique=False)
    op.create_index("ix_attempts_began_at", "attempts", ["began_at"], unique=False)
    op.create_table(
        "spending",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("budget", sa.String(length=120), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("taken", Money(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_spending_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
        sa.UniqueConstraint("team_id", "budget", "period", name=op.f("uq_spending_team_id_budget_period")),
    )
    op.create_table(
        "outages",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("standing", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_outages_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
        sa.UniqueConstraint("team_id", "model", "standing", name=op.f("uq_outages_team_id_model_standing")),
    )
    op.create_table(
        "evals",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow", sa.String(length=100), nullable=False),
        sa.Column("prompt_version", sa.String(length=64), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("examples", sa.String(length=64), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_evals_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evals")),
    )
    op.create_index("ix_evals_workflow", "evals", ["workflow"], unique=False)
