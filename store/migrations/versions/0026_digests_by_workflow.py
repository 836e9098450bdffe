"""Digests about one workflow, each once for its period."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("digests") as batch:
        batch.add_column(sa.Column("workflow", sa.String(length=100), nullable=False, server_default=sa.text("''")))
        batch.drop_constraint(op.f("uq_digests_team_id_job_period"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_digests_team_id_job_workflow_period"), ["team_id", "job", "workflow", "period"]
        )
