"""An index by which all runs that were ever resolved are counted, by workflow and resolution."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    resolved = sa.text("state IN ('closed', 'delivered')")
    op.create_index(
        "ix_runs_resolved",
        "runs",
        ["team_id", "workflow_id", "resolution"],
        sqlite_where=resolved,
        postgresql_where=resolved,
    )
