"""Patterns in corrections: planted ones are found, others are not, and any JSON may stand in an input."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from benchmarks.learning import improvements as simulation
from workflows.quality.improvements.conditions import between
from workflows.quality.improvements.patterns import Condition, Decided, holds, patterns

_CASES = 500
_TEXTS = st.text("ab 1.-\u0130\ud800", max_size=5)
_PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXTS, st.sampled_from(("12.50", "a b")))
_JSON = st.recursive(
    _PLAIN,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(_TEXTS, each, max_size=3),
    max_leaves=6,
)
_INPUTS = st.dictionaries(st.sampled_from(("a", "b", "a.b", "")) | _TEXTS, _JSON, max_size=4)


def _decided(case: int, given: dict[str, JsonValue], wrong: str | None, *, rejected: bool = False) -> Decided:
    return Decided(
        case=case,
        input=given,
        error=rejected or wrong is not None,
        wrong=frozenset({wrong} if wrong else ()),
        changed={wrong: ("one", "other")} if wrong else {},
        reason=None,
    )


_DECIDED = st.lists(
    st.builds(
        lambda given, wrong, rejected: (given, wrong, rejected),
        _INPUTS,
        st.sampled_from((None, "queue")),
        st.booleans(),
    ),
    max_size=5,
).map(lambda all_of: [_decided(case, *one[:2], rejected=one[2]) for case, one in enumerate(6 * all_of)])


def test_planted_patterns_are_found_and_no_others() -> None:
    """Of five of different kinds four are found in a log of 1,000 cases, and what is told of them is right."""
    found = simulation.told(0)
    assert len(found.found) >= 4
    assert found.false <= 1


def test_a_log_without_a_pattern_shows_none() -> None:
    assert not any(simulation.told(seed, planted=(), cases=_CASES).false for seed in range(2))


def test_a_pattern_says_what_it_rests_on() -> None:
    """Its figures add up, its cases are those with the error, and the value that most became is named."""
    made = simulation.log(3, planted=simulation.PLANTED[:1], cases=_CASES)
    (found,) = patterns(made)
    met = [one for one in made if holds(found.conditions, one.input)]
    own = [one.case for one in met if "queue" in one.wrong]
    assert found.conditions == (Condition(field="country", kind="is", value="CH"),)
    assert (found.output, found.became) == ("queue", "accounts")
    assert (list(found.cases), found.errors, found.of) == (own, len(own), len(met))
    assert found.elsewhere == _CASES - len(met)
    assert found.elsewhere_errors == sum("queue" in one.wrong for one in made) - len(own)
    assert found.p < 0.01


def test_the_order_of_cases_plays_no_part() -> None:
    made = simulation.log(4, planted=simulation.PLANTED[:2], cases=300)
    shuffled = list(made)
    Random(1).shuffle(shuffled)
    assert patterns(made) == patterns(shuffled) != []


def test_what_two_fields_have_in_common_is_told_once() -> None:
    """One pattern says that queue and priority are corrected in the same cases."""
    draw = Random(5)
    made = [
        _decided(case, {"vip": case % 5 == 0}, "queue" if case % 5 == 0 and draw.random() < 0.8 else None)
        for case in range(200)
    ]
    both = [replace(one, wrong=one.wrong | {"priority"}) if one.error else one for one in made]
    (found,) = patterns(both)
    assert found.conditions == (Condition(field="vip", kind="is", value=True),)


def test_a_pattern_of_one_reason_is_found_among_rejections_for_others_and_names_it() -> None:
    """Rejections that all have one reason are one sort, which is paid for once, and named by it."""
    made = simulation.log(1, planted=(simulation.OF_A_REASON,), cases=_CASES, errors=0.2)
    (found,) = patterns(made)
    own = [one for one in made if "webinar" in str(one.input["text"]).split()]
    assert found.conditions == (Condition(field="text", kind="has", value="webinar"),)
    assert (found.output, found.reason) == (None, "Spam")
    assert (found.errors, found.of) == (sum(one.reason == "Spam" for one in own), len(own))
    alike = [replace(one, reason="Spam" if one.reason is not None else None) for one in made]
    unnamed = [replace(one, reason=None) for one in made]
    (named,), (other,) = patterns(alike), patterns(unnamed)
    assert named == replace(other, reason="Spam")


@settings(max_examples=6, deadline=None)
@given(_DECIDED, st.randoms(use_true_random=False))
def test_any_json_is_read(decided: Sequence[Decided], draw: Random) -> None:
    """Nothing in an input is refused, and the order of cases plays no part."""
    shuffled = list(decided)
    draw.shuffle(shuffled)
    assert patterns(decided) == patterns(shuffled)


def test_an_input_too_deep_or_too_large_is_read_in_part() -> None:
    """So a source cannot keep the search busy."""
    deep: JsonValue = "end"
    for _ in range(5_000):
        deep = {"in": deep}
    inputs: Sequence[dict[str, JsonValue]] = (
        {"text": "word " * 200_000},
        {"text": "A word, and more. " * 50_000},
        {"deep": deep},
        {f"field {number}": number for number in range(5_000)},
        {"many": [["x"] * 10] * 1_000, "huge": 10**5_000, "odd": float("nan"), "lone": "\ud800"},
    )
    made = [_decided(case, inputs[case % 5], "queue" if case % 5 < 2 else None) for case in range(40)]
    (found,) = patterns(made)
    assert found.errors == found.of == 16


@pytest.mark.parametrize(
    ("low", "high", "limit"),
    [(480.0, 500.01, 500), (497.3, 512.8, 500), (0.0, 1.0, 0), (-3.0, 5.0, 0), (6.0, 7.0, 6), (0.012, 0.018, 0.015)],
)
def test_a_limit_is_a_round_number(low: float, high: float, limit: float) -> None:
    assert between(low, high, kind="above") == limit


@given(st.floats(-1e15, 1e15), st.floats(-1e15, 1e15))
def test_a_limit_tells_its_neighbours_apart(one: float, other: float) -> None:
    if one == other:
        return
    low, high = sorted((one, other))
    assert low <= between(low, high, kind="above") < high
    assert low < between(low, high, kind="below") <= high
