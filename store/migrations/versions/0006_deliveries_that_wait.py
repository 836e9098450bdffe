"""Deliveries that wait for a target that is down."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("target", sa.String(length=100), nullable=True))
    op.add_column("deliveries", sa.Column("waiting_since", UtcDateTime(), nullable=True))
    op.add_column("deliveries", sa.Column("rounds", ID, nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("next_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_deliveries_next_at",
        "deliveries",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "target_outages",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("target", sa.String(length=100), nullable=False),
        sa.Column("problem_id", ID, nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("standing", sa.Boolean(), nullable=True),
        sa.Column("probes", ID, nullable=False),
        sa.Column("probe_run", ID, nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("waited", ID, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_target_outages_team_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["contents.id"], name=op.f("fk_target_outages_problem_id")),
        sa.ForeignKeyConstraint(["probe_run"], ["runs.id"], name=op.f("fk_target_outages_probe_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_outages")),
        sa.UniqueConstraint("team_id", "target", "standing", name=op.f("uq_target_outages_team_id_target_standing")),
    )
