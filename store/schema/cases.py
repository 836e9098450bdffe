"""Cases and how they run: what came in, and each step on its way."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam
from store.states import Resolution, RunState, StepState
from store.types import OneOf


class Team(Base):
    """A Slack workspace, or the local one until Slack is first connected."""

    __tablename__ = "teams"

    slack_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]
    """When an operator said that the database is a backup; what is older may have been delivered since it was made."""
    restores: Mapped[int] = mapped_column(server_default="0")
    """How often that was said. Numbers are given out again then; who names an older one means something else."""


class Workflow(OfTeam, Base):
    """A workflow that took in a case, and how to load its declaration again."""

    __tablename__ = "workflows"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    name: Mapped[str] = mapped_column(String(100))
    options: Mapped[dict[str, Any]]
    """What the declaration was made from, where it is made from options; never a case's content."""
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    """Since when no model is asked for it and nothing is resolved alone; None where it is not paused."""
    paused_by: Mapped[str | None] = mapped_column(String(100))
    """Who paused it: a person's id, or Countersign itself."""
    pause_reason: Mapped[str | None] = mapped_column(String(300))
    """Why, in words for people."""
    holds_deliveries: Mapped[bool] = mapped_column(server_default=false())
    """While it is paused, what was decided is not delivered either."""


class Case(OfTeam, Base):
    """One input to one workflow, with a key."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("workflow_id", "key"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    key: Mapped[str] = mapped_column(String(255), index=True)
    revision: Mapped[int]
    """1 for the first content under this key."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the newest revision's input."""
    source: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[datetime]


class Content(OfTeam, Base):
    """What a case says or what was said about it: inputs, outputs, step data, error texts. JSON."""

    __tablename__ = "contents"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    body: Mapped[str]


class Run(OfTeam, Base):
    """One execution of a case."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_state_id", "state", "id"),
        Index("ix_runs_case_id_id", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    revision: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    """The run that this one runs again or corrects."""
    from_step: Mapped[str | None] = mapped_column(String(150))
    """Where the rerun began; None for the start."""
    correction: Mapped[int]
    """0, or the number of this correction of a delivered case."""
    code_version: Mapped[str | None] = mapped_column(String(16))
    """Which version of its workflow's code it began with."""
    state: Mapped[RunState] = mapped_column(OneOf(RunState))
    lease: Mapped[int]
    """Grows with every claim; a write that names an older one is refused."""
    losses: Mapped[int] = mapped_column(server_default="0")
    """How often a worker's process ended while it was worked on."""
    alone: Mapped[bool] = mapped_column(server_default=false())
    """It is worked on while nothing else is: if the process ends, it was this one."""
    input_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    resolution: Mapped[Resolution | None] = mapped_column(OneOf(Resolution))
    """How it was resolved: alone, by a person, or rejected; None while it is not."""
    output_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """What is to be delivered."""
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Why it failed, parked or is in doubt."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Step(OfTeam, Base):
    """One attempt at one journaled call."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("run_id", "name", "nth", "attempt"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    position: Mapped[int]
    """The order in which the run made its calls, from 1; attempts at one call share it."""
    name: Mapped[str] = mapped_column(String(100))
    nth: Mapped[int]
    """1 for the first call of this name in the run."""
    attempt: Mapped[int]
    state: Mapped[StepState] = mapped_column(OneOf(StepState))
    input_hash: Mapped[str] = mapped_column(String(64))
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    """Its input with its output or its error."""
    error: Mapped[str | None] = mapped_column(String(200))
    """The error's type; what it said is content."""
    started_at: Mapped[datetime]
    milliseconds: Mapped[float]
    cost: Mapped[Decimal]
    recalled_from: Mapped[int | None] = mapped_column(ForeignKey("steps.id"))
    """The parent run's step whose result this one is."""
