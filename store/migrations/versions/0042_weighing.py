"""Confidence that is weighed from people's labels, and the score of what was tried before a version goes live."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("deployments", sa.Column("weighing", JSON, nullable=True))
    op.add_column("volume_cases", sa.Column("score", sa.Float(), nullable=True))
    op.add_column("volume_cases", sa.Column("learned", sa.Boolean(), nullable=True))
    op.add_column("shadow_proposals", sa.Column("score", sa.Float(), nullable=True))
