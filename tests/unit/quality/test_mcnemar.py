"""Two versions are called different only where chance would hardly make such a difference."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.quality.evals.mcnemar import ALPHA, FEWEST, Word, compare

numbers = st.integers(0, 60)


def by_counting(first: int, second: int) -> float:
    """The exact two-sided p of a fair coin, by counting: all outcomes no likelier than this one."""
    differ = first + second
    mine = comb(differ, first)
    as_rare = sum(comb(differ, heads) for heads in range(differ + 1) if comb(differ, heads) <= mine)
    return as_rare / float(2**differ)


@pytest.mark.parametrize(
    ("first", "second", "p", "word"),
    [
        (0, 0, 1.0, Word.CANT_TELL),
        (5, 0, 0.0625, Word.CANT_TELL),  # all on one side, and still too few
        (6, 0, 0.03125, Word.BETTER),
        (0, 6, 0.03125, Word.WORSE),
        (1, 9, 0.021484375, Word.WORSE),
        (9, 2, 0.0654296875, Word.CANT_TELL),
        (10, 2, 0.03857421875, Word.BETTER),
        (25, 25, 1.0, Word.CANT_TELL),
    ],
)
def test_known_values(first: int, second: int, p: float, word: Word) -> None:
    found = compare(first, second)
    assert found.word is word
    assert found.p == pytest.approx(p)


@given(numbers, numbers)
def test_p_is_what_counting_the_outcomes_gives(first: int, second: int) -> None:
    assert compare(first, second).p == pytest.approx(by_counting(first, second))


@given(numbers, numbers)
def test_swapping_the_two_versions_swaps_the_word(first: int, second: int) -> None:
    swapped = {Word.BETTER: Word.WORSE, Word.WORSE: Word.BETTER, Word.CANT_TELL: Word.CANT_TELL}
    assert compare(second, first).word is swapped[compare(first, second).word]


@given(numbers)
def test_versions_that_win_equally_often_are_never_told_apart(number: int) -> None:
    assert compare(number, number).word is Word.CANT_TELL


@given(numbers, numbers)
def test_winning_fewer_pairs_never_looks_better(first: int, second: int) -> None:
    order = [Word.WORSE, Word.CANT_TELL, Word.BETTER]
    more, fewer = compare(first + 1, second).word, compare(first, second + 1).word
    assert order.index(fewer) <= order.index(more)


def test_fewer_than_six_differing_cases_can_show_nothing_and_it_says_so() -> None:
    assert FEWEST == 6
    assert all(compare(first, 5 - first).p > ALPHA for first in range(6))
    assert compare(3, 0).why == "3 cases differ, 3 for it and 0 against it; fewer than 6 that differ are no evidence"
    assert compare(0, 0).why == "0 cases differ; fewer than 6 that differ are no evidence"
    assert "p 0.065" in compare(9, 2).why


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        compare(-1, 3)
