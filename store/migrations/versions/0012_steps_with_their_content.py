"""The content of a step stands beside it: a row and two index entries less for each step.

The contents that held it are emptied and stay: to delete one, a database searches every table that names contents.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite makes the table anew. It does not drop a table that rows of the new one still name.
    op.execute("CREATE TEMPORARY TABLE recalled AS SELECT id, recalled_from FROM steps WHERE recalled_from IS NOT NULL")
    op.execute("UPDATE steps SET recalled_from = NULL WHERE recalled_from IS NOT NULL")
    with op.batch_alter_table("steps") as steps:
        steps.add_column(sa.Column("body", sa.Text(), nullable=True))
    op.execute("UPDATE steps SET body = (SELECT body FROM contents WHERE contents.id = steps.content_id)")
    with op.batch_alter_table("steps") as steps:
        steps.alter_column("body", existing_type=sa.Text(), nullable=False)
        steps.drop_constraint("fk_steps_content_id", type_="foreignkey")
        steps.drop_column("content_id")
    op.execute(
        "UPDATE steps SET recalled_from = (SELECT recalled_from FROM recalled WHERE recalled.id = steps.id) "
        "WHERE id IN (SELECT id FROM recalled)"
    )
    op.execute("DROP TABLE recalled")
    op.execute("UPDATE contents SET body = '' WHERE kind = 'step'")
