"""A mark of reviews that are alike, and of decisions about reviews that nobody opened."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("alike", sa.String(length=32), nullable=True))
    marked = sa.text("alike IS NOT NULL")
    op.create_index(
        "ix_reviews_alike",
        "reviews",
        ["team_id", "state", "workflow_id", "alike"],
        sqlite_where=marked,
        postgresql_where=marked,
    )
    op.add_column("decisions", sa.Column("unopened", sa.Boolean(), nullable=False, server_default=sa.false()))
