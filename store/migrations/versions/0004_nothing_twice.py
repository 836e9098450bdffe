"""What keeps things from being done twice: what was heard, what may have been sent, and whom to leave alone."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("teams", sa.Column("restored_at", UtcDateTime(), nullable=True))
    op.add_column("teams", sa.Column("restores", ID, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("losses", ID, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("alone", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("runs", sa.Column("plan", sa.String(length=16), nullable=True))
    op.add_column("decisions", sa.Column("heard_as", sa.String(length=250), nullable=True))
    # Nobody ever read it.
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("drawn_version")
    op.add_column("outbox", sa.Column("unsure_since", UtcDateTime(), nullable=True))
    op.create_table(
        "pauses",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_pauses_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
        sa.UniqueConstraint("team_id", "method", "channel", name=op.f("uq_pauses_team_id_method_channel")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_inbox_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("team_id", "key", name=op.f("uq_inbox_team_id_key")),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], unique=False)
