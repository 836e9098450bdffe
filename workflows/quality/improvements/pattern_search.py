"""The search for conditions under which errors stand out, in one half of the cases. Pure.

Conditions are ranked by the likelihood ratio of two rates against one, less the logarithm of how many conditions of
that kind there are to choose from: so a word, of which there are thousands, needs more than a choice. It is a subgroup
search by covering: the best is taken, its cases are set aside, and the next is looked for in the rest (Lavrač et al.,
"Subgroup discovery with CN2-SD", JMLR 2004). What it finds is no evidence until the other half says so, too.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import xlogy

from workflows.quality.improvements.conditions import Condition, Kind, Plain, between, choice, number, spoken

Cases = npt.NDArray[np.bool_]
"""One mark for each case."""
Places = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]

FEWEST = 3
"""Errors in the half under a condition; with fewer it is not looked at."""
ROUNDS = 8
"""Conditions that are looked for, one after the other."""
FIELDS = 200
"""Fields of the inputs that are looked at, those that most cases have first."""
CHOICES, WORDS, LIMITS = 2_000, 20_000, 40
"""Most values, words and phrases; and limits of one field, on each side."""
PAIRED = 150
"""Conditions of which each two are tried together, besides the choices."""
SECOND = 3.0
"""Further log likelihood that a second condition has to add."""
Key = TypeVar("Key")
_RANK: Mapping[Kind, int] = {"is": 0, "above": 1, "below": 1, "has": 2}


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Conditions, the simplest first, and the cases for which each holds."""

    conditions: Sequence[Condition]
    ranks: Places
    """Kind of each: choices, limits, words."""
    matrix: csr_array
    """A row for each case, a column for each condition."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """Conditions that were chosen in a half."""

    conditions: tuple[Condition, ...]
    holds: Cases
    left: Cases
    """Cases that no condition chosen before holds for."""


@dataclass(frozen=True, kw_only=True)
class _Best:
    """The best conditions of a search, as places of columns."""

    score: float
    places: tuple[int, ...]


class Search:
    """A search in decided cases, of which some are errors of any sort."""

    def __init__(self, inputs: Sequence[Mapping[str, Plain]], errors: Cases) -> None:
        """Read the inputs once: values, words and amounts. `errors`: cases whose words are worth a look."""
        self._inputs = inputs
        named = Counter(name for one in inputs for name in one)
        self._names = sorted(name for name, _ in _first(named, FIELDS))
        amounts = {
            name: np.array([math.nan if (found := number(one.get(name))) is None else found for one in inputs])
            for name in self._names
        }
        self._amounts = {name: these for name, these in amounts.items() if not np.isnan(these).all()}
        self._known: dict[Condition, Places] = {}
        self._known.update(self._choices(errors))
        self._known.update(self._words(errors))

    def columns(self, errors: Cases, half: Cases) -> Columns:
        """Return the conditions for a search. Limits of amounts are chosen from this half alone."""
        known = dict(self._known)
        for name, amounts in self._amounts.items():
            for one in _limits(name, amounts[half], amounts[half & errors]):
                with np.errstate(invalid="ignore"):
                    met = amounts > float(str(one.value)) if one.kind == "above" else amounts < float(str(one.value))
                known[one] = np.flatnonzero(met)
        ordered = sorted(known, key=_simplest)
        rows = np.concatenate([known[one] for one in ordered]) if ordered else np.zeros(0, dtype=np.int64)
        columns = np.repeat(np.arange(len(ordered)), [len(known[one]) for one in ordered])
        shape = (len(self._inputs), len(ordered))
        return Columns(
            conditions=ordered,
            ranks=np.array([_RANK[one.kind] for one in ordered], dtype=np.int64),
            matrix=csr_array((np.ones(len(rows)), (rows, columns)), shape=shape),
        )

    def _choices(self, errors: Cases) -> dict[Condition, Places]:
        found: dict[tuple[str, type, Plain], list[int]] = {}
        for place, one in enumerate(self._inputs):
            for name in self._names:
                value = one.get(name)
                if choice(value):
                    found.setdefault((name, type(value), value), []).append(place)
        counts = Counter({key: int(errors[places].sum()) for key, places in found.items()})
        kept = [key for key, _ in _first(counts, CHOICES, fewest=FEWEST)]
        return {Condition(field=key[0], kind="is", value=key[2]): np.array(found[key]) for key in kept}

    def _words(self, errors: Cases) -> dict[Condition, Places]:
        names = set(self._names)
        read = [spoken({name: one[name] for name in one if name in names}) for one in self._inputs]
        counts = Counter(word for place in np.flatnonzero(errors) for word in read[place])
        kept: dict[tuple[str, str], list[int]] = {word: [] for word, _ in _first(counts, WORDS, fewest=FEWEST)}
        for place, words in enumerate(read):
            for word in words & kept.keys():
                kept[word].append(place)
        return {
            Condition(field=name, kind="has", value=word): np.array(places) for (name, word), places in kept.items()
        }


def chosen(columns: Columns, errors: Cases, half: Cases) -> Iterator[Chosen]:
    """Yield the conditions under which errors stand out in a half, the best first. The other half has no say."""
    left = np.ones(len(errors), dtype=np.bool_)
    for _ in range(ROUNDS):
        best = _best(columns, errors, half & left)
        if best is None:
            return
        met = columns.matrix[:, list(best.places)].sum(axis=1) > len(best.places) - 0.5
        yield Chosen(conditions=tuple(columns.conditions[at] for at in best.places), holds=met, left=left.copy())
        left &= ~met


def gain(hit: Figures, of: Figures, errors: float, cases: float) -> Figures:
    """Return the log likelihood that a rate of its own adds: `hit` errors of `of`, beside the rest of all.

    It is 0 where the rate is not above that of the rest.
    """
    rest_hit, rest = errors - hit, cases - of
    with np.errstate(divide="ignore", invalid="ignore"):
        added = _likelihood(hit, of) + _likelihood(rest_hit, rest) - _likelihood(np.array(errors), np.array(cases))
        above = hit * rest > rest_hit * of
    return np.asarray(np.where(above & (of > 0) & (rest > 0), added, 0.0), dtype=np.float64)


def _likelihood(hit: Figures, of: Figures) -> Figures:
    return np.asarray(xlogy(hit, hit) + xlogy(of - hit, of - hit) - xlogy(of, of), dtype=np.float64)


def _best(columns: Columns, errors: Cases, rows: Cases) -> _Best | None:
    all_errors, cases = float((errors & rows).sum()), float(rows.sum())
    if all_errors < FEWEST:
        return None
    of = np.asarray(columns.matrix.T @ rows.astype(np.float64))
    hit = np.asarray(columns.matrix.T @ (rows & errors).astype(np.float64))
    may = hit >= FEWEST
    gains = gain(hit, of, all_errors, cases)
    scores = np.where(may, gains, -np.inf)
    for rank in set(_RANK.values()):
        alike = columns.ranks == rank
        scores[alike] -= math.log(max(1, int((may & alike).sum())))
    found: list[_Best] = []
    if may.any():
        at = int(scores.argmax())
        found.append(_Best(score=float(scores[at]), places=(at,)))
    # Choices may tell little alone and much together; of the others the best are tried.
    choices = np.flatnonzero(may & (columns.ranks == 0))[:PAIRED]
    others = np.argsort(-np.where(may & (columns.ranks > 0), gains, -1.0), kind="stable")[:PAIRED]
    pool = np.array(sorted({*choices.tolist(), *others[may[others]].tolist()}), dtype=np.int64)
    if pair := _best_pair(columns, pool, errors, rows):
        found.append(pair)
    best = max(found, key=lambda one: one.score, default=None)
    return best if best and best.score >= 0 else None


def _best_pair(columns: Columns, pool: Places, errors: Cases, rows: Cases) -> _Best | None:
    if len(pool) < 2:
        return None
    part = columns.matrix[rows][:, pool].toarray().astype(np.float32)  # counts are exact
    wrong = part[errors[rows]]
    hit = np.triu(wrong.T @ wrong, k=1)
    firsts, seconds = np.nonzero(hit >= FEWEST)
    if not len(firsts):
        return None
    hits, of = hit[firsts, seconds].astype(np.float64), (part.T @ part)[firsts, seconds].astype(np.float64)
    gains = gain(hits, of, float((errors & rows).sum()), float(rows.sum()))
    at = int(gains.argmax())
    score = float(gains[at]) - math.log(len(firsts)) - SECOND
    return _Best(score=score, places=(int(pool[firsts[at]]), int(pool[seconds[at]])))


def _limits(name: str, amounts: Figures, of_errors: Figures) -> Iterable[Condition]:
    values = np.unique(amounts[~np.isnan(amounts)])
    wrong = np.unique(of_errors[~np.isnan(of_errors)])
    if len(wrong) > LIMITS:
        wrong = wrong[np.linspace(0, len(wrong) - 1, LIMITS).round().astype(int)]
    for at in np.searchsorted(values, wrong).tolist():
        if at > 0:
            yield _limit(name, "above", float(values[at - 1]), float(values[at]))
        if at + 1 < len(values):
            yield _limit(name, "below", float(values[at]), float(values[at + 1]))


def _limit(name: str, kind: Kind, low: float, high: float) -> Condition:
    limit = between(low, high, kind=kind)
    return Condition(field=name, kind=kind, value=int(limit) if limit.is_integer() else limit)


def _simplest(one: Condition) -> tuple[int, int, str, str, str]:
    words = str(one.value).count(" ") if one.kind == "has" else 0
    return _RANK[one.kind], words, one.field, one.kind, repr(one.value)


def _first(counts: Counter[Key], most: int, *, fewest: int = 1) -> list[tuple[Key, int]]:
    """Return the most frequent, in an order that does not depend on what was counted first."""
    enough = [(key, count) for key, count in counts.items() if count >= fewest]
    return sorted(enough, key=lambda one: (-one[1], repr(one[0])))[:most]
