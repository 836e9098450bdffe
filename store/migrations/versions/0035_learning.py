"""Learning: labels, examples, deployments, shadow proposals, probes, improvements, volume tests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.types import Money, UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "deployments",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("change", ID, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("prompt_version", sa.String(length=64), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("training", sa.String(length=64), nullable=True),
        sa.Column("recall", ID, nullable=False, server_default="0"),
        sa.Column("eval_id", ID, nullable=True),
        sa.Column("against_id", ID, nullable=True),
        sa.Column("evidence", JSON, nullable=True),
        sa.Column("refused_for", JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("rollout", JSON, nullable=False),
        sa.Column("proposed_by", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("live_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=True),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.Column("ended_with", JSON, nullable=True),
        sa.Column("before_id", ID, nullable=True),
        sa.Column("asked_until", ID, nullable=True),
        sa.Column("improvement_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_deployments_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_deployments_workflow_id")),
        sa.ForeignKeyConstraint(["eval_id"], ["evals.id"], name=op.f("fk_deployments_eval_id")),
        sa.ForeignKeyConstraint(["against_id"], ["evals.id"], name=op.f("fk_deployments_against_id")),
        sa.ForeignKeyConstraint(["before_id"], ["deployments.id"], name=op.f("fk_deployments_before_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sa.UniqueConstraint("workflow_id", "number", name=op.f("uq_deployments_workflow_id_number")),
    )
    some = sa.text("state IN ('live', 'proposed', 'shadow', 'sharing')")
    op.create_index(
        "ix_deployments_under_way", "deployments", ["team_id", "state", "id"], sqlite_where=some, postgresql_where=some
    )
    op.create_table(
        "deployment_signatures",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("deployment_id", ID, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_deployment_signatures_team_id")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployments.id"], name=op.f("fk_deployment_signatures_deployment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment_signatures")),
        sa.UniqueConstraint("deployment_id", "by", name=op.f("uq_deployment_signatures_deployment_id_by")),
    )
    op.create_table(
        "labels",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=True),
        sa.Column("spot_check_id", ID, nullable=True),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("proposal_id", ID, nullable=True),
        sa.Column("deployment_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("saw", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("is_error", sa.Boolean(), nullable=True),
        sa.Column("wrong", JSON, nullable=False),
        sa.Column("output_id", ID, nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_labels_team_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_labels_decision_id")),
        sa.ForeignKeyConstraint(["spot_check_id"], ["spot_checks.id"], name=op.f("fk_labels_spot_check_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_labels_workflow_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_labels_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_labels_run_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_labels_proposal_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_labels_deployment_id")),
        sa.ForeignKeyConstraint(["output_id"], ["contents.id"], name=op.f("fk_labels_output_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("spot_check_id", name=op.f("uq_labels_spot_check_id")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_labels_decision_id")),
    )
    op.create_index("ix_labels_case_id", "labels", ["case_id"])
    some = sa.text("deployment_id IS NOT NULL")
    op.create_index("ix_labels_deployment", "labels", ["deployment_id", "id"], sqlite_where=some, postgresql_where=some)
    op.create_index("ix_labels_workflow_id_at", "labels", ["workflow_id", "at"])
    op.create_table(
        "label_progress",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("spot_checks_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("label_id", ID, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_label_progress_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_progress")),
        sa.UniqueConstraint("team_id", name=op.f("uq_label_progress_team_id")),
    )
    some = sa.text("revoked_at IS NOT NULL")
    op.create_index(
        "ix_decisions_revoked", "decisions", ["team_id", "revoked_at"], sqlite_where=some, postgresql_where=some
    )
    some = sa.text("state = 'decided'")
    op.create_index(
        "ix_spot_checks_ended", "spot_checks", ["team_id", "ended_at"], sqlite_where=some, postgresql_where=some
    )
    op.create_table(
        "examples",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("label_id", ID, nullable=False),
        sa.Column("half", sa.String(length=10), nullable=False),
        sa.Column("alike", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("content_id", ID, nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_examples_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_examples_workflow_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_examples_case_id")),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name=op.f("fk_examples_label_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_examples_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examples")),
        sa.UniqueConstraint("workflow_id", "case_id", name=op.f("uq_examples_workflow_id_case_id")),
    )
    op.create_index("ix_examples_workflow_id_alike", "examples", ["workflow_id", "alike"])
    op.create_index("ix_examples_workflow_id_state", "examples", ["workflow_id", "state", "id"])
    op.create_table(
        "deployment_examples",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("deployment_id", ID, nullable=False),
        sa.Column("example_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_deployment_examples_team_id")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployments.id"], name=op.f("fk_deployment_examples_deployment_id")
        ),
        sa.ForeignKeyConstraint(["example_id"], ["examples.id"], name=op.f("fk_deployment_examples_example_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment_examples")),
        sa.UniqueConstraint(
            "deployment_id", "example_id", name=op.f("uq_deployment_examples_deployment_id_example_id")
        ),
    )
    op.create_index("ix_deployment_examples_example_id", "deployment_examples", ["example_id"])
    op.create_table(
        "trained_models",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_trained_models_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_trained_models_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trained_models")),
        sa.UniqueConstraint("workflow_id", "key", name=op.f("uq_trained_models_workflow_id_key")),
    )
    op.create_table(
        "shadow_proposals",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("deployment_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("content_id", ID, nullable=True),
        sa.Column("lowest", sa.Float(), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=True),
        sa.Column("nevers", ID, nullable=False),
        sa.Column("cost", Money(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.Column("difference", ID, nullable=True),
        sa.Column("label_id", ID, nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_shadow_proposals_team_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_shadow_proposals_deployment_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_shadow_proposals_run_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_shadow_proposals_case_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_shadow_proposals_content_id")),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name=op.f("fk_shadow_proposals_label_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_proposals")),
        sa.UniqueConstraint("deployment_id", "run_id", name=op.f("uq_shadow_proposals_deployment_id_run_id")),
    )
    op.create_index("ix_shadow_proposals_case_id", "shadow_proposals", ["case_id"])
    op.create_table(
        "probes",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("deployment_id", ID, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("asked", ID, nullable=False),
        sa.Column("changed", ID, nullable=False),
        sa.Column("right", ID, nullable=False),
        sa.Column("models", JSON, nullable=False),
        sa.Column("cost", Money(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_probes_team_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_probes_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probes")),
        sa.UniqueConstraint("deployment_id", "day", name=op.f("uq_probes_deployment_id_day")),
    )
    op.create_table(
        "improvements",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("change", ID, nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("cases", JSON, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("deployment_id", ID, nullable=True),
        sa.Column("told_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_improvements_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_improvements_workflow_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_improvements_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvements")),
        sa.UniqueConstraint("workflow_id", "mark", name=op.f("uq_improvements_workflow_id_mark")),
    )
    op.create_index("ix_improvements_workflow_id_state", "improvements", ["workflow_id", "state", "id"])
    op.create_table(
        "volume_tests",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("file", sa.String(length=300), nullable=False),
        sa.Column("eval_id", ID, nullable=False),
        sa.Column("seed", ID, nullable=False),
        sa.Column("per_day", sa.Float(), nullable=True),
        sa.Column("size", ID, nullable=False),
        sa.Column("rows", ID, nullable=False),
        sa.Column("version", JSON, nullable=False),
        sa.Column("floor", sa.Float(), nullable=True),
        sa.Column("began_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("report", JSON, nullable=True),
        sa.Column("reported_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_volume_tests_team_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name=op.f("fk_volume_tests_workflow_id")),
        sa.ForeignKeyConstraint(["eval_id"], ["evals.id"], name=op.f("fk_volume_tests_eval_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_tests")),
    )
    op.create_index("ix_volume_tests_workflow_id", "volume_tests", ["workflow_id", "id"])
    op.create_table(
        "volume_cases",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("volume_test_id", ID, nullable=False),
        sa.Column("place", ID, nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=True),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("lowest", sa.Float(), nullable=True),
        sa.Column("alone_up_to", sa.Float(), nullable=True),
        sa.Column("cost", Money(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.Column("is_error", sa.Boolean(), nullable=True),
        sa.Column("wrong", JSON, nullable=False),
        sa.Column("packed", sa.String(length=20), nullable=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("judged_by", sa.String(length=100), nullable=True),
        sa.Column("judged_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_volume_cases_team_id")),
        sa.ForeignKeyConstraint(["volume_test_id"], ["volume_tests.id"], name=op.f("fk_volume_cases_volume_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_cases")),
        sa.UniqueConstraint("volume_test_id", "place", name=op.f("uq_volume_cases_volume_test_id_place")),
    )
    some = sa.text("packed IS NOT NULL AND judged_at IS NULL")
    op.create_index(
        "ix_volume_cases_to_judge",
        "volume_cases",
        ["volume_test_id", "place"],
        sqlite_where=some,
        postgresql_where=some,
    )
    op.add_column("workflows", sa.Column("live_id", ID, nullable=True))
    op.add_column("workflows", sa.Column("beside_id", ID, nullable=True))
    op.add_column("workflows", sa.Column("takes_over", sa.Boolean(), nullable=False, server_default=sa.false()))
    # What is in use already goes on as it is: the next process to start makes it the first deployment.
    op.execute(sa.text("UPDATE workflows SET takes_over = :true").bindparams(sa.bindparam("true", True, sa.Boolean())))
    op.add_column("runs", sa.Column("deployment_id", ID, nullable=True))
    op.add_column("terms", sa.Column("exception", sa.Text(), nullable=True))
