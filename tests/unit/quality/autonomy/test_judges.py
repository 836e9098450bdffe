"""Judges of the promise: MAPIE's risk monitoring on the same streams, and the short `make promise`."""

from random import Random

import numpy as np
import pytest
from mapie.exchangeability_testing import RiskMonitoring
from mapie.exchangeability_testing.bounds import conjugate_mixture_empirical_bernstein_bound

from benchmarks.autonomy import rivals
from benchmarks.autonomy.pools import stand_in
from benchmarks.autonomy.promise import row
from benchmarks.autonomy.runs import World, earned
from workflows.quality.autonomy.certifying.alarm import TRIGGER, Alarm
from workflows.quality.autonomy.certifying.certifier import Certifier, Floor, Promise

pytestmark = pytest.mark.slow

WRONG = 0.05


def stream(seed: int, rate: float, length: int) -> list[bool]:
    """Return errors of spot checks."""
    draw = Random(seed)
    return [draw.random() < rate for _ in range(length)]


def is_called_worse_by_mapie(errors: list[bool]) -> bool:
    """Return the word of MAPIE's risk monitoring (Podkopaev and Ramdas 2022)."""
    judge = RiskMonitoring(risk="accuracy", test_level=0.1, threshold=WRONG, warn=False)
    judge.update(np.ones(len(errors)), 1 - np.array(errors, dtype=float))
    return bool(judge.harmful_shift_detected)


def is_alarmed(errors: list[bool]) -> bool:
    alarm = Alarm(wrong=WRONG)
    highest = 0.0
    for is_error in errors:
        alarm.work_in(is_error=is_error)
        highest = max(highest, alarm.wealth)
    return highest >= TRIGGER


@pytest.mark.parametrize(("rate", "length", "is_worse"), [(0.02, 300, False), (0.17, 300, True), (0.30, 150, True)])
def test_mapie_and_the_alarm_say_the_same_of_what_goes_alone(rate: float, length: int, is_worse: bool) -> None:
    """Three streams of errors at each of three rates: far below the promise, and far above it."""
    for seed in range(3):
        errors = stream(seed, rate, length)
        assert is_alarmed(errors) == is_called_worse_by_mapie(errors) == is_worse, f"seed {seed}"


def test_what_mapie_bounds_below_the_promise_is_certified() -> None:
    """Once MAPIE's upper bound for all times is below 5 %, ours has certified it about as soon; and neither says
    so of 8 %.
    """
    for seed in range(3):
        for rate, is_shown in ((0.005, True), (0.08, False)):
            errors = stream(seed, rate, 500)
            certifier = Certifier(promise=Promise(), floors=(Floor(at=0.5, coverage=1, level=0.1),))
            ours = None
            for number, is_error in enumerate(errors):
                certifier.work_in(score=1, is_error=is_error, probability=1, least=1)
                ours = number if ours is None and certifier.certified() else ours
            bound = conjugate_mixture_empirical_bernstein_bound(errors, v_opt=1, alpha=0.2, bound_side="upper")
            theirs = int(np.argmax(bound < WRONG)) if (bound < WRONG).any() else None
            assert (ours is not None) == (theirs is not None) == is_shown
            assert ours is None or theirs is None or ours <= theirs + 10


def test_the_promise_is_kept_and_naive_tuning_breaks_it() -> None:
    """The short `make promise`: no run of eight breaks it, and a third of those do that tune to all labels so far."""
    pool = stand_in()
    product = row([earned(pool, seed, world=World(cases=2_500)) for seed in range(8)], cases=2_500)
    naive = row([rivals.naive(pool, seed) for seed in range(40)])
    assert product.broken == 0
    assert product.coverage > 0.4
    assert naive.broken > 0.3
    assert naive.worst > WRONG


def test_errors_that_come_suddenly_are_taken_back() -> None:
    """15 more of 100 wrong from case 3,000 on: everything goes to people again, with 1,000 cases at most."""
    for seed in range(2):
        ended = earned(stand_in(), seed, world=World(cases=4_000, at_random=0.15))
        assert ended.was_live
        assert any(3_000 <= at < 4_000 for at in ended.demoted)
