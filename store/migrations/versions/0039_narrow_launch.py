"""The shadow level and the narrow launch: reviews that hide their proposal, and the share of cases that a workflow
looks at.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("blind", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("reviews", sa.Column("out_of_scope", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("workflows", sa.Column("scope_share", sa.Float(), nullable=True))
