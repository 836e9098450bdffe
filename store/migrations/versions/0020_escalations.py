"""Escalations of reviews: the people who were asked to decide, and who asked them."""

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
