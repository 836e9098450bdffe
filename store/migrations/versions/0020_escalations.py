"""Who was asked to decide a review in place of its reviewers, and by whom."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("escalated_to", sa.String(length=500), nullable=True))
    op.add_column("reviews", sa.Column("escalated_by", sa.String(length=100), nullable=True))
    op.add_column("reviews", sa.Column("escalated_at", UtcDateTime(), nullable=True))
