"""Packs of what went alone before it was taken back, and the runs that a draw was made for in one index."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "spot_check_packs",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("told_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_spot_check_packs_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_spot_check_packs_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check_packs")),
    )
    _index_of_some("ix_spot_check_packs_untold", "spot_check_packs", ["team_id", "id"], "told_at IS NULL")
    op.add_column("spot_checks", sa.Column("why", sa.String(length=20), server_default="drawn", nullable=False))
    op.add_column("spot_checks", sa.Column("pack_id", ID, nullable=True))
    _index_of_some("ix_spot_checks_pack_id", "spot_checks", ["pack_id", "id"], "pack_id IS NOT NULL")
    op.create_index("ix_spot_checks_workflow_id", "spot_checks", ["workflow_id", "run_id"])
    columns = ["workflow_id", "id", "spot_check_probability"]
    _index_of_some("ix_runs_drawn", "runs", columns, "spot_check_probability IS NOT NULL")


def _index_of_some(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
