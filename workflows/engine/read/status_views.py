"""Read models of how all stands: what waits, what failed, what is paused, and what is down. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workflows.engine.deliver.views import TargetView
from workflows.engine.health.views import SystemView
from workflows.engine.pauses import Pause
from workflows.engine.propose.views import OpenOutage
from workflows.engine.read.declared.prompt_views import PromptsFrom


@dataclass(frozen=True, kw_only=True)
class WorkflowStatus:
    """The status of a workflow. Numbers are of cases."""

    workflow: str
    owner: str
    decision: str
    """The question that it decides."""
    pause: Pause | None
    waiting: int
    """Cases that wait for a person."""
    oldest: datetime | None
    """Time at which the oldest of their reviews was opened."""
    answer_by: datetime | None
    """Their next deadline."""
    in_work: int
    """Cases that are ready or being worked on."""
    failed: int
    """Cases that failed or are parked."""
    doubtful: int
    """Cases whose delivery may have happened or not."""
    held: int
    """Decided cases whose delivery is held, or can still be undone."""
    announced: int
    """Cases that are announced, and go out by themselves unless somebody stops them."""
    tried_again: int
    """Decided cases that their target did not take yet; they are tried again by themselves."""
    follow_ups_due: int
    """Cases of other workflows that are to be made of its outcomes."""
    follow_ups_failed: int
    """Cases of other workflows that could not be made of its outcomes."""
    spent: Decimal
    """US dollars today, in the workflow's time zone."""
    per_day: Decimal
    """US dollars that it may spend in a day."""


@dataclass(frozen=True, kw_only=True)
class KeptDocuments:
    """The documents of a team, and the place where their files are."""

    number: int
    size: int
    """Bytes."""
    unheld: int
    """Documents that no case holds: they go within a day."""
    has_shelf: bool
    """False: there is no place for files here, so that none is taken."""
    folder: str | None
    """The folder of their files; None: they are in none."""


@dataclass(frozen=True, kw_only=True)
class StatusView:
    """The status of some workflows, and of what they depend on."""

    at: datetime
    workflows: Sequence[WorkflowStatus]
    models: Sequence[OpenOutage]
    """Models that are not asked now."""
    targets: Sequence[TargetView]
    """Targets that are down, and for which a delivery of these workflows waits."""
    systems: Sequence[SystemView] = ()
    """The other systems that are called, or will be, by name; those in trouble first."""
    documents: KeptDocuments | None = None
    """The documents that are kept; None where they are not counted."""
    prompts: PromptsFrom | None = None
    """The places from which their prompts come; None where that is not asked."""
