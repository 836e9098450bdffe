"""One run: cases one after the other through the product's own evidence of an epoch, with people who answer.

What goes alone, what is looked at and what is taken back is decided by `Earning`; the rest stands in for the world: who
draws the cases, how people label them, how late, and that somebody presses the button whenever more is permitted.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from benchmarks.autonomy.pools import Numbers, Pool
from workflows.quality.autonomy.certifying.certifier import SCORES, Floor, Promise, grid
from workflows.quality.autonomy.certifying.earning import Earning, Looked
from workflows.quality.autonomy.certifying.ledger import Ledger

CASES = 5_000
CHANGE_AT = 3_000
SPOT_CHECKS = 0.05
"""Share of what goes alone that is looked at, by default."""
A_DAY = 100
"""Cases of a working day."""
BEHIND = 2 * A_DAY
"""Cases after which nothing goes alone while nobody answers spot checks."""
MORE = 0.005
"""Share of the cases by which more has to be permitted before somebody presses the button."""


@dataclass(frozen=True, kw_only=True)
class World:
    """A stream of cases."""

    cases: int = CASES
    redefined: float = 0.0
    """Share of the intents whose cases are decided in another way after the change."""
    at_random: float = 0.0
    """Share of all cases whose proposals are wrong after the change, whatever their score."""
    flat: float | None = None
    """Share of wrong ones at every score, from the beginning; None: as in the pool."""


@dataclass(frozen=True, kw_only=True)
class People:
    """People as they are."""

    noise: float = 0.0
    """Share of the answers that are mistakes. Those of spot checks are adjudicated."""
    bulk: float = 0.0
    """Share of the reviews that are approved in a grid, unopened: they give no label."""
    late: int = 0
    """Cases after which a label comes."""
    away: tuple[int, int] | None = None
    """Cases between which nobody answers spot checks."""


@dataclass(kw_only=True)
class Ended:
    """The end of a run."""

    is_broken: bool = False
    """True if a floor was ever in force above which more cases are wrong than promised."""
    worst: float = 0.0
    """Greatest share of wrong ones above a floor that was in force, before anything changed."""
    alone: int = 0
    wrong: int = 0
    """Those of them that were wrong."""
    looks: int = 0
    """Reviews and spot checks."""
    first: int | None = None
    """Case from which something goes alone."""
    demoted: list[int] = field(default_factory=list)
    """Cases at which it was taken back."""
    was_live: bool = False
    """True if something went alone at the change."""
    is_ledger_broken: bool = False
    """True if the ledger's bound was ever below the wrong ones."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The cases of a run."""

    before: Numbers
    """Scores that are known before the first label."""
    scores: Numbers
    errors: Numbers
    draws: Numbers
    """For each case a number from 0 to 1, which decides whether a case that goes alone is looked at."""
    people: Numbers
    """For each case three numbers from 0 to 1: that of the reviewer, of the second one, and of the grid."""


def draw(pool: Pool, world: World, seed: int) -> Drawn:
    """Draw the cases of a run."""
    source = np.random.default_rng(seed)
    before = pool.scores[source.integers(0, len(pool.scores), SCORES)]
    chosen = source.integers(0, len(pool.scores), world.cases)
    scores, errors = pool.scores[chosen], pool.errors[chosen].copy()
    draws, people = source.random(world.cases), source.random((3, world.cases))
    if world.flat is not None:
        errors = (source.random(world.cases) < world.flat).astype(float)
    changed = np.arange(world.cases) >= CHANGE_AT
    if world.redefined:
        known = np.unique(pool.intents[pool.intents >= 0])
        others = source.choice(known, round(world.redefined * len(known)), replace=False)
        errors[changed & np.isin(pool.intents[chosen], others)] = 1
    if world.at_random:
        errors[changed & (source.random(world.cases) < world.at_random)] = 1
    return Drawn(before=before, scores=scores, errors=errors, draws=draws, people=people)


def by_itself(earning: Earning) -> Floor | None:
    """Return the floor that the product permits."""
    return earning.permitted


def earned(
    pool: Pool,
    seed: int,
    *,
    world: World | None = None,
    people: People | None = None,
    promise: Promise | None = None,
    permits: Callable[[Earning], Floor | None] = by_itself,
) -> Ended:
    """Run the product."""
    world, people, promise = world or World(), people or People(), promise or Promise()
    drawn, ended = draw(pool, world, seed), Ended()
    floors = grid(drawn.before.tolist(), promise)
    earning = Earning.begin(promise, floors)
    ledger = Ledger(least=SPOT_CHECKS, sure=promise.sure)
    in_force: Floor | None = None
    waiting: deque[tuple[int, Looked, bool]] = deque()
    permitted: Floor | None = None
    for number, (score, error) in enumerate(zip(drawn.scores.tolist(), drawn.errors.tolist(), strict=True)):
        is_away = people.away is not None and people.away[0] <= number < people.away[1]
        is_held = people.away is not None and people.away[0] + BEHIND <= number < people.away[1]
        if number == CHANGE_AT:
            ended.was_live = in_force is not None
        earning.saw(score)
        goes_alone = in_force is not None and not is_held and score >= in_force.at
        least = earning.probability(SPOT_CHECKS) if in_force is not None and not is_held else 1.0
        probability = least if goes_alone else 1.0
        ended.alone += goes_alone
        ended.wrong += bool(goes_alone and error)
        if drawn.draws[number] < probability:
            ended.looks += 1
            said = _said(people, drawn.people[:, number], bool(error), is_check=goes_alone)
            if said is not None:
                case = Looked(score=score, is_error=said, probability=probability, least=least)
                comes = people.away[1] if is_away and goes_alone and people.away else number
                waiting.append((comes + people.late, case, goes_alone))
        worked_in = bool(waiting and waiting[0][0] <= number)
        while waiting and waiting[0][0] <= number:
            _, case, was_alone = waiting.popleft()
            earning.work_in(case)
            if was_alone:
                earning.checked(is_error=case.is_error)
                ledger.work_in(is_error=case.is_error, probability=case.probability)
        if earning.is_alarmed:
            ended.demoted.append(number)
            floors = grid(drawn.scores[max(0, number - SCORES) : number].tolist(), promise)
            earning, in_force = Earning.begin(promise, floors), None
            waiting.clear()
        if worked_in:
            permitted = permits(earning)
        if permitted is not None and (in_force is None or permitted.coverage >= in_force.coverage + MORE):
            ended.first = number if ended.first is None else ended.first
            earning.allow(permitted)
            in_force = permitted
            if number < CHANGE_AT or not (world.redefined or world.at_random):
                ended.worst = max(ended.worst, world.flat or pool.wrong_from(permitted.at))
        if number % 250 == 0 and not people.late and people.away is None:
            ended.is_ledger_broken |= ledger.most_wrong() < ended.wrong
    ended.is_broken = ended.worst > promise.wrong
    return ended


def _said(people: People, draws: Numbers, is_error: bool, *, is_check: bool) -> bool | None:
    """Return whether a person calls a proposal wrong; None where nobody opened it."""
    first, second, opened = draws.tolist()
    if not is_check and opened < people.bulk:
        return None
    if first >= people.noise:
        return is_error
    # A blind answer that differs by mistake is adjudicated: it counts only where the second person errs, too.
    if is_check and not is_error:
        return bool(second < people.noise)
    return not is_error
