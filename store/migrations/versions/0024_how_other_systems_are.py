"""Health of other systems, and bulk reruns that begin by themselves.

Calls of other systems by five minutes, and the times in which many of them fail. How reruns of a cause went, and bulk
reruns that wait for a time.
"""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "system_calls",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("system", sa.String(length=100), nullable=False),
        sa.Column("began", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered", ID, nullable=False),
        sa.Column("failed", ID, nullable=False),
        sa.Column("broken", ID, nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.Column("last_ok_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_bad_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_system_calls_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_calls")),
        sa.UniqueConstraint("team_id", "system", "began", name=op.f("uq_system_calls_team_id_system_began")),
    )
    op.create_index("ix_system_calls_team_id_began", "system_calls", ["team_id", "began"])
    op.create_table(
        "troubles",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("system", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("began_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("spells", ID, nullable=False),
        sa.Column("spell_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("end", sa.String(length=20), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        sa.Column("total", ID, nullable=False),
        sa.Column("failed", ID, nullable=False),
        sa.Column("broken", ID, nullable=False),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_troubles_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_troubles")),
        sa.UniqueConstraint("team_id", "system", "is_open", name=op.f("uq_troubles_team_id_system_is_open")),
    )
    for column in ("went_through", "came_back"):
        op.add_column("causes", sa.Column(column, ID, nullable=False, server_default="0"))
    op.add_column("bulk_reruns", sa.Column("planned_for", UtcDateTime(timezone=True), nullable=True))
    op.add_column("bulk_reruns", sa.Column("waits_for", sa.String(length=200), nullable=True))
    op.drop_index("ix_bulk_reruns_active", "bulk_reruns")
    active = sa.text("state IN ('planned', 'trial', 'waves')")
    op.create_index(
        "ix_bulk_reruns_active", "bulk_reruns", ["team_id", "id"], sqlite_where=active, postgresql_where=active
    )
