"""Tables of cases and runs: the input, and each step on its way."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import Resolution, RunState, StepState
from store.types import OneOf


class Team(Base):
    """A Slack workspace, or the local one until Slack is first connected."""

    __tablename__ = "teams"

    slack_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]
    """Time of the last reported restore of a backup; what is older may have been delivered since the backup was made.
    """
    restores: Mapped[int] = mapped_column(server_default="0")
    """Number of reported restores. After one, ids are given out again, so an older reference may mean another row."""
    seed: Mapped[str | None] = mapped_column(String(64))
    """Secret from which it follows which runs are drawn for a spot check; None until a process first needs it."""


class Workflow(OfTeam, Base):
    """A workflow that took in a case, and how to load its declaration again."""

    __tablename__ = "workflows"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    name: Mapped[str] = mapped_column(String(100))
    options: Mapped[dict[str, Any]]
    """Options that the declaration is made from, if it is; never a case's content."""
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    """Time since when no model is asked and nothing is resolved alone; None where the workflow is not paused."""
    paused_by: Mapped[str | None] = mapped_column(String(100))
    """Person who paused it, by id, or Countersign itself."""
    pause_reason: Mapped[str | None] = mapped_column(String(300))
    """Reason in words for people."""
    holds_deliveries: Mapped[bool] = mapped_column(server_default=false())
    """True if decided cases are not delivered either while the workflow is paused."""
    # No foreign keys: deployments know their workflow.
    live_id: Mapped[int | None]
    """Deployment that is live; None where none is."""
    beside_id: Mapped[int | None]
    """Deployment that is used for a share of the cases, or asked beside the live one; None where none is."""
    takes_over: Mapped[bool] = mapped_column(server_default=false())
    """True if it was used before there were deployments: the version of the next process that starts is its first."""
    scope_share: Mapped[float | None]
    """Share of the cases that it looks at, above 0 and up to 1, as people set it; None: as it is declared."""


class Case(OfTeam, Base):
    """One input to one workflow, with a key."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("workflow_id", "key"),
        Index("ix_cases_workflow_id_received_at", "workflow_id", "received_at"),
        # Those that lost their content of late are looked at again: somebody may have worked on them still.
        index_of_some("ix_cases_erased", "team_id", "erased_at", where="erased_at IS NOT NULL"),
    )

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    key: Mapped[str] = mapped_column(String(255))
    revision: Mapped[int]
    """1 for the first content under this key."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the newest revision's input, with the salt if there is one; empty once the content was removed."""
    salt: Mapped[str | None] = mapped_column(String(32))
    """Random hex digits that go into each hash of the case's content; None for a case from before there were salts, or
    once the content was removed: then nobody can guess the content from a hash.
    """
    erased_at: Mapped[datetime | None]
    """Time when all of its content was removed; None while there is content."""
    source: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[datetime]


class Content(OfTeam, Base):
    """One text of a case: input, output, error text. JSON."""

    __tablename__ = "contents"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    body: Mapped[str]


class Run(OfTeam, Base):
    """One execution of a case."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_state_team_id_case_id", "state", "team_id", "case_id"),
        Index("ix_runs_case_id_id", "case_id", "id"),
        # The next one to work on is the oldest, of however many.
        index_of_some("ix_runs_ready", "id", where="state = 'ready'"),
        # A digest asks what ended on a day; a run changes often before it ends.
        index_of_some("ix_runs_ended", "team_id", "changed_at", where="state IN ('closed', 'delivered')"),
        # What was ever resolved, and how, is counted every few seconds.
        index_of_some(
            "ix_runs_resolved", "team_id", "workflow_id", "resolution", where="state IN ('closed', 'delivered')"
        ),
        # Few runs are in their grace period, and they are searched for every other second.
        index_of_some("ix_runs_grace", "team_id", "held_until", where="held_until IS NOT NULL"),
        # Few runs correct something, and whoever reviews is shown those first.
        index_of_some("ix_runs_corrections", "team_id", "state", where="correction > 0"),
        # Few runs fail, and a cause's card is drawn from its own.
        index_of_some("ix_runs_cause", "team_id", "cause_id", "state", "id", where="cause_id IS NOT NULL"),
        # What ever went alone is counted for a ledger, with the probabilities with which it was looked at.
        index_of_some(
            "ix_runs_drawn",
            "workflow_id",
            "id",
            "spot_check_probability",
            where="spot_check_probability IS NOT NULL",
        ),
        # Few runs are bulk reruns, and their number by state is asked every other second while one is active.
        index_of_some("ix_runs_bulk", "team_id", "bulk_id", "state", "cause_id", where="bulk_id IS NOT NULL"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    revision: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    """Run that this one repeats or corrects."""
    from_step: Mapped[str | None] = mapped_column(String(150))
    """Step where the rerun began; None for the first run of what a source handed in. Where a run has one and no parent,
    a person put the input right.
    """
    correction: Mapped[int]
    """Number of this correction of a delivered case; 0 for none."""
    code_version: Mapped[str | None] = mapped_column(String(16))
    """The version of its workflow's code with which it began."""
    state: Mapped[RunState] = mapped_column(OneOf(RunState))
    lease: Mapped[int]
    """Number of the worker's lease, raised at each claim of the run; a write with an older number is refused."""
    losses: Mapped[int] = mapped_column(server_default="0")
    """Number of worker processes that ended while they worked on the run."""
    alone: Mapped[bool] = mapped_column(server_default=false())
    """True if the run is worked on while no other is: if the process ends, this run was the cause."""
    input_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    resolution: Mapped[Resolution | None] = mapped_column(OneOf(Resolution))
    """Way of the resolution: alone, by a person, rejected, or by a lapse; None before it."""
    output_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Output to deliver."""
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Reason why the run failed, was parked or is in doubt."""
    held_until: Mapped[datetime | None]
    """End of the grace period in which the decision can be taken back; None outside one."""
    asked_by: Mapped[str | None] = mapped_column(String(100))
    """The one who handed this content in, or asked for this rerun or correction; None where nobody did."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # No foreign keys: for them SQLite would make the table of all runs anew.
    refused_id: Mapped[int | None]
    """Content with the earlier proposals that people refused, as its proposal was told; None where it was told of none.
    A proposal that was given such a hint shows nothing of the model's quality: no figure counts it.
    """
    answers_id: Mapped[int | None]
    """Content with the answers of the case's source to people's questions, as they were when it began; None where there
    were none.
    """
    cause_id: Mapped[int | None]
    """Cause for which it stopped, or for which the run stopped whose place it took; None where there is none."""
    bulk_id: Mapped[int | None]
    """Bulk rerun that began it; None where none did."""
    spot_check_probability: Mapped[float | None]
    """Probability with which it was drawn for a spot check, 0 to 1, kept when it was resolved alone, whether or not it
    was drawn. None for one that no draw was made for: a person decided it, or its answer was a sample.
    """
    origin_id: Mapped[int | None]
    """The origin of its case, which is told when it ends; None where nobody is told."""
    handed_id: Mapped[int | None]
    """Content with the proposal that the case's source handed in with the input; None where it handed in none."""
    deployment_id: Mapped[int | None]
    """Deployment that proposes for it, settled when a worker first took it; None: none was live."""


class Step(OfTeam, Base):
    """One attempt at one journaled call."""

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("run_id", "name", "nth", "attempt"),
        index_of_some("ix_steps_cost", "team_id", "started_at", where="cost <> 0"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    position: Mapped[int]
    """Place of the call in the run, from 1; attempts at one call share it."""
    name: Mapped[str] = mapped_column(String(100))
    nth: Mapped[int]
    """Number of the call among those of this name in the run, from 1."""
    attempt: Mapped[int]
    state: Mapped[StepState] = mapped_column(OneOf(StepState))
    input_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[str]
    """Input with the output or the error, as JSON."""
    error: Mapped[str | None] = mapped_column(String(200))
    """Type of the error; its message is in the body."""
    started_at: Mapped[datetime]
    milliseconds: Mapped[float]
    cost: Mapped[Decimal]
    recalled_from: Mapped[int | None] = mapped_column(ForeignKey("steps.id"))
    """Step of the parent run whose result this one reuses."""
