"""Read models of the quality review: counts, names of fields, and declared values, but no words of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.engine.declare.promises import PromiseFacts

FEW = 3
"""Fewest cases of a kind that are told by themselves in a channel: a smaller group would point at single cases."""


@dataclass(frozen=True, kw_only=True)
class ValueChange:
    """A change of a declared value to another that people made again and again."""

    proposed: str | None
    """None for nothing."""
    decided: str | None
    number: int


@dataclass(frozen=True, kw_only=True)
class FieldEdits:
    """The edits of one field. Those of a kind that are fewer than `FEW` are only in `number`."""

    label: str
    """Name of the field, as its form shows it."""
    number: int
    """Edits that changed it."""
    is_text: bool = False
    """True if it is free text."""
    values: Sequence[ValueChange] = ()
    """Its most frequent changes, the most frequent first; only of a field that has few values, declared by the author.
    """
    is_several: bool = False
    """True if it holds any number of values: a change is one value that was added or left out."""
    raised: int = 0
    lowered: int = 0
    percent: float | None = None
    """Median of how far numbers were raised or lowered, in percent of what was proposed."""
    filled: int = 0
    """Edits that entered something where nothing was proposed."""
    emptied: int = 0


@dataclass(frozen=True, kw_only=True)
class Proposer:
    """People's decisions about the proposals of one model and prompt version."""

    model: str
    prompt_version: str | None
    decided: int
    edited: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """A declared reason for a rejection, or a rule, and how often it was given."""

    said: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Checks:
    """Cases delivered alone in the period, and the results of their spot checks so far."""

    alone: int
    drawn: int
    looked_at: int
    same: int
    minor: int
    major: int
    critical: int
    errors: int
    """Those looked at that count as an error."""
    open: int
    """Those that somebody has to look at."""
    corrected: int
    """Those that were corrected before anybody looked."""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """Reports that something was wrong, and what came of them so far."""

    reported: int
    corrected: int
    right: int
    """Reports of which a person found that nothing was wrong."""
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Before:
    """The same numbers of as many days before."""

    decided: int
    edited: int
    rejected: int
    reported: int
    corrected: int
    looked_at: int
    errors: int


@dataclass(frozen=True, kw_only=True)
class QualityOfWorkflow:
    """The quality of one workflow in the period of a digest."""

    workflow: str
    row: int
    """Id of its row, for buttons."""
    decided: int
    """Proposals that people approved, edited or rejected."""
    edited: int
    rejected: int
    answered: int
    """Cases that people answered without a proposal."""
    checks: Checks | None
    """None: nothing went alone."""
    overdue: int
    """Spot checks, of whatever time, that are still to be looked at and past their time now."""
    fields: Sequence[FieldEdits]
    """Edits by field, the most often changed first."""
    few: int
    """Changes of fields that are told together, since each field has fewer than `FEW`."""
    compared: int
    """Edits that were compared with what was proposed."""
    proposers: Sequence[Proposer]
    """Models and prompt versions, the one with the most decisions first."""
    reasons: Sequence[ReasonCount]
    """Declared reasons for rejections, the most frequent first."""
    free_reasons: int
    """Rejections with a reason in a person's own words, which may be about a case."""
    reported: Reported
    corrected: int
    """Cases for which a correction was delivered: errors that were found, each confirmed by a person."""
    confirmed: Sequence[ReasonCount]
    """Rules that people confirmed to pass over, the most frequent first."""
    barred: int
    """Times that a rule barred what a person had decided."""
    before: Before
    unseen: int = 0
    """Cases that people decided without seeing what was proposed, which was compared afterwards."""
    unseen_compared: int = 0
    unseen_same: int = 0
    """Those of the compared ones in which both were the same."""
    examples: int = 0
    """Cases that people decided, of whatever time, and that wait now to be taken in as examples or left."""
    promise: PromiseFacts | None = None
    """Its evidence, where it earns what goes alone."""

    @property
    def is_quiet(self) -> bool:
        """True if there is nothing to tell of the workflow."""
        people = self.decided or self.answered or self.unseen or self.barred or self.confirmed or self.examples
        wrong = self.reported.reported or self.corrected or self.overdue
        return not people and not wrong and (self.checks is None or not self.checks.alone)


@dataclass(frozen=True, kw_only=True)
class QualityFigures:
    """The figures of a quality review."""

    workflows: Sequence[QualityOfWorkflow]
    """The workflows with something to tell."""
    compared: int
    """Edits of all workflows that were compared with what was proposed: the newest ones."""
    most_compared: int
    """Most edits that are compared for one digest."""
    since: datetime
    """Begin of the days that it covers, in UTC."""
    until: datetime

    @property
    def decided(self) -> int:
        """Proposals that people decided."""
        return sum(one.decided for one in self.workflows)

    @property
    def edited(self) -> int:
        """Those of them that people edited."""
        return sum(one.edited for one in self.workflows)

    @property
    def rejected(self) -> int:
        """Those of them that people rejected."""
        return sum(one.rejected for one in self.workflows)

    @property
    def errors(self) -> int:
        """Spot checks that found an error."""
        return sum(one.checks.errors for one in self.workflows if one.checks is not None)

    @property
    def looked_at(self) -> int:
        """Spot checks that were looked at."""
        return sum(one.checks.looked_at for one in self.workflows if one.checks is not None)

    @property
    def corrected(self) -> int:
        """Cases for which a correction was delivered."""
        return sum(one.corrected for one in self.workflows)

    @property
    def overdue(self) -> int:
        """Spot checks that are past their time now."""
        return sum(one.overdue for one in self.workflows)


@dataclass(frozen=True, kw_only=True)
class RejectionView:
    """A rejection with a reason in a person's own words, for those who may read the case."""

    case: int
    key: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RejectionsView:
    """The newest of these of a workflow in the period of a digest."""

    workflow: str
    rejections: Sequence[RejectionView]
    more: int
    """Number of earlier ones."""
