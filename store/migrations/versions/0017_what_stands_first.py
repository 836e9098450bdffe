"""Reviews that stand before all others, and indexes for what one person has in hand and has decided."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("reviews", sa.Column("precedence", ID, nullable=False, server_default="1"))
    op.execute("UPDATE reviews SET precedence = 0 WHERE run_id IN (SELECT id FROM runs WHERE correction > 0)")
    op.drop_index("ix_reviews_state_answer_by", table_name="reviews")
    op.create_index("ix_reviews_state_precedence_answer_by", "reviews", ["state", "precedence", "answer_by"])
    claimed = sa.text("claimed_by IS NOT NULL")
    op.create_index(
        "ix_reviews_claimed",
        "reviews",
        ["team_id", "claimed_by", "state"],
        sqlite_where=claimed,
        postgresql_where=claimed,
    )
    op.create_index("ix_decisions_team_id_by_at", "decisions", ["team_id", "by", "at"])
