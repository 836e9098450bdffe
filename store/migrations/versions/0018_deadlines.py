"""Times at which something is done about a review that nobody decides, and the people reminded of it."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("reviews", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.add_column("reviews", sa.Column("remind_at", UtcDateTime(), nullable=True))
    op.add_column("reviews", sa.Column("reminders", ID, nullable=False, server_default="0"))
    op.execute(
        "UPDATE reviews SET due_at = answer_by, remind_at = answer_by WHERE state IN ('open', 'awaiting_second')"
    )
    for name, column in (("due", "due_at"), ("remind", "remind_at")):
        waits = sa.text(f"{column} IS NOT NULL")
        columns = ["team_id", "state", column]
        op.create_index(f"ix_reviews_{name}", "reviews", columns, sqlite_where=waits, postgresql_where=waits)
    op.create_table(
        "direct_reminders",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("wanted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_direct_reminders_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direct_reminders")),
        sa.UniqueConstraint("team_id", "person", name=op.f("uq_direct_reminders_team_id_person")),
    )
