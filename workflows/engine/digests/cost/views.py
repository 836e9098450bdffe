"""Read models of the cost report: amounts in US dollars, counts, ids and names, but no words of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

NOTABLE = Decimal(1)
"""A cost up to this many dollars is not worth a lead's time."""
FEWEST_DAYS = 21
"""Fewest days that a forecast is made from: each weekday three times."""


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """The cost of one workflow with one model and one prompt version."""

    workflow: str
    model: str | None
    """Model that was asked; None: a step cost something, and its run made no request to a model."""
    prompt_version: str | None
    """None with the model."""
    dollars: Decimal
    requests: int
    """Requests that were sent. A case may need several, or none."""


@dataclass(frozen=True, kw_only=True)
class PromptFile:
    """A prompt version that something was spent on."""

    version: str
    name: str
    """Name of its file."""
    seen: date
    """Local date on which a process first loaded it."""


@dataclass(frozen=True, kw_only=True)
class BudgetUse:
    """Use of a workflow's budget for a day, on the day of the report on which it took most."""

    day: date
    """A day in the workflow's own time zone."""
    taken: Decimal
    per_day: Decimal
    """Its budget when the report was made."""
    zone: str | None
    """Name of the workflow's time zone; None where its days are those of the report."""


@dataclass(frozen=True, kw_only=True)
class WorkflowCost:
    """The cost of one workflow."""

    workflow: str
    dollars: Decimal
    taken_in: int
    """Cases whose first input came within the days of the report, sample answers left out."""
    resolved: int
    """Cases that were delivered or closed within them, sample answers left out."""
    usual: Decimal | None
    """Cost of as many usual days; for a month that of the month before. None where too little is known."""
    budget: BudgetUse | None
    """None where the workflow is not known here, or took nothing of its budget."""


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """A day that cost more than three times the median of its weekdays, and more than a dollar."""

    workflow: str | None
    """None: all workflows together."""
    day: date
    dollars: Decimal
    usual: Decimal
    """The median of the same weekdays."""


@dataclass(frozen=True, kw_only=True)
class DayCost:
    """The cost of one local date."""

    day: date
    dollars: Mapping[str, Decimal]
    """Workflow -> its cost, for those that cost something."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The likely cost of a month."""

    expected: Decimal
    least: Decimal
    """The month costs between `least` and `most` with a probability of 80 %, if it goes on as in the last weeks."""
    most: Decimal


@dataclass(frozen=True, kw_only=True)
class MonthCost:
    """A month that is not over when the report ends."""

    first: date
    so_far: Decimal
    """Cost of its days up to the end of the report."""
    forecast: Forecast | None
    """None where too few days are known."""
    known: int
    """Days that the forecast is, or would be, made from."""


@dataclass(frozen=True, kw_only=True)
class Reused:
    """Answers that were given again, so that no model was asked."""

    answers: int
    dollars: Decimal
    """Cost of the requests that were answered first. A request of unknown cost counts with nothing."""


@dataclass(frozen=True, kw_only=True)
class Cheaper:
    """Requests to a model that was not the dearest of a workflow's models for the same prompt version."""

    workflow: str
    model: str
    """Model that was asked."""
    dearest: str
    """Model whose price for the same tokens is highest."""
    saved: Decimal
    """Price of the same tokens at the dearest model, less the cost."""


@dataclass(frozen=True, kw_only=True)
class DearCase:
    """One of the cases that cost most."""

    case: int
    workflow: str
    dollars: Decimal


@dataclass(frozen=True, kw_only=True)
class CostFigures:
    """The figures of a cost report. Evals are apart: they are in no number but their own."""

    lines: Sequence[CostLine]
    """They add up to the cost, whatever they are grouped by."""
    workflows: Sequence[WorkflowCost]
    """Workflows that cost something, took in a case or resolved one; the dearest first."""
    usual: Decimal | None
    """Cost of as many usual days; for a month that of the month before. None where too little is known."""
    zone: str = ""
    """Name of the time zone of its days."""
    anomalies: Sequence[Anomaly] = ()
    """By date. All workflows together are named only where no workflow is."""
    days: Sequence[DayCost] = ()
    """The days of the report's picture, the first one first: a fortnight, or a month."""
    month: MonthCost | None = None
    """The month of the report's last day, or the next one where that month is over."""
    evals: Mapping[str, Decimal] = field(default_factory=dict)
    """Workflow -> cost of its evals, which belong to no case."""
    unknown: int = 0
    """Requests of unknown cost, evals left out. Each counts with what was reserved for it, the most it can cost."""
    reserved: Decimal = Decimal(0)
    """Part of the cost that these count with."""
    reused: Reused = field(default_factory=lambda: Reused(answers=0, dollars=Decimal(0)))
    cheaper: Sequence[Cheaper] = ()
    """The measurable ones."""
    dearest: Sequence[DearCase] = ()
    """The cases that cost most, the dearest first."""
    prompts: Sequence[PromptFile] = ()
    generation: int = 0
    """Number of restores from a backup when the report was made. After one, case ids are given out again."""

    @property
    def dollars(self) -> Decimal:
        """The cost, without evals."""
        return sum((line.dollars for line in self.lines), Decimal(0))

    @property
    def for_evals(self) -> Decimal:
        """The cost of evals."""
        return sum(self.evals.values(), Decimal(0))

    @property
    def taken_in(self) -> int:
        """Cases whose first input came within the days of the report."""
        return sum(one.taken_in for one in self.workflows)

    @property
    def resolved(self) -> int:
        """Cases that were delivered or closed within them."""
        return sum(one.resolved for one in self.workflows)

    @property
    def saved(self) -> Decimal:
        """Savings by cheaper models."""
        return sum((one.saved for one in self.cheaper), Decimal(0))

    @property
    def is_quiet(self) -> bool:
        """True if nothing stands out, and too little was spent for a closer look."""
        return not self.anomalies and self.dollars <= NOTABLE and self.for_evals <= NOTABLE
