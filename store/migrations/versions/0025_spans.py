"""Progress of sending runs to a collector as spans."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "span_exports",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("failing_since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=100), nullable=True),
        sa.Column("given_up", ID, nullable=False),
        sa.Column("given_up_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_span_exports_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_span_exports")),
        sa.UniqueConstraint("team_id", name=op.f("uq_span_exports_team_id")),
    )
