"""Assignees of reviews, and absences of people."""

import sqlalchemy as sa
from alembic import op

from store.types import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("reviews", sa.Column("assignee", sa.String(length=100), nullable=True))
    op.add_column("reviews", sa.Column("assigned_by", sa.String(length=100), nullable=True))
    op.add_column("reviews", sa.Column("assignments", ID, nullable=False, server_default="0"))
    op.add_column("reviews", sa.Column("assign_at", UtcDateTime(), nullable=True))
    for name, column in (("assigned", "assignee"), ("to_assign", "assign_at")):
        is_set = sa.text(f"{column} IS NOT NULL")
        columns = ["team_id", "state", column]
        op.create_index(f"ix_reviews_{name}", "reviews", columns, sqlite_where=is_set, postgresql_where=is_set)
    op.create_table(
        "people",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("away_from", UtcDateTime(timezone=True), nullable=True),
        sa.Column("away_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("delegate", sa.String(length=100), nullable=True),
        sa.Column("assigned_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_people_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("team_id", "person", name=op.f("uq_people_team_id_person")),
    )
