"""Bounds of a volume test: exact where all were looked at, weighted elsewhere, true for the chosen floor."""

import numpy as np
import pytest
from scipy.stats import binomtest

from workflows.quality.volume.bounds import Look, at_best, chosen, errors, p_value
from workflows.quality.volume.packs import Candidate, Why, draw


def looks(wrong: int, of: int, *, probability: float = 1.0, unseen: int = 0) -> list[Look]:
    seen = [Look(probability=probability, is_error=place < wrong) for place in range(of)]
    return [*seen, *[Look(probability=probability, is_error=None)] * unseen]


def test_where_all_were_looked_at_the_bounds_are_exact() -> None:
    found = errors(looks(3, 120))
    exact = binomtest(3, 120, alternative="less").proportion_ci(0.95, method="exact")
    assert found.share == pytest.approx(3 / 120)
    assert found.at_most == pytest.approx(exact.high)


def test_an_estimate_weighs_by_the_inverse_of_the_probability() -> None:
    """Ten wrong ones of a tenth stand for a hundred; a bound by betting holds the estimate."""
    mixed = [*looks(0, 100), *looks(10, 10, probability=0.1, unseen=90)]
    found = errors(mixed)
    assert found.share == pytest.approx(0.5)
    assert found.at_least < 0.5 < found.at_most


def test_nobody_looked_says_nothing() -> None:
    found = errors(looks(0, 0, unseen=50))
    assert (found.share, found.at_least, found.at_most) == (None, 0.0, 1.0)
    assert p_value(looks(0, 0, unseen=50), 0.05) == 1.0


def test_more_errors_never_lower_the_bound_nor_the_floor() -> None:
    bounds = [errors([*looks(wrong, 80), *looks(0, 20, probability=0.5, unseen=20)]).at_most for wrong in range(6)]
    assert bounds == sorted(bounds)
    floors = [chosen([(0.9, looks(0, 200)), (0.5, looks(wrong, 400))], promise=0.05) for wrong in (0, 10, 40)]
    assert floors == [0.5, 0.5, 0.9]


def test_at_best_is_what_perfect_scores_would_let_go_alone() -> None:
    assert at_best(0.04, 0.05) == 1.0
    assert at_best(0.24, 0.05) == pytest.approx(0.8)


@pytest.mark.parametrize("mixed", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_chosen_floor_breaks_the_promise_in_at_most_the_promised_share_of_runs(mixed: bool) -> None:
    """Every floor but the strictest is wrong 5.5 % of the time: 300 runs, of which 5 % may choose one of those."""
    draws = np.random.default_rng(7)
    broken = naive = 0
    for _ in range(300):
        scores, floors = draws.random(400), []
        is_wrong = draws.random(400) < np.where(scores >= 0.9, 0.01, 0.06)
        probabilities = np.where(scores < 0.5, 0.8, 0.5) if mixed else np.full(400, 0.5)
        is_seen = draws.random(400) < probabilities
        for floor in (0.2, 0.4, 0.6, 0.8, 0.9):
            found = [
                Look(probability=float(probabilities[one]), is_error=bool(is_wrong[one]) if is_seen[one] else None)
                for one in np.flatnonzero(scores >= floor)
            ]
            floors.append((floor, found))
        promise = 0.035
        # At 0.8 and below, more than 3.5 % are wrong: (0.1 * 0.01 + 0.1 * 0.06) / 0.2 = 3.5 %.
        broken += (chosen(floors, promise=promise) or 1.0) < 0.8
        naive += any((errors(found).share or 0.0) <= promise for floor, found in floors if floor < 0.8)
    assert broken <= 0.05 * 300 + 3 * (300 * 0.05 * 0.95) ** 0.5
    assert naive > 0.15 * 300


def test_a_pack_holds_errors_for_certain_and_each_probability_before_anybody_judges() -> None:
    candidates = [
        Candidate(id=id, is_known=id < 10, is_failed=10 <= id < 15, is_low=id % 4 == 0) for id in range(1_000)
    ]
    drawn = draw(candidates, seed=3, random=100, most_low=50)
    assert all(one.why is None and one.probability == 1.0 for one in drawn[:10])
    assert all(one.why is Why.ERROR and one.probability == 1.0 for one in drawn[10:15])
    assert len({one.probability for one in drawn[15:]}) == 2
    assert drawn == draw(candidates, seed=3, random=100, most_low=50)
    number = sum(one.why is not None for one in drawn[15:])
    assert abs(number - sum(one.probability for one in drawn[15:])) < 40
