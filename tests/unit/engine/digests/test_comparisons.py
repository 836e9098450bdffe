"""Groups are compared exactly, and many comparisons name nothing that chance explains."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.digests.bias.comparisons import Part, chance, corrected


def part(hits: float, number: float) -> Part:
    return Part(number=number, hits=hits, looked=round(number))


@pytest.mark.parametrize(
    ("one", "rest", "p"),
    [
        # Fisher's own: the lady tasting tea has all right, one in seventy.
        ((4, 4), (0, 4), 2 / 70),
        ((3, 4), (1, 4), 2 * 17 / 70),
        ((2, 30), (50, 10_000), 0.0209),
        ((12, 100), (40, 700), 0.0412),
        ((0, 30), (0, 30), 1.0),
        ((30, 30), (30, 30), 1.0),
        ((400, 1_000), (20_000, 80_000), 1e-20),
    ],
)
def test_the_chance_of_a_difference_is_fishers(one: tuple[int, int], rest: tuple[int, int], p: float) -> None:
    found = chance(part(*one), part(*rest))
    assert found < p if p < 1e-6 else found == pytest.approx(p, rel=0.02)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_it_is_a_probability_and_the_same_from_both_sides(a: int, of: int, b: int, others: int) -> None:
    one, rest = part(min(a, of), of), part(min(b, others), others)
    assert 0 < chance(one, rest) <= 1
    assert chance(one, rest) == pytest.approx(chance(rest, one))


def test_holms_correction_asks_more_the_more_is_compared() -> None:
    assert corrected([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert corrected([]) == []
    assert corrected([0.9, 0.8]) == [1.0, 1.0]


def test_where_all_groups_are_alike_a_difference_is_named_in_at_most_one_month_of_ten() -> None:
    """300 made-up months with eight groups of 60 cases each, of which one in five is edited."""
    random, named = Random(7), 0
    for _ in range(300):
        groups = [sum(random.random() < 0.2 for _ in range(60)) for _ in range(8)]
        chances = [chance(part(hits, 60), part(sum(groups) - hits, 420)) for hits in groups]
        named += min(corrected(chances)) <= 0.1
    assert named <= 30
