"""Seals of the audit, salts of hashes, terms, legal holds, retention, segments, looks at digests; the place of a note.

On PostgreSQL an audit row draws its number only once its transaction has an id of its own. So whoever seals the audit
knows when each number up to one is either visible to all or will never be.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.types import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("count", ID, nullable=False),
        sa.Column("last_row", ID, nullable=False),
        sa.Column("row_ids", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=True),
        sa.Column("signature", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_seals_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        sa.UniqueConstraint("team_id", "number", name=op.f("uq_seals_team_id_number")),
    )
    op.create_table(
        "terms",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("code_version", sa.String(length=16), nullable=True),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("widens", JSON, nullable=False),
        sa.Column("signed_by", sa.String(length=100), nullable=True),
        sa.Column("signed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("signed_how", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_terms_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_terms_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("workflow_id", "number", name=op.f("uq_terms_workflow_id_number")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("placed_by", sa.String(length=100), nullable=False),
        sa.Column("placed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(length=100), nullable=True),
        sa.Column("lifted_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_legal_holds_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    active = sa.text("lifted_at IS NULL")
    columns = ["team_id", "subject_kind", "subject_id"]
    op.create_index("ix_legal_holds_active", "legal_holds", columns, sqlite_where=active, postgresql_where=active)
    op.create_table(
        "segment_groups",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_segment_groups_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_segment_groups_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_groups")),
        sa.UniqueConstraint("workflow_id", "name", "value", name=op.f("uq_segment_groups_workflow_id_name_value")),
    )
    op.create_table(
        "retention_progress",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_retention_progress_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_retention_progress_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_progress")),
        sa.UniqueConstraint("workflow_id", "kind", name=op.f("uq_retention_progress_workflow_id_kind")),
    )
    op.create_table(
        "put_off_removals",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("looked_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_put_off_removals_team_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_put_off_removals_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_put_off_removals")),
        sa.UniqueConstraint("case_id", name=op.f("uq_put_off_removals_case_id")),
    )
    op.create_table(
        "case_segments",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_case_segments_team_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_segments_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_case_segments_run_id")),
        sa.ForeignKeyConstraint(["group_id"], ["segment_groups.id"], name=op.f("fk_case_segments_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_segments")),
        sa.UniqueConstraint("case_id", "run_id", "group_id", name=op.f("uq_case_segments_case_id_run_id_group_id")),
    )
    op.create_table(
        "digest_looks",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("digest_id", ID, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_digest_looks_team_id")),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.id"], name=op.f("fk_digest_looks_digest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_looks")),
        sa.UniqueConstraint("digest_id", "by", name=op.f("uq_digest_looks_digest_id_by")),
    )
    read = sa.text("action = 'case.read'")
    columns = ["team_id", "actor", "at", "subject_id"]
    op.create_index("ix_audit_readings", "audit", columns, sqlite_where=read, postgresql_where=read)
    op.add_column("cases", sa.Column("salt", sa.String(length=32), nullable=True))
    op.add_column("cases", sa.Column("erased_at", UtcDateTime(timezone=True), nullable=True))
    some = sa.text("erased_at IS NOT NULL")
    op.create_index("ix_cases_erased", "cases", ["team_id", "erased_at"], sqlite_where=some, postgresql_where=some)
    op.add_column("outbox", sa.Column("ts", sa.String(length=32), nullable=True))
    op.add_column("outbox", sa.Column("posted_in", sa.String(length=60), nullable=True))
    direct, columns = sa.text("kind = 'direct_reminder'"), ["team_id", "created_at"]
    op.create_index("ix_outbox_direct_reminders", "outbox", columns, sqlite_where=direct, postgresql_where=direct)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE audit ALTER COLUMN id SET DEFAULT "
            "CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('audit_id_seq'::regclass) END"
        )
