"""Weighing is learned from one half of the labels and used only if it is better on the other."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.declare.weighing import Feature, Weighing
from workflows.engine.propose.scores import Known, weighed
from workflows.quality.deployments.codes import Unweighed
from workflows.quality.deployments.weighed import FEWEST, FEWEST_ERRORS, Lesson, area, fit

pytestmark = pytest.mark.slow


def lesson(*, stated: float, second: float, is_right: bool) -> Lesson:
    """A judged proposal of one field."""
    known = Known(confidence={"queue": stated}, others={}, second=[second], doubts=0, quoted=0)
    return Lesson(known=known, is_right=is_right)


def lessons(number: int, *, seed: int, has_second: bool = True) -> list[Lesson]:
    """Labels of a model whose confidence tells something, and perhaps of a second opinion that tells something else."""
    coins = random.Random(seed)

    def about(middle: float, spread: float) -> float:
        return min(1.0, max(0.0, coins.gauss(middle, spread)))

    found = []
    for _ in range(number):
        is_right = coins.random() > 0.12
        stated = about(0.9 if is_right else 0.8, 0.08)
        second = about(0.6 if is_right else 0.4, 0.15) if has_second else 1.0
        found.append(lesson(stated=stated, second=second, is_right=is_right))
    return found


def test_what_tells_right_from_wrong_gets_the_weight() -> None:
    fitted = fit(lessons(800, seed=1), lessons(800, seed=2))
    weighing, told = fitted.weighing, fitted.told
    assert weighing is not None
    assert told.why_not is None
    assert (told.labels, told.before is not None, told.after is not None) == (1600, True, True)
    assert (told.after or 0) > (told.before or 1)
    assert weighing.weights[Feature.SECOND] > 0
    assert Feature.DOUBTS not in weighing.weights, "what is always the same has no weight"
    later = lessons(2_000, seed=3)
    mean = sum(weighed(one.known, weighing) or 0 for one in later) / len(later)
    assert mean == pytest.approx(sum(one.is_right for one in later) / len(later), abs=0.03), "it is a probability"
    assert fit(lessons(800, seed=1), lessons(800, seed=2)) == fitted, "it has no chance in it"


def test_too_few_labels_or_errors_or_no_gain_leave_the_stated_confidence() -> None:
    enough = lessons(800, seed=1)
    right = [one for one in enough if one.is_right]
    wrong = [one for one in enough if not one.is_right]
    few = [*right[: FEWEST - FEWEST_ERRORS - 1], *wrong[:FEWEST_ERRORS]]
    for learning, measuring in ((few, enough), ([*right, *wrong[: FEWEST_ERRORS - 1]], enough), (enough, right)):
        found = fit(learning, measuring)
        assert (found.weighing, found.told.why_not) == (None, Unweighed.FEW)
    found = fit(lessons(800, seed=1, has_second=False), lessons(800, seed=2, has_second=False))
    assert (found.weighing, found.told.why_not) == (None, Unweighed.NO_BETTER), "the stated confidence is all there is"
    assert found.told.before == found.told.after


scored = st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.5001, 0.9]), st.booleans()), min_size=2, max_size=30).filter(
    lambda some: len({is_right for _, is_right in some}) == 2
)


@given(scored)
def test_the_area_is_the_share_of_pairs_in_which_the_right_one_has_more(some: Sequence[tuple[float, bool]]) -> None:
    right = [score for score, is_right in some if is_right]
    wrong = [score for score, is_right in some if not is_right]
    pairs = [1.0 if one > other else 0.5 if one == other else 0.0 for one in right for other in wrong]
    assert area(some) == pytest.approx(sum(pairs) / len(pairs))


def test_a_weighing_that_another_release_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="mood"):
        Weighing.read({"bias": 0.0, "weights": {"mood": 1.0}})
