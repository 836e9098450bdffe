"""Indexes for a million cases: what few rows are asked for is found without a look at the others.

Most are of some rows only, so that a case that goes its plain way pays for few of them. Indexes go that kept each row
for ever only to find the few that are not sent, and that of keys alone: that of a workflow and a key finds the same.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OF_SOME = (
    ("ix_runs_ready", "runs", ["id"], "state = 'ready'"),
    ("ix_runs_ended", "runs", ["team_id", "changed_at"], "state IN ('closed', 'delivered')"),
    ("ix_steps_cost", "steps", ["team_id", "started_at"], "cost <> 0"),
    ("ix_proposals_sample", "proposals", ["run_id"], "sample"),
    ("ix_reviews_unproposed", "reviews", ["team_id", "opened_at"], "proposal_id IS NULL"),
    ("ix_deliveries_waiting", "deliveries", ["team_id", "state", "next_at"], "next_at IS NOT NULL"),
    ("ix_deliveries_doubtful", "deliveries", ["team_id", "state"], "state = 'doubtful'"),
    ("ix_audit_stops", "audit", ["team_id", "at"], "action IN ('run.doubtful', 'run.failed', 'run.parked')"),
    ("ix_outbox_unsent_state", "outbox", ["team_id", "state"], "state <> 'sent'"),
    ("ix_outbox_unsent_channel", "outbox", ["team_id", "channel", "kind", "subject_kind"], "state <> 'sent'"),
    ("ix_messages_waiting", "messages", ["team_id", "waits", "subject_kind", "channel"], "waits"),
)
"""Name, table, columns, and the condition for its rows."""
_GONE = (
    ("ix_runs_state_id", "runs"),
    ("ix_cases_key", "cases"),
    ("ix_deliveries_next_at", "deliveries"),
    ("ix_outbox_state_not_before", "outbox"),
    ("ix_outbox_channel_state", "outbox"),
)


def upgrade() -> None:
    for name, table, columns, where in _OF_SOME:
        # SQLite has no type for true and false.
        on_sqlite = f"{where} = 1" if where in ("sample", "waits") else where
        op.create_index(name, table, columns, sqlite_where=sa.text(on_sqlite), postgresql_where=sa.text(where))
    op.create_index("ix_runs_state_team_id_case_id", "runs", ["state", "team_id", "case_id"])
    op.create_index("ix_cases_workflow_id_received_at", "cases", ["workflow_id", "received_at"])
    for name, table in _GONE:
        op.drop_index(name, table_name=table)
