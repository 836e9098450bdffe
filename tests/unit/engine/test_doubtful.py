"""The fields that a reader is told to look at first."""

import pytest

from workflows import Autonomy
from workflows.engine.case.doubtful_fields import doubtful


@pytest.mark.parametrize(
    ("confidence", "second", "autonomy", "expected"),
    [
        ({"a": 0.84, "b": 0.85, "c": None}, {}, Autonomy.floor(0.85), {"a", "c"}),
        ({"a": 0.99, "b": 0.99}, {"b": 0.01}, Autonomy.floor(0.85, second_opinion=0.05), {"b"}),
        ({"a": 0.99, "b": 0.99}, {"b": float("nan")}, Autonomy.floor(0.85, second_opinion=0.05), {"b"}),
        ({"a": 0.70, "b": 0.95}, {}, Autonomy.draft(), {"a"}),
        ({"a": 0.951, "b": 0.949}, {}, Autonomy.draft(), set()),
        ({"a": 0.7}, {}, Autonomy.draft(), set()),
        ({}, {}, Autonomy.floor(0.85), set()),
    ],
)
def test_what_is_below_the_floor_or_spoken_against_or_else_the_least_sure(
    confidence: dict[str, float | None], second: dict[str, float], autonomy: Autonomy, expected: set[str]
) -> None:
    assert doubtful(confidence, second=second, autonomy=autonomy) == expected


def test_a_field_below_the_earned_floor_is_looked_at_first() -> None:
    confidence, earned = {"queue": 0.9, "reply": 0.8}, Autonomy.earned()
    assert doubtful(confidence, second={}, autonomy=earned, missed=0.95) == {"queue", "reply"}
    assert doubtful(confidence, second={}, autonomy=earned) == {"reply"}
