"""When something is to be done by itself about a review that nobody decides."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE reviews SET due_at = answer_by WHERE state IN ('open', 'awaiting_second')")
    waits = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_reviews_due", "reviews", ["team_id", "state", "due_at"], sqlite_where=waits, postgresql_where=waits
    )
