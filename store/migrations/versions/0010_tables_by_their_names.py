"""Names that say what is held: requests to models, rate limits, outages that are open; and what a refusal refused.

A table named "attempts" did not say of what, and "pauses" held Slack's rate limits; only a workflow is paused. The rows
stay as they are, with their ids.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from store.types import Money, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

_REQUEST_INDEXES = {
    "case_id": ["case_id"],
    "run_id_id": ["run_id", "id"],
    "cache_key_id": ["cache_key", "id"],
    "began_at": ["began_at"],
}
_FIGURES = {"standing": "still_stopped", "standing_cases": "still_stopped_cases"}
"""Keys in the figures of a digest: before -> as they are called now."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _rename_tables()
    else:
        _copy_tables()
    requests = sa.table("model_requests", sa.column("outcome"))
    op.execute(requests.update().where(requests.c.outcome == "left_alone").values(outcome="not_asked"))
    for table, what in (("outages", "model"), ("target_outages", "target")):
        with op.batch_alter_table(table) as outages:
            outages.drop_constraint(f"uq_{table}_team_id_{what}_standing", type_="unique")
            outages.alter_column("standing", new_column_name="is_open", existing_type=sa.Boolean(), nullable=True)
        with op.batch_alter_table(table) as outages:
            outages.create_unique_constraint(op.f(f"uq_{table}_team_id_{what}_is_open"), ["team_id", what, "is_open"])
    _rename_figures()
    _name_wishes()


def _rename_tables() -> None:
    for before, after in (("attempts", "model_requests"), ("pauses", "rate_limits")):
        op.rename_table(before, after)
        op.execute(f"ALTER SEQUENCE {before}_id_seq RENAME TO {after}_id_seq")
        op.execute(f"ALTER TABLE {after} RENAME CONSTRAINT pk_{before} TO pk_{after}")
        op.execute(f"ALTER TABLE {after} RENAME CONSTRAINT fk_{before}_team_id TO fk_{after}_team_id")
    for column in ("case_id", "run_id", "cached_from", "content_id"):
        names = f"fk_attempts_{column} TO fk_model_requests_{column}"
        op.execute(f"ALTER TABLE model_requests RENAME CONSTRAINT {names}")
    for name in _REQUEST_INDEXES:
        op.execute(f"ALTER INDEX ix_attempts_{name} RENAME TO ix_model_requests_{name}")
    names = "uq_pauses_team_id_method_channel TO uq_rate_limits_team_id_method_channel"
    op.execute(f"ALTER TABLE rate_limits RENAME CONSTRAINT {names}")
    op.alter_column("overruns", "attempt_id", new_column_name="model_request_id")
    names = "fk_overruns_attempt_id TO fk_overruns_model_request_id"
    op.execute(f"ALTER TABLE overruns RENAME CONSTRAINT {names}")


def _copy_tables() -> None:
    """Make the tables anew: SQLite cannot rename a constraint."""
    op.create_table(
        "model_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow", sa.String(length=100), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("number", ID, nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("prompt_version", sa.String(length=64), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("cache_key", sa.String(length=64), nullable=True),
        sa.Column("cached_from", ID, nullable=True),
        sa.Column("content_id", ID, nullable=True),
        sa.Column("request_id", sa.String(length=200), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("input_tokens", ID, nullable=False),
        sa.Column("output_tokens", ID, nullable=False),
        sa.Column("thinking_tokens", ID, nullable=False),
        sa.Column("cache_read_tokens", ID, nullable=False),
        sa.Column("cache_write_tokens", ID, nullable=False),
        sa.Column("reserved", Money(), nullable=False),
        sa.Column("cost", Money(), nullable=True),
        sa.Column("prices", sa.String(length=20), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_model_requests_team_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_model_requests_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_model_requests_run_id")),
        sa.ForeignKeyConstraint(["cached_from"], ["model_requests.id"], name=op.f("fk_model_requests_cached_from")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_model_requests_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_requests")),
    )
    op.create_table(
        "rate_limits",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_rate_limits_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_limits")),
        sa.UniqueConstraint("team_id", "method", "channel", name=op.f("uq_rate_limits_team_id_method_channel")),
    )
    op.rename_table("overruns", "overruns_before")
    op.create_table(
        "overruns",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("factor", sa.Float(), nullable=False),
        sa.Column("model_request_id", ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_overruns_team_id")),
        sa.ForeignKeyConstraint(["model_request_id"], ["model_requests.id"], name=op.f("fk_overruns_model_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overruns")),
        sa.UniqueConstraint("team_id", "model", name=op.f("uq_overruns_team_id_model")),
    )
    # The columns of each copy are in the order of its original. An overrun names a request, so it goes first of those
    # that are dropped.
    for before, after in (("attempts", "model_requests"), ("pauses", "rate_limits"), ("overruns_before", "overruns")):
        columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(before))
        into = columns.replace("attempt_id", "model_request_id")
        op.execute(f"INSERT INTO {after} ({into}) SELECT {columns} FROM {before} ORDER BY id")  # noqa: S608  # names
    for before in ("overruns_before", "attempts", "pauses"):
        op.drop_table(before)
    for name, columns_of in _REQUEST_INDEXES.items():
        op.create_index(f"ix_model_requests_{name}", "model_requests", columns_of, unique=False)


def _rename_figures() -> None:
    connection = op.get_bind()
    digests = sa.table("digests", sa.column("id"), sa.column("figures", JSON))
    for row, figures in connection.execute(sa.select(digests.c.id, digests.c.figures)).all():
        workflows = [
            {_FIGURES.get(key, key): value for key, value in workflow.items()} for workflow in figures["workflows"]
        ]
        kept = {**figures, "workflows": workflows}
        connection.execute(digests.update().where(digests.c.id == row).values(figures=kept))


def _name_wishes() -> None:
    """Keep in a refusal's details what was wanted: so far only the name of the entry began with it."""
    connection = op.get_bind()
    audit = sa.table("audit", sa.column("id"), sa.column("action"), sa.column("details", JSON))
    refusals = sa.select(audit.c.id, audit.c.action, audit.c.details).where(audit.c.action.like("%.refused"))
    for row, action, details in connection.execute(refusals).all():
        kept = {key: value for key, value in details.items() if key != "more"}
        kept |= {"wanted": action.removesuffix(".refused")} | ({"last": True} if "more" in details else {})
        connection.execute(audit.update().where(audit.c.id == row).values(details={"why": "no_right"} | kept))
