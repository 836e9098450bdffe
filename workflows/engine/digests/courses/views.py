"""Read models of courses: counts, amounts and names, but no words of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

MOST_NOTE = 500
"""Most characters of a lead's words about a choice."""


class Choice(StrEnum):
    """The course of a workflow that leads can choose."""

    EXPAND = "expand"
    """It is to do more alone, or more kinds of cases."""
    HOLD = "hold"
    """It goes on as it is."""
    STOP = "stop"
    """It is to propose nothing and resolve nothing alone. Somebody with the right to it pauses it."""


class Code(StrEnum):
    """The subject of a line of evidence. It says which numbers the line has."""

    CASES = "cases"
    """`number`: cases taken in. `before`: their mean in a week of the four before."""
    ALONE = "alone"
    """`number` of `of`: cases that went alone, of those resolved. `before`: their share in the four weeks before."""
    ERRORS = "errors"
    """`number`: errors among 1,000 of what went alone, as `of` spot checks of four weeks say; `low`, `high`: its 90 %
    interval.
    """
    TOO_FEW_CHECKS = "too_few_checks"
    """`number`: spot checks of four weeks that were looked at, where `of` are needed."""
    NOTHING_ALONE = "nothing_alone"
    """Nothing went alone in four weeks."""
    PROMISE = "promise"
    """Its evidence, where it earns that cases go alone. `before`: the share that goes alone, 0 to 1; None:
    nothing does. `number`: labels that it rests on. `high`: at most so many of `of`, all that ever went alone, are
    wrong.
    """
    EDITED = "edited"
    """`number` of `of`: cases that people edited, of those they decided. `before`: their share in four weeks before."""
    REJECTED = "rejected"
    """The same, of those that they rejected."""
    COST = "cost"
    """`dollars`: cost of the week. `each`: of a resolved case. `each_before`: the same of the four weeks before."""
    FREED = "freed"
    """`number`: hours freed, net of people's time and of cost. `low`, `high`: its 90 % interval, where it has one."""
    NOT_MEASURED = "not_measured"
    """There is a baseline, and too few decisions were timed to say how long people take now."""
    BY_HAND = "by_hand"
    """`time`: what the cases that went alone take by hand as the author states it. Nobody measured it."""
    NO_BASELINE = "no_baseline"
    """Nobody knows how long such a case takes by hand."""
    STOPPED = "stopped"
    """`number`: cases that failed or stopped. `before`: their mean in a week of the four before."""
    WRONG = "wrong"
    """`number`: reports that something was wrong. `of`: cases that were corrected."""
    BACKLOG = "backlog"
    """`number`: cases that wait for a person. `since`: since when the oldest does."""
    PAUSED = "paused"
    """It is paused now."""


class Thin(StrEnum):
    """A reason for which the evidence is too thin to expand."""

    CHECKS = "checks"
    """Fewer spot checks were looked at than an estimate of errors needs."""
    DECISIONS = "decisions"
    """Nothing went alone, and people decided too few cases to say how good the proposals are."""
    WEEKS = "weeks"
    """It has worked for too short a time to compare with."""
    CASES = "cases"
    """Too few cases were resolved."""


@dataclass(frozen=True, kw_only=True)
class Lack:
    """A lack of evidence: how much there is, and how much is needed."""

    what: Thin
    there: int
    needed: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of evidence. Its code says which of the numbers it has."""

    code: Code
    number: float | None = None
    of: int | None = None
    before: float | None = None
    low: float | None = None
    high: float | None = None
    dollars: Decimal | None = None
    each: Decimal | None = None
    each_before: Decimal | None = None
    time: timedelta | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The facts of a workflow when leads are asked about it."""

    lines: Sequence[Line]
    lacks: Sequence[Lack]
    """Reasons for which it is too thin to expand; none: it is not."""
    floor: float | None
    """The confidence from which on it resolves cases alone, 0 to 1; None: never."""
    is_scoped: bool
    """True if some cases are outside its scope."""
    is_earned: bool = False
    """True if what goes alone is earned by evidence, so that its author sets no floor."""


@dataclass(frozen=True, kw_only=True)
class CourseView:
    """The question whether a workflow is to expand, hold or stop, and what was chosen."""

    id: int
    workflow: str
    owner: str | None
    """None: the workflow is not known here any more."""
    last: date
    """Last day of the week that it is about."""
    evidence: Evidence
    version: int
    choice: Choice | None
    by: str | None
    at: datetime | None
    note: str | None
    is_closed: bool
    """True if it was asked again for a later week, so that this choice stays."""
    generation: int
    made_up_until: date | None = None
    """The last day whose cases are made up, for a demonstration; None: none of them is in the evidence."""


@dataclass(frozen=True, kw_only=True)
class CourseNote:
    """The news of what was chosen."""

    choice: Choice
    before: Choice | None
    note: str | None
