"""Columns that say what they hold: a run's lease and code version, a decision's interaction."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("runs", "epoch", new_column_name="lease")
    op.alter_column("runs", "plan", new_column_name="code_version")
    op.alter_column("decisions", "heard_as", new_column_name="interaction_id")
