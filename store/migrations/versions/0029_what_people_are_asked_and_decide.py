"""Reviews by the time at which they were opened, and decisions by theirs: digests ask for those of a day."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_reviews_opened_at", "reviews", ["opened_at"])
    op.create_index("ix_decisions_team_id_at", "decisions", ["team_id", "at"])
