"""Sources of cases: their keys, origins of cases, answered requests, cursors and follow-ups."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.types import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_sources_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("team_id", "kind", "name", name=op.f("uq_sources_team_id_kind_name")),
    )
    op.create_table(
        "source_keys",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=100), nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_source_keys_team_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_source_keys_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_source_keys_hash")),
    )
    op.create_index(op.f("ix_source_keys_source_id"), "source_keys", ["source_id"])
    op.create_table(
        "origins",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("follow_up_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_origins_team_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_origins_case_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_origins_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origins")),
        sa.UniqueConstraint("case_id", name=op.f("uq_origins_case_id")),
    )
    placed = sa.text("place IS NOT NULL")
    op.create_index("ix_origins_place", "origins", ["team_id", "place"], sqlite_where=placed, postgresql_where=placed)
    some = sa.text("follow_up_id IS NOT NULL")
    op.create_index("ix_origins_follow_up", "origins", ["follow_up_id"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "handed_in",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_handed_in_team_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_handed_in_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_in")),
        sa.UniqueConstraint("source_id", "key_hash", name=op.f("uq_handed_in_source_id_key_hash")),
    )
    op.create_index(op.f("ix_handed_in_at"), "handed_in", ["at"])
    op.create_table(
        "heard_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=True),
        sa.Column("heard_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_heard_messages_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard_messages")),
    )
    op.create_index(op.f("ix_heard_messages_heard_at"), "heard_messages", ["heard_at"])
    kept = sa.text("content IS NOT NULL")
    op.create_index(
        "ix_heard_messages_due", "heard_messages", ["team_id", "due_at"], sqlite_where=kept, postgresql_where=kept
    )
    op.create_table(
        "source_cursors",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("moves", ID, nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("failures", ID, nullable=False),
        sa.Column("error", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_source_cursors_team_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_source_cursors_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_cursors")),
        sa.UniqueConstraint("source_id", name=op.f("uq_source_cursors_source_id")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("workflow", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_case_id", ID, nullable=True),
        sa.Column("problem_id", ID, nullable=True),
        sa.Column("cause_id", ID, nullable=True),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_follow_ups_team_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_follow_ups_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_follow_ups_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("run_id", "workflow", name=op.f("uq_follow_ups_run_id_workflow")),
    )
    op.create_index(op.f("ix_follow_ups_case_id"), "follow_ups", ["case_id"])
    due = sa.text("state = 'due'")
    op.create_index("ix_follow_ups_due", "follow_ups", ["team_id", "due_at"], sqlite_where=due, postgresql_where=due)
    made = sa.text("made_case_id IS NOT NULL")
    op.create_index("ix_follow_ups_made", "follow_ups", ["made_case_id"], sqlite_where=made, postgresql_where=made)
    failed = sa.text("state = 'failed'")
    op.create_index("ix_follow_ups_failed", "follow_ups", ["cause_id"], sqlite_where=failed, postgresql_where=failed)
    op.add_column("runs", sa.Column("origin_id", ID, nullable=True))
    op.add_column("runs", sa.Column("handed_id", ID, nullable=True))
