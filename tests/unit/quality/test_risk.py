"""The risk-coverage table: counted by the policy itself, and never too rosy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.propose.test_policy import facts
from workflows.engine.propose.policy import Facts, Way, decide
from workflows.quality.evals.risk import FLOORS, Judged, Risk, alone_up_to, floors, table, upper_bound

judged = st.lists(st.builds(Judged, alone_up_to=st.none() | st.sampled_from(FLOORS), right=st.booleans()), max_size=40)
anything = facts(confidence=st.none() | st.floats(0, 1))


def row(rows: tuple[Risk, ...], floor: float) -> Risk:
    return next(one for one in rows if one.floor == floor)


@pytest.mark.parametrize(
    ("against", "up_to"),
    [
        ({}, 0.9),
        ({"nevers": ("pay alone",)}, None),
        ({"unchecked_nevers": ("pay alone",)}, None),
        ({"unfamiliar": "another language"}, None),
        ({"in_scope": False, "proposed": False}, None),
        ({"proposed": False}, None),
        ({"error": "it broke"}, None),
        ({"confidence": {"queue": 0.92, "reply": None}}, None),
        ({"confidence": {"queue": 0.92, "reply": 0.3}}, None),
        ({"confidence": {"queue": 1.0, "reply": 1.0}}, 0.99),
    ],
)
def test_a_case_goes_alone_up_to_its_lowest_confidence_unless_something_else_speaks_against_it(
    against: dict[str, object], up_to: float | None
) -> None:
    known = {"confidence": {"queue": 0.92, "reply": 0.94}, **against}
    assert alone_up_to(Facts(**known), FLOORS) == up_to  # type: ignore[arg-type]  # as the cases above give them


@given(anything, st.none() | st.floats(0, 1, exclude_min=True))
def test_it_goes_alone_at_a_floor_exactly_where_the_policy_says_so(known: Facts, own: float | None) -> None:
    at = floors(own)
    highest = alone_up_to(known, at)
    for floor in at:
        says = decide(Facts(**{**vars(known), "floor": floor})).way is Way.ALONE
        assert says == (highest is not None and floor <= highest)


def test_the_table_counts_and_marks_the_workflows_own_floor() -> None:
    rows = table(
        [
            Judged(alone_up_to=0.99, right=True),
            Judged(alone_up_to=0.7, right=False),
            Judged(alone_up_to=0.82, right=True),
            Judged(alone_up_to=None, right=False),
        ],
        own=0.82,
    )
    assert [one.floor for one in rows] == sorted({*FLOORS, 0.82})
    assert [one.floor for one in rows if one.own] == [0.82]
    assert (row(rows, 0.5).alone, row(rows, 0.5).wrong) == (3, 1)
    assert (row(rows, 0.8).alone, row(rows, 0.8).wrong) == (2, 0)
    assert (row(rows, 0.82).alone, row(rows, 0.85).alone) == (2, 1)
    assert not any(one.own for one in table([], own=None))


@pytest.mark.parametrize(
    ("wrong", "of", "at_most"),
    [
        (0, 100, 0.029513),  # 1 - 0.05 ** (1 / 100)
        (1, 20, 0.216106),
        (5, 100, 0.102253),
        (10, 10, 1.0),
    ],
)
def test_the_upper_bound_is_that_of_clopper_and_pearson(wrong: int, of: int, at_most: float) -> None:
    """By their definition: at the bound, so few errors or fewer would be seen one time in twenty."""
    assert upper_bound(wrong, of) == pytest.approx(at_most, abs=1e-5)


def test_nothing_is_claimed_where_nothing_goes_alone() -> None:
    assert upper_bound(0, 0) is None
    assert table([Judged(alone_up_to=None, right=True)], own=0.8)[0].at_most is None


@given(judged, st.data())
def test_more_errors_never_look_better(cases: list[Judged], data: st.DataObject) -> None:
    worse = [Judged(alone_up_to=one.alone_up_to, right=one.right and data.draw(st.booleans())) for one in cases]
    for before, after in zip(table(cases, own=0.8), table(worse, own=0.8), strict=True):
        assert after.alone == before.alone
        assert after.wrong >= before.wrong
        assert (after.at_most or 0) >= (before.at_most or 0) - 1e-12


@given(judged)
def test_a_higher_floor_lets_no_more_go_alone_and_the_bound_is_above_what_was_seen(cases: list[Judged]) -> None:
    rows = table(cases, own=None)
    assert [one.alone for one in rows] == sorted((one.alone for one in rows), reverse=True)
    for one in rows:
        if one.at_most is not None:
            assert one.wrong / one.alone <= one.at_most <= 1
