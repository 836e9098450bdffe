"""Sequential tests of versions: valid at each look, by simulations with seeds and by properties."""

from collections.abc import Sequence
from functools import partial
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.learning import rollouts as simulation
from workflows.quality.rollouts.arithmetic import labels_each, plan
from workflows.quality.rollouts.sequential import (
    Verdict,
    compared,
    live_for_each,
    more_pairs,
    unpaired,
    varies_more,
    watched,
)

DIFFERENCES = st.lists(st.sampled_from((-1, 0, 0, 0, 1)), max_size=120)
_RUNS = 200


def test_an_equal_version_is_called_worse_in_at_most_the_promised_share() -> None:
    """Of 200 runs at most a tenth, and most go live; the control that looks every day breaks the promise."""
    found = simulation.row("equal", partial(simulation.in_shadow, new=0.05), _RUNS)
    assert found.worse <= 0.1
    assert found.no_worse >= 0.85
    assert simulation.row("naive", partial(simulation.naive, new=0.05), _RUNS).worse > 0.15


def test_a_worse_version_is_called_worse() -> None:
    """With +10 points all of 200 runs end, half of them within 100 pairs."""
    found = simulation.row("+10", partial(simulation.in_shadow, new=0.15), _RUNS)
    assert found.worse == 1
    assert found.p50 is not None
    assert found.p50 < 100


def test_a_change_after_long_good_work_is_seen() -> None:
    """A live version that makes three times the promised errors after 1,000 good labels is seen within 400 more."""
    for seed in range(5):
        found = simulation.after_live(seed, error=0.15, good=1_000)
        assert found.verdict is Verdict.WORSE
        assert 0 < found.looked_at < 400


@given(DIFFERENCES, st.data())
def test_more_errors_never_help_the_new_version(differences: Sequence[int], data: st.DataObject) -> None:
    """With one more error it is called worse no later, and no worse no earlier."""
    if not differences:
        return
    at = data.draw(st.integers(0, len(differences) - 1))
    more = [*differences[:at], min(1, differences[at] + 1), *differences[at + 1 :]]
    one, other = (compared(these, margin=0.1, sure=0.9) for these in (differences, more))
    if one.verdict is Verdict.WORSE:
        assert other.verdict is Verdict.WORSE
        assert other.looked_at <= one.looked_at
    if other.verdict is Verdict.NO_WORSE:
        assert one.verdict is Verdict.NO_WORSE
        assert one.looked_at <= other.looked_at


@given(DIFFERENCES)
def test_the_order_of_late_labels_changes_no_wealth(differences: Sequence[int]) -> None:
    """The wealth after all labels is the same in any order, if nothing is settled on the way."""
    sorted_ones, reverse = sorted(differences), sorted(differences, reverse=True)
    found = [compared(these, margin=0.1, sure=1 - 1e-12) for these in (differences, sorted_ones, reverse)]
    if all(one.verdict is Verdict.OPEN for one in found):
        assert found[1].worse == pytest.approx(found[0].worse)
        assert found[2].no_worse == pytest.approx(found[0].no_worse)


@given(st.lists(st.booleans(), max_size=200), st.data())
def test_more_bad_outcomes_never_help_a_live_version(outcomes: Sequence[bool], data: st.DataObject) -> None:
    """With one more it is seen no later."""
    if not outcomes:
        return
    at = data.draw(st.integers(0, len(outcomes) - 1))
    one = watched(outcomes, promised=0.1, sure=0.9)
    other = watched([*outcomes[:at], True, *outcomes[at + 1 :]], promised=0.1, sure=0.9)
    assert not one.is_above or (other.is_above and other.looked_at <= one.looked_at)


@given(st.lists(st.booleans(), max_size=60), st.lists(st.booleans(), max_size=60), st.sampled_from((0.1, 0.2, 0.5, 1)))
def test_each_label_of_separate_cases_counts_once(new: Sequence[bool], live: Sequence[bool], share: float) -> None:
    """The groups of the live version's labels do not overlap, and no label of the new version is used twice."""
    found = list(unpaired(new, live, share=share))
    size = live_for_each(share)
    assert len(found) == min(len(new), len(live) // size)
    total = sum(new[: len(found)]) - sum(live[: len(found) * size]) / size
    assert sum(found) == pytest.approx(total)
    assert all(-1 <= one <= 1 for one in found)


def test_the_wealth_of_a_fair_game_is_one_on_average() -> None:
    """Over all sequences of six fair differences the bets that a version is worse gain nothing."""
    ends = [compared(one, margin=0.1, sure=1 - 1e-12).worse for one in product((-1, 1), repeat=6)]
    assert sum(ends) / len(ends) == pytest.approx(1)


def test_the_arithmetic_of_separate_arms() -> None:
    """+3 points at 5 % need about 1,060 labels each: at 40 a day, half of them each, 53 days."""
    assert labels_each(live=0.05, more=0.03) == 1_060
    assert plan(live=0.05, more=0.03, share=0.5, a_day=40).days == 53
    assert plan(live=0.05, more=0.03, share=0.2, a_day=40).days == 133
    assert plan(live=0.05, more=0.03, share=0.5, a_day=0).days is None


def test_fewer_pairs_are_needed_the_clearer_they_are() -> None:
    """61 pairs of which 3 speak against it and 9 for it need few more; nothing is known of what balances."""
    clear = more_pairs(pairs=61, only_new_wrong=3, only_live_wrong=9, margin=0.03, sure=0.9)
    unclear = more_pairs(pairs=61, only_new_wrong=5, only_live_wrong=5, margin=0.03, sure=0.9)
    assert clear is not None
    assert unclear is not None
    assert clear < 100 < unclear


def test_a_difference_out_of_range_is_refused() -> None:
    """A difference is from -1 to 1."""
    with pytest.raises(ValueError, match="from -1 to 1"):
        compared([2], margin=0.1, sure=0.9)


def test_answers_that_vary_as_usual_are_rarely_called_otherwise() -> None:
    """Of 300 years of ten daily probes at most one in twenty, also where two of the probes vary most of all."""
    rng, called = Random(7), 0
    for _ in range(300):
        shares = [0.9, 0.9, *[0.1] * 8]
        days = [(sum(rng.random() < share for share in shares), 10) for _ in range(365)]
        called += varies_more(days, usual=0.26, sure=0.95) is not None
    assert called <= 15


def test_a_model_that_answers_otherwise_is_found_within_days() -> None:
    """All of ten changed: at once. Seven: on the second day. Four, where 26 % were possible: within two weeks."""
    found = [varies_more([(changed, 10)] * 30, usual=0.26, sure=0.95) for changed in (10, 7, 4, 2)]
    assert found[0] == 1
    assert found[1] == 2
    assert found[2] is not None
    assert found[2] <= 14
    assert found[3] is None
    quiet = [(0, 10)] * 60
    assert varies_more([*quiet, *[(8, 10)] * 5], usual=0.26, sure=0.95) is not None
