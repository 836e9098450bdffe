"""The evidence of an epoch: properties of its tests, and small simulations with seeds."""

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.quality.autonomy.certifying.alarm import TRIGGER, Alarm
from workflows.quality.autonomy.certifying.certifier import HIGHEST, Certifier, Floor, Promise, fixed_grid, grid
from workflows.quality.autonomy.certifying.earning import BOOST, FEWEST, FIRST, PROBATION, SUSPECTED, Earning, Looked
from workflows.quality.autonomy.certifying.ledger import Ledger
from workflows.quality.autonomy.certifying.suspicion import Suspicion

PROMISE = Promise()
FLOORS = tuple(
    Floor(at=at, coverage=share, level=level)
    for at, share, level in ((0.9, 0.3, 0.05), (0.7, 0.6, 0.05), (0.65, 0.61, 0.0), (0.3, 0.9, 0.0))
)


@st.composite
def looks(draw: st.DrawFn) -> Looked:
    """A judged case, with any probabilities that can be."""
    probability = draw(st.sampled_from((0.05, 0.3, 0.5, 1.0)))
    least = draw(st.sampled_from([one for one in (0.05, 0.3, 0.5, 1.0) if one <= probability]))
    score, is_error = draw(st.floats(0, 1)), draw(st.booleans())
    return Looked(score=score, is_error=is_error, probability=probability, least=least)


CASES = st.lists(looks(), max_size=40)


def earned(cases: Sequence[Looked], *, fewest: int = 0) -> Earning:
    """Return the evidence of these cases."""
    earning = Earning.begin(PROMISE, FLOORS, fewest=fewest)
    earning.work_in_all(cases)
    return earning


def right(score: float = 0.95) -> Looked:
    """Return a case whose proposal was right."""
    return Looked(score=score, is_error=False, probability=1, least=1)


@given(CASES)
def test_no_wealth_is_ever_below_zero(cases: Sequence[Looked]) -> None:
    """Whatever comes, no bet loses more than it has, and the best is never below what is held."""
    certifier = earned(cases).certifier
    assert all(bet >= 0 for held in certifier.wealth for bet in held)
    assert all(best >= sum(held) / len(held) for best, held in zip(certifier.best, certifier.wealth, strict=True))


@given(CASES, st.data())
def test_one_more_error_never_permits_more(cases: Sequence[Looked], data: st.DataObject) -> None:
    """With a case called wrong that was right, no floor has more wealth, and what is permitted is no looser."""
    padded = [right()] * 90 + list(cases)
    at = data.draw(st.integers(0, len(padded) - 1))
    worse = [*padded[:at], _wrong(padded[at]), *padded[at + 1 :]]
    one, other = earned(padded), earned(worse)
    assert all(held <= best for held, best in zip(other.certifier.best, one.certifier.best, strict=True))
    assert _at(other.permitted) >= _at(one.permitted)


@given(CASES, st.randoms(use_true_random=False))
def test_the_wealth_after_some_labels_is_the_same_in_any_order(cases: Sequence[Looked], draw: Random) -> None:
    """Labels that come late change nothing in the end but the best on the way."""
    shuffled = list(cases)
    draw.shuffle(shuffled)
    for held, other in zip(earned(cases).certifier.wealth, earned(shuffled).certifier.wealth, strict=True):
        assert held == pytest.approx(other)


@given(CASES, CASES)
def test_it_is_kept_and_read_at_any_time_without_a_difference(
    before: Sequence[Looked], after: Sequence[Looked]
) -> None:
    """Evidence that goes on from JSON is, to the last digit, that which is computed anew from all cases."""
    kept = json.loads(json.dumps(earned(before).kept(), allow_nan=False))
    continued, anew = Earning.read(kept), earned([*before, *after])
    for case in after:
        continued.work_in(case)
    assert continued.kept() == anew.kept()
    assert continued == anew


@given(st.lists(st.floats(0, 1), min_size=300, max_size=320))
def test_the_floors_of_a_grid_are_in_order_and_use_no_more_than_the_promise_leaves(scores: Sequence[float]) -> None:
    floors = grid(scores, PROMISE)
    assert all(one.at > other.at and one.coverage < other.coverage for one, other in pairwise(floors))
    assert sum(floor.level for floor in floors) <= 0.1 + 1e-9
    Certifier(promise=PROMISE, floors=floors)


def test_a_grid_of_fixed_steps_needs_no_scores_and_permits_what_is_right() -> None:
    """300 right ones at 0.97 permit the floor above the loosest one, too strict a floor stays out of reach."""
    floors = fixed_grid(PROMISE)
    assert sum(floor.level for floor in floors) == pytest.approx(0.1)
    earning = Earning.begin(PROMISE, floors)
    earning.work_in_all(right(0.97) for _ in range(300))
    assert earning.permitted is not None
    assert earning.permitted == floors[-2]
    earning.allow(earning.permitted)
    assert earning.suspicion is None, "nothing is known of the usual share"


def test_a_stricter_floor_than_the_one_that_is_shown_is_permitted_unless_the_step_is_large() -> None:
    """0.65 lets one in a hundred more go alone than 0.7; 0.3 lets three in ten more go."""
    two = Earning.begin(PROMISE, FLOORS[:3], fewest=0)
    two.work_in_all([right()] * 110)
    assert two.certifier.certified() == FLOORS[2]
    assert two.permitted == FLOORS[1]
    assert earned([right()] * 110).permitted == FLOORS[3]
    assert earned([]).permitted is None


def test_only_a_floor_that_is_shown_is_permitted_however_much_stricter_it_is() -> None:
    """One in twenty is stated at 0.85 and half of these are wrong; of the others, at 0.80, none is. Together that is
    less than promised, and from 0.81 on it is not.
    """
    surest = Looked(score=0.85, is_error=True, probability=1, least=1)
    earning = Earning.begin(PROMISE, [floor for floor in fixed_grid(PROMISE) if floor.at >= 0.8], fewest=0)
    for place in range(1, 800):
        earning.work_in(surest if place % 40 == 0 else right(0.85 if place % 40 == 20 else 0.80))
    assert [floor.at for floor in earning.certifier.shown()] == [0.80]
    assert earning.permitted is None, "the next stricter one is not shown"
    assert [floor.at for floor in earning.certifier.floors if earning.permits(floor.at)] == [0.80], "what was let stays"


@given(CASES)
def test_what_is_permitted_is_shown_and_so_is_each_stricter_one_that_may_be_let(cases: Sequence[Looked]) -> None:
    earning = earned([*([right()] * 60), *cases])
    shown = set(earning.certifier.shown())
    assert earning.permitted is None or earning.permitted in shown
    for floor in FLOORS:
        found = earning.permitted_from(floor.at)
        assert found is None or (found in shown and found.at >= floor.at)
        assert earning.permits(floor.at) == (found == floor)


def test_what_was_lucky_at_first_is_permitted_no_more_and_may_stay_where_it_was_let() -> None:
    """110 right ones show all floors; one wrong one in ten after that speaks against them."""
    earning, wrong = earned([right()] * 110), Looked(score=0.95, is_error=True, probability=1, least=1)
    let = earning.permitted
    assert let is not None
    earning.work_in_all([*[right()] * 9, wrong] * 6)
    assert earning.permitted is None
    assert earning.permits(let.at)


def test_nothing_is_permitted_before_the_fewest_labels() -> None:
    earning = Earning.begin(PROMISE, FLOORS)
    earning.work_in_all([right()] * (FEWEST - 1))
    assert earning.permitted is None
    earning.work_in(right())
    assert earning.permitted is not None


def test_the_wealth_has_an_end() -> None:
    """20,000 right ones make a number that JSON can keep."""
    certifier = Certifier(promise=PROMISE, floors=FLOORS[:1])
    for _ in range(20_000):
        certifier.work_in(score=1, is_error=False, probability=1, least=1)
    assert max(certifier.wealth[0]) <= HIGHEST


@pytest.mark.parametrize(
    "case",
    [
        Looked(score=1.1, is_error=False, probability=1, least=1),
        Looked(score=math.nan, is_error=False, probability=1, least=1),
        Looked(score=0.9, is_error=False, probability=0.1, least=0.5),
        Looked(score=0.9, is_error=False, probability=0, least=0),
        Looked(score=0.9, is_error=False, probability=1.1, least=1),
    ],
)
def test_a_case_that_cannot_be_is_refused_and_changes_nothing(case: Looked) -> None:
    earning = earned([right()])
    before = earning.kept()
    with pytest.raises(ValueError):
        earning.work_in(case)
    assert earning.kept() == before


def test_floors_that_cannot_be_are_refused() -> None:
    for floors in (FLOORS[::-1], (FLOORS[0], FLOORS[0]), (Floor(at=0.9, coverage=0.3, level=0.2),)):
        with pytest.raises(ValueError):
            Earning.begin(PROMISE, floors)
    for wrong, sure in ((0.0, 0.9), (1.0, 0.9), (0.05, 1.0)):
        with pytest.raises(ValueError):
            Promise(wrong=wrong, sure=sure)
    with pytest.raises(ValueError):
        Floor(at=0, coverage=0.5, level=0)


def test_a_version_at_the_edge_of_its_promise_is_certified_in_at_most_the_promised_share() -> None:
    """Of 150 runs in which 5.01 % are wrong at every score at most a tenth, with most cases looked at by chance."""
    found = 0
    for seed in range(150):
        draw = Random(seed)
        earning = Earning.begin(PROMISE, FLOORS, fewest=0)
        for number in range(1_200):
            least = 1.0 if number < 300 else 0.3
            if draw.random() < least:
                case = Looked(score=draw.random(), is_error=draw.random() < 0.0501, probability=least, least=least)
                earning.work_in(case)
        found += earning.certifier.certified() is not None
    assert found <= 15


def test_a_false_alarm_takes_at_least_as_many_spot_checks_as_it_says() -> None:
    """At exactly the promised share the mean run to an alarm is longer than its trigger."""
    lengths = []
    for seed in range(30):
        draw, alarm, checks = Random(seed), Alarm(wrong=0.05), 0
        while alarm.wealth < TRIGGER and checks < 5 * TRIGGER:
            alarm.work_in(is_error=draw.random() < 0.05)
            checks += 1
        lengths.append(checks)
    assert sum(lengths) / len(lengths) >= TRIGGER


def test_three_times_the_promised_errors_raise_the_alarm() -> None:
    """After 1,000 good checks it takes at most 120, of which 17 in 100 are wrong."""
    alarm = Alarm(wrong=0.05)
    for number in range(1_000):
        alarm.work_in(is_error=number % 50 == 0)
    assert alarm.wealth < TRIGGER
    for checks in range(1, 121):
        alarm.work_in(is_error=checks % 6 == 0)
        if alarm.wealth >= TRIGGER:
            return
    pytest.fail("no alarm")


def test_the_ledger_is_broken_in_at_most_the_promised_share() -> None:
    """It counts errors that come in bursts, too, since it assumes nothing about them."""
    broken = 0
    for seed in range(200):
        draw, ledger, wrong = Random(seed), Ledger(least=0.1, sure=0.9), 0
        is_broken = False
        for number in range(600):
            is_error = (number // 100) % 3 == 2 and draw.random() < 0.3
            wrong += is_error
            probability = 0.5 if number % 200 < 40 else 0.1
            if draw.random() < probability:
                ledger.work_in(is_error=is_error, probability=probability)
            if number % 20 == 19:
                is_broken |= ledger.most_wrong() < wrong
        broken += is_broken
    assert broken <= 20


@given(st.lists(st.sampled_from((0.05, 0.2, 0.5, 1.0)), max_size=30))
def test_the_ledger_grows_with_each_error_that_is_found(probabilities: Sequence[float]) -> None:
    ledger, before = Ledger(least=0.05, sure=0.9), -1
    for number, probability in enumerate(probabilities):
        ledger.work_in(is_error=False, probability=probability)
        assert ledger.most_wrong() >= max(before, number)
        ledger.work_in(is_error=True, probability=probability)
        before = ledger.most_wrong()


def test_a_ledger_whose_numbers_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError):
        Ledger(least=0, sure=0.9)
    with pytest.raises(ValueError):
        Ledger(least=0.05, sure=0.9).work_in(is_error=True, probability=0.01)


def test_more_is_looked_at_after_more_was_let_go_and_then_no_more() -> None:
    """First for 275 spot checks, later for 50, whether they are right or not yet in doubt."""
    earning = earned([right()] * 90)
    assert earning.probability(0.05) == 0.05
    for floor, looked in ((FLOORS[0], FIRST), (FLOORS[1], PROBATION)):
        earning.allow(floor)
        for _ in range(looked):
            assert earning.probability(0.05) == BOOST
            earning.checked(is_error=False)
        assert earning.probability(0.05) == 0.05
    assert earning.probability(0.8) == 0.8
    earning.checked(is_error=True)
    assert earning.probability(0.05) == BOOST, "in doubt"


def test_more_is_looked_at_where_the_share_of_confident_cases_moves() -> None:
    """A share that falls from three in ten to one in twenty is suspected; a demotion does not follow from it."""
    earning = earned([right()] * 90)
    earning.allow(FLOORS[0])
    for _ in range(FIRST):
        earning.checked(is_error=False)
    for number in range(300):
        earning.saw(0.95 if number % 20 == 0 else 0.2)
    assert earning.suspected > SUSPECTED / 2
    assert earning.probability(0.05) == BOOST
    assert not earning.is_alarmed
    assert isinstance(earning.suspicion, Suspicion)


@settings(max_examples=20)
@given(CASES)
def test_a_label_changes_no_probability_of_its_own(cases: Sequence[Looked]) -> None:
    """Labels alone change nothing about how much is looked at: only checks, permissions and what comes in do."""
    earning = earned([])
    earning.allow(FLOORS[0])
    before = earning.probability(0.05)
    earning.work_in_all(cases)
    assert earning.probability(0.05) == before


def _wrong(case: Looked) -> Looked:
    return Looked(score=case.score, is_error=True, probability=case.probability, least=case.least)


def _at(floor: Floor | None) -> float:
    return floor.at if floor is not None else 2.0
