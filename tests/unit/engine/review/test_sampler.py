"""The draw of what is looked at: the share that was declared, the same for the same run, and nobody's to foresee."""

import pytest

from workflows import Autonomy
from workflows.engine.errors import BadDeclaration
from workflows.engine.review.spot_checks.sampler import falls

RUNS = range(1, 20_001)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_of_20_000_runs_the_declared_share_is_drawn(share: float) -> None:
    """Within four standard deviations: a fair draw is outside them once in 16,000 times, and the seed is fixed."""
    drawn = sum(falls("a seed", run, share) for run in RUNS)
    expected, deviation = len(RUNS) * share, (len(RUNS) * share * (1 - share)) ** 0.5
    assert abs(drawn - expected) < 4 * deviation


def test_the_same_run_draws_the_same_again_and_another_seed_draws_others() -> None:
    first = [run for run in RUNS if falls("a seed", run, 0.05)]
    assert [run for run in RUNS if falls("a seed", run, 0.05)] == first
    other = [run for run in RUNS if falls("another", run, 0.05)]
    both = set(first) & set(other)
    assert len(both) < 120, "two seeds have about 50 of 1,000 in common, as chance has it"


def test_after_a_restore_a_run_with_the_same_number_draws_anew() -> None:
    before = {run for run in RUNS if falls("a seed", run, 0.05)}
    assert before != {run for run in RUNS if falls("a seed", run, 0.05, restores=1)}


def test_whoever_is_drawn_at_a_share_is_drawn_at_a_larger_one() -> None:
    assert all(falls("a seed", run, 0.2) for run in RUNS if falls("a seed", run, 0.05))


def test_nothing_falls_at_0_and_everything_at_1() -> None:
    assert not any(falls("a seed", run, 0) for run in RUNS)
    assert all(falls("a seed", run, 1) for run in RUNS)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_from_0_to_1(share: float) -> None:
    with pytest.raises(BadDeclaration, match="spot_checks is a share from 0 to 1"):
        Autonomy.floor(0.85, spot_checks=share)
