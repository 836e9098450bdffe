"""A proposal's own confidence: the lowest of the fields that would be delivered, or none."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from workflows import Proposal


class Answer(BaseModel):
    queue: str
    reply: str = ""


def proposal(**confidence: object) -> Proposal[Answer]:
    return Proposal(output=Answer(queue="billing"), confidence=confidence)  # type: ignore[arg-type]  # as models do


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_proposal_is_as_sure_as_its_least_sure_field(queue: float, reply: float) -> None:
    assert proposal(queue=queue, reply=reply).lowest == min(queue, reply)


def test_a_field_without_a_confidence_leaves_the_whole_without_one() -> None:
    assert proposal(queue=1.0).lowest is None
    assert proposal(queue=1.0).field_confidence() == {"queue": 1.0, "reply": None}


def test_confidence_in_something_that_is_not_delivered_does_not_count() -> None:
    assert proposal(queue=0.9, reply=0.8, mood=0.1).field_confidence() == {"queue": 0.9, "reply": 0.8}


def test_a_whole_number_is_a_probability_too() -> None:
    assert proposal(queue=1, reply=0).field_confidence() == {"queue": 1.0, "reply": 0.0}


@pytest.mark.parametrize(
    "stated",
    [True, float("nan"), float("inf"), 1.0000001, -1e-9, "0.9", None, [0.9], {"p": 1}, 10**400, Fraction(1, 2)],
    ids=lambda stated: repr(stated)[:12],
)
def test_what_is_no_number_from_0_to_1_is_not_known(stated: object) -> None:
    assert proposal(queue=stated, reply=0.9).field_confidence()["queue"] is None
