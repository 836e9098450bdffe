"""Read models of the failure summary: counts, ids and names, but no words of a case.

They are kept as they were when the summary was made. A field that came later has a default, and one that is gone is
passed over where it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from store.states import CauseState, RunState
from workflows.engine.digests.failures.attention import Attention, Relief
from workflows.engine.digests.failures.needs import Need
from workflows.engine.digests.failures.usual import is_unusual
from workflows.engine.health.views import SystemView
from workflows.engine.read.cause_views import CauseLineView

_NOT_MADE_FOR = ("out_of_scope", "outside_share")
LISTED = 10
"""Most things that are listed to who presses a button."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause for which cases stopped."""

    step: str | None
    """Name of the step; None: the error was outside any step, or is not known."""
    error: str | None
    """Type of the error; None: there was no error, or it is not known."""
    cases: int
    id: int | None = None
    """Of its row; None for failures that belong to no cause."""
    state: CauseState | None = None
    """The state that it was in when the summary was made."""


@dataclass(frozen=True, kw_only=True)
class Unproposed:
    """A reason for which cases went to people without a proposal."""

    code: str
    cases: int


@dataclass(frozen=True, kw_only=True)
class PausedSince:
    """The pause of a workflow, without its reason, which may name a case."""

    at: datetime
    by_itself: bool
    """True if Countersign paused it, and no person."""
    held: int
    """Cases that are resolved, and whose delivery is held."""


@dataclass(frozen=True, kw_only=True)
class WorkflowFigures:
    """The figures of one workflow in the period of a digest. "Now" is the time when the digest was made."""

    workflow: str
    taken_in: int
    alone: int
    """Cases resolved alone and delivered."""
    by_people: int
    """Cases decided by a person, and delivered or closed."""
    waiting: int
    """Cases that wait for a person now."""
    stopped: int
    """Cases that failed, were parked or came in doubt in the period."""
    still_stopped: int
    """Those of these cases that are still stopped now."""
    older: int
    """Cases that stopped before the period, and are still stopped now."""
    causes: Sequence[Cause]
    """The most frequent causes, the most frequent first. A case that stopped twice may have two."""
    more_causes: int
    """Number of further causes."""
    cost: Decimal
    """US dollars spent in the period."""
    unproposed: Sequence[Unproposed] = field(default_factory=list)
    """Reasons for which cases went to people without a proposal in the period, the most frequent first."""
    paused: PausedSince | None = None
    """Its pause; None: it was not paused when the digest was made."""
    samples: int = 0
    """Cases taken in whose proposals were written by hand for a demonstration. The other numbers leave them out, except
    where they stopped.
    """

    reported: int = 0
    """Reports that a case was wrong."""
    corrected: int = 0
    """Cases for which a correction was delivered: errors that were found, each confirmed by a person."""
    lapsed: int = 0
    """Cases that were delivered or closed because nobody answered in time."""
    overdue: int = 0
    """Reviews past their deadline now."""
    usually_taken_in: int | None = None
    """Cases taken in on the usual day (decision 0051); None where the period is no single day, or none is known."""
    usually_stopped: int | None = None

    @property
    def went_through(self) -> int:
        """Cases that were resolved in the period, whoever resolved them."""
        return self.alone + self.by_people + self.lapsed

    @property
    def is_quiet(self) -> bool:
        """True if there is nothing to count of the workflow."""
        happened = self.taken_in or self.went_through or self.waiting or self.stopped or self.older
        spent_or_stood = self.cost or self.unproposed or self.paused is not None or self.overdue
        found_wrong = self.reported or self.corrected
        counted = not happened and not self.samples and not spent_or_stood and not found_wrong
        return counted and not self.has_unusual_number

    @property
    def has_unusual_number(self) -> bool:
        """True if far more or far fewer cases came than usually."""
        return is_unusual(self.taken_in, self.usually_taken_in)

    @property
    def is_worth_telling(self) -> bool:
        """True if there is more to say of the workflow than its share of the day's numbers."""
        failed = self.stopped or self.older or self.paused is not None
        # That a case is none for the model is how its workflow was written.
        lacking = any(one.code not in _NOT_MADE_FOR for one in self.unproposed)
        other = self.reported or self.corrected or self.samples or self.lapsed
        return bool(failed or lacking or other or self.has_unusual_number)


@dataclass(frozen=True, kw_only=True)
class CauseNumbers:
    """Causes of failures, by what became of them in the period, and by how they stand."""

    new: int = 0
    """Those whose first failure came in the period."""
    back: int = 0
    """Those that came back in the period after they were resolved."""
    closed: int = 0
    """Those that were resolved in the period, and still are."""
    open: int = 0
    """Those that nobody has in hand, of new and old ones."""
    mending: int = 0
    ignored: int = 0

    @property
    def happened(self) -> bool:
        """True if one came, came back or was closed."""
        return bool(self.new or self.back or self.closed)


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """The times to recovery of what was mended in the period: of causes, and of systems in trouble or down."""

    number: int
    median: float
    """Seconds: the least that half of them did not exceed."""
    longest: float
    """Seconds."""
    longest_of: str
    """Name of the system, or of the workflow whose cause it was."""


@dataclass(frozen=True, kw_only=True)
class LongWait:
    """A review that waits for long."""

    review: int
    version: int
    case: int
    workflow: str
    opened_at: datetime
    is_overdue: bool


@dataclass(frozen=True, kw_only=True)
class FailureFigures:
    """The figures of a failure summary."""

    workflows: Sequence[WorkflowFigures]
    """The workflows with something to count."""
    needs: Sequence[Need] | None = None
    """Things that need somebody; None in a summary from before there were needs."""
    generation: int = 0
    """Number of restores from a backup, when it was made: after a restore ids are given out again."""
    causes: CauseNumbers = field(default_factory=CauseNumbers)
    recovery: Recovery | None = None
    """None where nothing was mended in the period."""
    long_waits: Sequence[LongWait] = field(default_factory=list)
    """The reviews that wait longest, where they are late or days old."""
    oldest: datetime | None = None
    """Time at which the review that waits longest was opened; None where none waits."""
    failed_by_day: Sequence[int] = field(default_factory=list)
    """Cases that stopped on each of the last days of the period, the oldest day first."""
    usually_taken_in: int | None = None
    usually_stopped: int | None = None
    attention: Attention | None = None
    """None where it is about one workflow, or where people can look at all that waits."""
    relief: Sequence[Relief] = field(default_factory=list)
    """Ways to relieve people, where they cannot."""

    @property
    def taken_in(self) -> int:
        """Cases taken in."""
        return sum(one.taken_in for one in self.workflows)

    @property
    def went_through(self) -> int:
        """Cases that were resolved in the period."""
        return sum(one.went_through for one in self.workflows)

    @property
    def waiting(self) -> int:
        """Cases that waited for a person when the digest was made."""
        return sum(one.waiting for one in self.workflows)

    @property
    def stopped(self) -> int:
        """Cases that failed, were parked or came in doubt."""
        return sum(one.stopped for one in self.workflows)

    @property
    def still_stopped(self) -> int:
        """Those of these cases that were still stopped when the digest was made."""
        return sum(one.still_stopped for one in self.workflows)

    @property
    def older(self) -> int:
        """Cases that stopped before the period, and were still stopped when the digest was made."""
        return sum(one.older for one in self.workflows)

    @property
    def cost(self) -> Decimal:
        """US dollars spent."""
        return sum((one.cost for one in self.workflows), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class FailedCase:
    """A case that stopped and belongs to no cause."""

    case: int
    state: RunState
    since: datetime


@dataclass(frozen=True, kw_only=True)
class SystemNow:
    """A system, with the causes that nobody has in hand and that are about it."""

    name: str
    view: SystemView | None
    """None where it is not called any more."""
    causes: Sequence[CauseLineView]


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """The messages to a channel that were given up."""

    channel: str
    error: str
    """Code of the refusal."""
    number: int
