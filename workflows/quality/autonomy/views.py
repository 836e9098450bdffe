"""Earned autonomy, as its readers see it: the certificate, the question whether more may go alone, and news. Frozen,
pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from store.states import Level
from workflows.engine.digests.numbers.views import WhyNotFreed
from workflows.quality.autonomy.codes import News

PLACES, NO_FLOOR = 1_000, 999
"""Floors that a press can tell from each other, and the place that stands for none."""


class Step(StrEnum):
    """A step up, which somebody who answers for the workflow has to let it take."""

    SHOW = "show"
    """From shadow to draft: people see what it proposes."""
    ANNOUNCE = "announce"
    """From draft to veto: confident cases are announced, and delivered unless somebody stops them."""
    ALONE = "alone"
    """From draft or veto to guarded: confident cases go alone."""
    WIDEN = "widen"
    """At its level, for more of the cases."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The extent to which a version goes, or may go, by itself."""

    level: Level
    floor: float | None
    """Lowest score that goes alone, 0 to 1; None: nothing does."""
    share: float | None
    """Share of the cases that this lets go alone, 0 to 1, by the cases of which its steps are made; None: nothing does,
    or nobody knows.
    """
    place: int | None = None
    """Place of the floor among those that are tested, from 0; None without a floor."""

    def shown(self, change: int) -> int:
        """Return the number by which a press names how far was asked about. `change`: of the epoch."""
        return change * PLACES + (NO_FLOOR if self.place is None else self.place)


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A floor with what the labels say of it."""

    floor: float
    share: float
    """Share of the cases that it lets go alone, 0 to 1."""
    looked_at: int
    """Cases at or above it that people looked at."""
    errors: int
    """Those of them that were wrong."""
    wrong: float
    """Share of these that was wrong, each weighted by how likely it was to be looked at, 0 to 1."""
    at_most: float
    """Upper end of the 90 % interval of that, 0 to 1. It decides nothing: the certificate has a test of its own."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Hours a week that a workflow frees against its baseline."""

    now: float
    then: float
    """As far as it is asked about."""


class Became(StrEnum):
    """Outcomes of the question whether more may go alone."""

    LET = "let"
    """Somebody let it."""
    LEFT = "left"
    """Somebody said: not now."""
    CHANGED = "changed"
    """It stands otherwise since, so this question is over."""
    ENDED = "ended"
    """Another version took its place, or what went alone was taken back."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The outcome of a question."""

    became: Became
    by: str | None
    at: datetime | None
    reach: Reach | None
    """Reach now; None where the version is judged no more."""


@dataclass(frozen=True, kw_only=True)
class QuestionView:
    """The question to those who answer for a workflow: the evidence permits more, may it?"""

    epoch: int
    """Its row."""
    change: int
    """A press names the one that it was shown."""
    generation: int
    """Number of restores from a backup so far."""
    workflow: str
    owner: str
    backup: str | None
    version: int
    """Number of the deployment."""
    step: Step
    now: Reach
    then: Reach
    wrong: float
    """Promised: the share of what goes alone that may be wrong, 0 to 1."""
    sure: float
    looked_at: int
    """Labels that it rests on."""
    errors: int
    """Those of them that count as an error."""
    cases_a_week: float | None
    """Cases a week of the last four; None where there are too few to say."""
    checks_a_week: float | None
    """Spot checks a week to be expected then; None where nobody can say, or nothing goes alone."""
    hours: Hours | None
    why_no_hours: WhyNotFreed | None
    """None where hours are told."""
    veto: timedelta | None
    """Time for which a case is announced; None where there is no such level."""
    curve: Sequence[CurvePoint] = ()
    """Strictest floor first; only floors of which the labels say something."""
    answered: Answered | None = None
    """None: it waits."""

    @property
    def shown(self) -> int:
        """The number by which a press names what was shown."""
        return self.then.shown(self.change)


@dataclass(frozen=True, kw_only=True)
class LedgerView:
    """Findings of spot checks about all that ever went alone, whatever changed in between."""

    alone: int
    """Cases that went alone and were drawn from, up to the first whose spot check is still open."""
    until: datetime | None
    """Time of that; None where none is open."""
    looked_at: int
    errors: int
    undrawn: int
    """Cases that went alone of which none was to be looked at. Nothing is said of them."""
    least: float | None
    """Smallest probability with which a case was looked at; None where none went alone."""
    sure: float
    most_wrong: int | None
    """At most so many of `alone` are wrong, with this certainty; None where none went alone."""


class NeedKind(StrEnum):
    """Kinds of conditions for going up."""

    COMPARE = "compare"
    """People decide so many more cases without seeing the proposal."""
    LOOK = "look"
    """People look at so many more cases."""
    RIGHT = "right"
    """So many more confident cases have to be right, if none is wrong."""
    ANNOUNCED = "announced"
    """So many more spot checks of what is announced, before it may go alone without that."""
    LET = "let"
    """Somebody who answers for it lets it: the evidence permits it."""
    CHECKS = "checks"
    """Spot checks that are behind are done."""
    VERSION = "version"
    """A version is deployed."""
    NOTHING = "nothing"
    """It goes as far as it can be shown to go."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """A condition for going up, and how much of it is lacking."""

    kind: NeedKind
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class EpochLine:
    """A time over which one version was judged, and how it ended."""

    number: int
    """Within its workflow, from 1."""
    version: int
    """Number of the deployment."""
    wrong: float
    sure: float
    reach: Reach
    """Reach at last."""
    looked_at: int
    errors: int
    alone: int
    """Cases that went alone, or were announced, under it."""
    unjudged: int
    """Cases that people were asked about and nobody judged: it says nothing of them."""
    allowed_by: str | None
    allowed_at: datetime | None
    began_at: datetime
    ended_at: datetime | None
    end: str | None
    """Code of why it ended; None while it lasts."""


@dataclass(frozen=True, kw_only=True)
class CertificateView:
    """The promise of a workflow about what it resolves alone, and what that rests on."""

    workflow: str
    owner: str
    backup: str | None
    generation: int
    at: datetime
    wrong: float
    """As it is declared now."""
    sure: float
    by_itself: bool
    veto: timedelta | None
    spot_checks: float
    """Share of what goes alone that is looked at, at least, 0 to 1."""
    epoch: int | None
    """Row of the one that lasts; None: nothing is deployed, or it was not begun yet."""
    change: int
    now: EpochLine | None
    permitted: Reach | None
    """Reach that the evidence permits; None where that is no further."""
    step: Step | None
    """Step that waits for somebody's word; None where none does."""
    held: str | None
    """Code of why nothing goes alone for now."""
    needs: Sequence[Need]
    checks_a_week: float | None
    ledger: LedgerView
    lines: Sequence[EpochLine]
    """Newest first, the one that lasts among them."""
    more: int
    """Older ones that are not shown."""
    curve: Sequence[CurvePoint] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """The evidence as it is kept, from which all of it can be computed again. Any: plain numbers."""

    @property
    def shown(self) -> int:
        """The number by which a press names what was shown."""
        return (self.permitted or Reach(level=Level.DRAFT, floor=None, share=None)).shown(self.change)


@dataclass(frozen=True, kw_only=True)
class NewsView:
    """News of what goes alone, for those who answer for a workflow."""

    news: News
    workflow: str
    owner: str
    generation: int
    """Number of restores from a backup so far."""
    version: int | None
    """Number of the deployment; None where nothing is deployed any more."""
    at: datetime
    wrong: float
    """As promised, 0 to 1."""
    errors: int = 0
    """Of the last spot checks, those that were wrong."""
    checks: int = 0
    """Those last spot checks."""
    cases: Sequence[int] = ()
    """Numbers of the cases that were wrong, the newest first."""
    alone_since: int = 0
    """Cases that went alone since the last good evidence."""
    packed: int = 0
    """Those of them that wait to be looked through."""
    needed: int | None = None
    """About so many decisions until something may go alone again; 0 where its owner can let it at once, None where
    nothing fell.
    """
    behind: int = 0
    """Spot checks that are behind."""
    days: int = 0
    """Working days after which a spot check is."""
    reach: Reach | None = None
    """Reach since then; None where that is not known."""
    by: str | None = None
    """Person who took it back."""
    reason: str | None = None
    """Their words."""
    is_over: bool = False
    """True where it stands otherwise by now, so that nobody has to act on it."""


@dataclass(frozen=True, kw_only=True)
class StandingLine:
    """A line of a list: how far a workflow goes by its evidence."""

    workflow: str
    reach: Reach
    looked_at: int
    may_go_further: bool
    """True if the evidence permits more than now."""
    held: str | None
    """Code of why nothing goes alone for now."""
