"""The evidence about a workflow, from its counts: lines with numbers, and where they are too few to expand. Pure.

The machine recommends nothing. It says what is known, and what is not.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from store.states import Level
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.digests.courses.views import Code, Evidence, Lack, Line, Thin
from workflows.engine.digests.numbers.estimates import FEWEST_LOOKS, Estimate, Looks, wrong_share
from workflows.engine.digests.numbers.views import WhyNotFreed

DECISIONS = 30
"""Fewest cases that people decided from which one can say how good the proposals are."""
CASES = 20
"""Fewest resolved cases of a week from which a share is told."""
WEEKS = 4
"""Weeks before that a week is compared with, and for which a workflow has to have worked."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The business numbers of a workflow in some weeks, as `numbers/definitions.py` says what they are."""

    cases: int = 0
    resolved: int = 0
    alone: int = 0
    reviewed: int = 0
    edited: int = 0
    rejected: int = 0
    stopped: int = 0
    """Cases that failed, were parked or came in doubt."""
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Freed:
    """The hours freed in the week, or why none are told."""

    hours: Estimate | None = None
    why_not: WhyNotFreed | None = WhyNotFreed.NO_BASELINE
    stated: timedelta | None = None
    """Time of a case by hand as its author states it."""


NO_LOOKS = Looks(number=0, weight=0.0, squares=0.0, wrong=0.0)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that the evidence about a workflow follows from."""

    week: Counts
    before: Counts
    """Of the four weeks before together."""
    weeks: int
    """Whole weeks before the week for which it has worked, at most four."""
    looks: Looks = NO_LOOKS
    """Spot checks of what went alone in four weeks."""
    freed: Freed = Freed()
    reported: int = 0
    corrected: int = 0
    waiting: int = 0
    oldest: datetime | None = None
    is_paused: bool = False
    floor: float | None = None
    is_earned: bool = False
    promise: PromiseFacts | None = None
    """Its evidence; None where it earns nothing."""
    is_scoped: bool = False


def evidence(facts: Facts) -> Evidence:
    """Return what the facts say, in the order in which a lead asks for it."""
    week, before, weeks = facts.week, facts.before, facts.weeks
    lines = [Line(code=Code.PAUSED)] if facts.is_paused else []
    lines.append(Line(code=Code.CASES, number=week.cases, before=_mean(before.cases, weeks)))
    if week.resolved:
        share = _share(before.alone, before.resolved)
        lines.append(Line(code=Code.ALONE, number=week.alone, of=week.resolved, before=share))
    lines.append(_errors(facts))
    lines += [_promise(facts.promise)] if facts.promise is not None else []
    if week.reviewed:
        for code, number, earlier in (
            (Code.EDITED, week.edited, before.edited),
            (Code.REJECTED, week.rejected, before.rejected),
        ):
            lines.append(Line(code=code, number=number, of=week.reviewed, before=_share(earlier, before.reviewed)))
    each_before = _each(before.cost, before.resolved) if before.resolved >= CASES else None
    lines.append(Line(code=Code.COST, dollars=week.cost, each=_each(week.cost, week.resolved), each_before=each_before))
    lines.append(_freed(facts.freed, week))
    if week.stopped or before.stopped:
        lines.append(Line(code=Code.STOPPED, number=week.stopped, before=_mean(before.stopped, weeks)))
    if facts.reported or facts.corrected:
        lines.append(Line(code=Code.WRONG, number=facts.reported, of=facts.corrected))
    if facts.waiting:
        lines.append(Line(code=Code.BACKLOG, number=facts.waiting, since=facts.oldest))
    return Evidence(
        lines=lines, lacks=_lacks(facts), floor=facts.floor, is_scoped=facts.is_scoped, is_earned=facts.is_earned
    )


def _goes_alone(facts: Facts) -> bool:
    return bool(facts.week.alone or facts.before.alone)


def _errors(facts: Facts) -> Line:
    """Return what spot checks say of what went alone."""
    if not _goes_alone(facts):
        return Line(code=Code.NOTHING_ALONE)
    found = wrong_share(facts.looks)
    if found is None:
        return Line(code=Code.TOO_FEW_CHECKS, number=facts.looks.number, of=FEWEST_LOOKS)
    return Line(
        code=Code.ERRORS,
        number=1_000 * found.value,
        of=found.number,
        low=1_000 * (found.low or 0),
        high=1_000 * (found.high or 0),
    )


def _promise(facts: PromiseFacts) -> Line:
    """Return what the evidence says of a workflow that earns what goes alone."""
    most = float(facts.most_wrong) if facts.most_wrong is not None else None
    goes = facts.level in (Level.VETO, Level.GUARDED) and not facts.is_held
    share = facts.share if goes else None
    return Line(code=Code.PROMISE, number=facts.looked_at, of=facts.alone, before=share, high=most)


def _freed(freed: Freed, week: Counts) -> Line:
    if freed.hours is not None:
        line = Line(code=Code.FREED, number=freed.hours.value)
        return replace(line, low=freed.hours.low, high=freed.hours.high)
    if freed.why_not is WhyNotFreed.NOT_MEASURED:
        return Line(code=Code.NOT_MEASURED)
    if freed.stated is not None and week.alone:
        return Line(code=Code.BY_HAND, time=week.alone * freed.stated)
    return Line(code=Code.NO_BASELINE)


def _lacks(facts: Facts) -> list[Lack]:
    found = []
    if _goes_alone(facts):
        if facts.looks.number < FEWEST_LOOKS:
            found.append(Lack(what=Thin.CHECKS, there=facts.looks.number, needed=FEWEST_LOOKS))
    elif (reviewed := facts.week.reviewed + facts.before.reviewed) < DECISIONS:
        found.append(Lack(what=Thin.DECISIONS, there=reviewed, needed=DECISIONS))
    if facts.week.resolved < CASES:
        found.append(Lack(what=Thin.CASES, there=facts.week.resolved, needed=CASES))
    if facts.weeks < WEEKS:
        found.append(Lack(what=Thin.WEEKS, there=facts.weeks, needed=WEEKS))
    return found


def _mean(number: int, weeks: int) -> float | None:
    return number / weeks if weeks else None


def _share(number: int, of: int) -> float | None:
    return number / of if of >= CASES else None


def _each(cost: Decimal, cases: int) -> Decimal | None:
    return cost / cases if cases else None
