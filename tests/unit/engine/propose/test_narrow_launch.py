"""The share of the cases that a workflow looks at: by a keyed hash, and larger shares contain smaller ones."""

from typing import Any

import pytest

from tests.sample import Ticket, Triage
from workflows import BadDeclaration, Workflow
from workflows.engine.charters.widening import widened
from workflows.engine.propose.narrow_launch import STEPS, is_outside, next_step, share_in_force


def test_about_the_share_of_the_cases_is_inside_and_a_larger_share_contains_a_smaller_one() -> None:
    cases = range(1, 4_001)
    inside = [{case for case in cases if not is_outside("secret", case, share)} for share in STEPS]
    for share, found in zip(STEPS, inside, strict=True):
        assert abs(len(found) / len(cases) - share) < 0.03
    assert inside[0] < inside[1] < inside[2] < inside[3]
    assert {case for case in cases if not is_outside("another", case, 0.1)} != inside[0], "nobody can choose"


def test_what_people_set_holds_and_all_is_no_share() -> None:
    assert [share_in_force(0.1, chosen=one) for one in (None, 0.25, 1.0)] == [0.1, 0.25, None]
    assert share_in_force(None, chosen=None) is None
    assert [next_step(one) for one in (0.05, 0.1, 0.3, 0.5, None)] == [0.1, 0.25, 0.5, 1.0, None]


def test_a_larger_declared_share_widens_and_a_smaller_one_does_not() -> None:
    def widens(old: float | None, new: float | None) -> bool:
        parts = [{} if one is None else {"scope share": one} for one in (old, new)]
        return "scope share" in widened(*parts)

    found = [widens(*one) for one in ((0.1, 0.25), (0.1, None), (0.25, 0.1), (None, 0.1), (None, None))]
    assert found == [True, True, False, False, False]


@pytest.mark.parametrize("share", [0, -0.1, 1.5, float("nan"), "0.1"])
def test_a_share_that_is_none_is_refused_where_it_is_declared(share: Any) -> None:
    with pytest.raises(BadDeclaration, match="scope_share is above 0 and at most 1"):
        Workflow(
            name="sample",
            decision="Which queue?",
            owner="U0MARIA",
            input=Ticket,
            output=Triage,
            key=lambda ticket: f"ticket-{ticket.id}",
            scope_share=share,
        )
