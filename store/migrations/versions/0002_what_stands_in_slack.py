"""What stands in Slack: what takes up room in a channel, what Slack refused, and the digests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from store.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("error", sa.String(length=100), nullable=True))
    op.create_index("ix_outbox_channel_state", "outbox", ["channel", "state"], unique=False)
    # No version before this one wrote a message, so there is no row that the column could be missing in.
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("waits", sa.Boolean(), nullable=False))
    op.create_table(
        "digests",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("covers_from", sa.String(length=10), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_digests_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("team_id", "job", "period", name=op.f("uq_digests_team_id_job_period")),
    )
