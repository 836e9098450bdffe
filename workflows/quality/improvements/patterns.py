"""Patterns in what people corrected: conditions on the input under which proposals were wrong far more often. Pure.

    {queue of the input is "billing"} -> priority was corrected to "high": 14 of 18, elsewhere 9 of 400
    {subject of the input has "webinar"} -> rejected as "Spam": 12 of 14, elsewhere 5 of 404

Whoever looks through thousands of conditions finds some that fit by chance. So the cases are cut into two halves by a
hash of their number: conditions, words and limits are chosen in one half, and only those few are tested in the other
one, which had no say in the choice. The test is exact (hypergeometric, as Fisher's), and is paid for by Bonferroni: for
all that were chosen, and for the two ways round. Cases count as independent of each other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from pydantic import JsonValue
from scipy.stats import hypergeom

from workflows.quality.improvements.conditions import Condition, holds, plain
from workflows.quality.improvements.pattern_search import Cases, Chosen, Search, chosen, gain

__all__ = ["Condition", "Decided", "Pattern", "holds", "patterns"]

ALPHA = 0.02
"""Probability with which a log without any pattern may show one, at most."""
FEWEST = 5
"""Errors of a pattern."""
FEWEST_SEEN = 2
"""Errors of it in the half that tests."""
TIMES, POINTS = 2.0, 0.1
"""The rate of errors of a pattern is at least so many times that of elsewhere, and so much above it."""
SAME = 0.8
"""Share of errors in common from which two patterns of different fields are one."""
MOSTLY = 0.75
"""Share of the corrections to one value from which it is named."""
OUTPUTS = 20
"""Corrected fields that are looked at, the most frequent first."""
REASONS = 10
"""Reasons of rejections that are looked at, the most frequent first."""
REST = 0.01
"""Probability from which on a pattern shows nothing beyond another one."""
SECOND = 3.0
"""Log likelihood that a second condition costs where two patterns say much the same."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decided case, and what was wrong with its proposal."""

    case: int
    input: Mapping[str, JsonValue]
    error: bool
    wrong: frozenset[str]
    """Fields of the output that were corrected; none where the proposal was rejected without values."""
    changed: Mapping[str, tuple[str, str]]
    """Corrected field -> what was proposed and what is right. Choices and other short values only."""
    reason: str | None
    """Code of the reason for a rejection; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Sort:
    """A sort of errors."""

    output: str | None
    """Field that was corrected; None: the proposal was rejected."""
    reason: str | None
    """Reason for which it was rejected; None: for any."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Conditions under which proposals were wrong far more often than elsewhere."""

    conditions: tuple[Condition, ...]
    """All of them hold."""
    output: str | None
    """Field that was corrected; None: the proposal was rejected."""
    reason: str | None
    """Reason for which it was rejected; None: for any."""
    became: str | None
    """The right value, where most corrections were to the same one."""
    cases: tuple[int, ...]
    """Cases with that error, in order."""
    errors: int
    of: int
    """Cases for which the conditions hold."""
    elsewhere_errors: int
    elsewhere: int
    """All other cases."""
    p: float
    """Probability of such a result by chance, at most, with the search paid for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    """Conditions that passed the test."""

    conditions: tuple[Condition, ...]
    sort: Sort
    holds: Cases
    errors: Cases
    """All errors of this sort, also elsewhere."""
    p: float

    @property
    def own(self) -> Cases:
        return self.holds & self.errors

    @property
    def score(self) -> float:
        hit, of = np.array(float(self.own.sum())), np.array(float(self.holds.sum()))
        added = gain(hit, of, float(self.errors.sum()), float(len(self.holds)))
        return float(added) - SECOND * (len(self.conditions) - 1)


def patterns(decided: Sequence[Decided], *, most: int = 5) -> Sequence[Pattern]:
    """Return the patterns in which errors stand out, the surest first. The order of the cases plays no part."""
    sorts = _sorts(decided)
    if not sorts or most < 1:
        return []
    search = Search([plain(one.input) for one in decided], np.array([one.error for one in decided]))
    half = np.array([_in_first_half(one.case) for one in decided])
    found = [
        one
        for chosen_in in (half, ~half)
        for one in _tested(search, sorts, chosen_in)
        if _stands_out(int(one.own.sum()), int(one.holds.sum()), int(one.errors.sum()), len(decided))
    ]
    told = [_pattern(one, decided) for one in _simplest(found)]
    told.sort(key=lambda one: (one.p, -one.errors, one.output or "", one.reason or "", repr(one.conditions)))
    return told[:most]


def _sorts(decided: Sequence[Decided]) -> dict[Sort, Cases]:
    """Return the sorts of errors of which there are enough: each corrected field, rejections, and each reason of these.

    Where all were rejected for one reason, that is the only sort of them: what is looked at twice is paid for twice.
    """
    counts = Counter(name for one in decided if one.error for name in one.wrong)
    names = sorted(counts, key=lambda name: (-counts[name], name))[:OUTPUTS]
    sorts: dict[Sort, Cases] = {
        Sort(output=name, reason=None): np.array([one.error and name in one.wrong for one in decided]) for name in names
    }
    rejected = np.array([one.error and not one.wrong for one in decided], dtype=np.bool_)
    reasons = Counter(one.reason for one in decided if one.error and not one.wrong)
    if len(reasons) != 1:
        sorts[Sort(output=None, reason=None)] = rejected
    for reason in sorted(reasons, key=lambda reason: (-reasons[reason], reason or ""))[:REASONS]:
        if reason is not None or len(reasons) == 1:
            sorts[Sort(output=None, reason=reason)] = rejected & np.array([one.reason == reason for one in decided])
    return {sort: errors for sort, errors in sorts.items() if FEWEST <= errors.sum() < len(decided)}


def _in_first_half(case: int) -> bool:
    return sha256(f"patterns {case}".encode()).digest()[0] < 128


def _tested(search: Search, sorts: Mapping[Sort, Cases], half: Cases) -> Iterator[_Found]:
    """Yield what is chosen in a half and holds in the other one."""
    candidates: list[tuple[Sort, Chosen]] = []
    for sort, errors in sorts.items():
        columns = search.columns(errors, half)
        candidates += [(sort, one) for one in chosen(columns, errors, half)]
    for sort, one in candidates:
        # Both ways round each get one half of the probability of being wrong.
        p = min(1.0, _chance(one.holds, sorts[sort], ~half & one.left) * len(candidates) * 2)
        if p <= ALPHA and (one.holds & one.left & sorts[sort] & ~half).sum() >= FEWEST_SEEN:
            yield _Found(conditions=one.conditions, sort=sort, holds=one.holds, errors=sorts[sort], p=p)


def _chance(met: Cases, errors: Cases, rows: Cases) -> float:
    """Return the probability of so many errors or more under the condition, if errors fell on cases at random."""
    hit, wrong, of = (met & errors & rows).sum(), (errors & rows).sum(), (met & rows).sum()
    return float(hypergeom.sf(int(hit) - 1, int(rows.sum()), int(wrong), int(of)))


def _stands_out(errors: int, of: int, all_errors: int, cases: int) -> bool:
    if errors < FEWEST or of == cases:
        return False
    rate, elsewhere = errors / of, (all_errors - errors) / (cases - of)
    return rate >= TIMES * elsewhere and rate >= elsewhere + POINTS


def _simplest(found: Sequence[_Found]) -> list[_Found]:
    """Return the patterns that each show something of their own, of those that say much the same the best."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (-one.score, one.p, *_named(one.sort), repr(one.conditions))):
        told = np.zeros(len(one.holds), dtype=np.bool_)
        for other in kept:
            if other.sort.output == one.sort.output:
                told |= other.holds
        left = one.own & ~told
        is_same = any((one.own & other.own).sum() >= SAME * one.own.sum() for other in kept)
        if not is_same and left.sum() >= FEWEST and _chance(one.holds, one.errors, ~told) <= REST:
            kept.append(one)
    return kept


def _named(sort: Sort) -> tuple[str, str]:
    return sort.output or "", sort.reason or ""


def _pattern(one: _Found, decided: Sequence[Decided]) -> Pattern:
    errors, of, all_errors = int(one.own.sum()), int(one.holds.sum()), int(one.errors.sum())
    own = [decided[place] for place in np.flatnonzero(one.own).tolist()]
    return Pattern(
        conditions=one.conditions,
        output=one.sort.output,
        reason=one.sort.reason,
        became=_became(own, one.sort.output),
        cases=tuple(sorted({case.case for case in own})),
        errors=errors,
        of=of,
        elsewhere_errors=all_errors - errors,
        elsewhere=len(decided) - of,
        p=one.p,
    )


def _became(own: Sequence[Decided], output: str | None) -> str | None:
    if output is None:
        return None
    right = Counter(one.changed[output][1] for one in own if output in one.changed)
    named = [value for value, count in right.items() if count >= MOSTLY * len(own)]
    return named[0] if named else None
