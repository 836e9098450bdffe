"""A value is right as the output's own type reads it, and a text to the letter."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from workflows.engine.errors import InvalidOutput
from workflows.quality.examples.scores import read_cells, read_truth, score


class Urgency(StrEnum):
    HIGH = "high"
    LOW = "low"


class Line(BaseModel):
    item: str
    price: Decimal


class Bill(BaseModel):
    number: str
    net: Decimal
    total: Decimal = Field(ge=0)
    weight: float = 0
    due: date | None = None
    country: str = "DE"
    urgency: Urgency = Urgency.LOW
    paid: bool = False
    lines: list[Line] = Field(default_factory=list)

    model_config = ConfigDict(frozen=True)

    @field_validator("country")
    @classmethod
    def _in_capitals(cls, value: str) -> str:
        return value.upper()

    @model_validator(mode="after")
    def _adds_up(self) -> "Bill":
        if self.net > self.total:
            raise ValueError("the net amount is above the total")
        return self


BILL = Bill(
    number="R-17",
    net=Decimal("10.50"),
    total=Decimal("12.50"),
    weight=1.5,
    due=date(2026, 3, 1),
    country="de",
    lines=[Line(item="kettle", price=Decimal("10.5"))],
)


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("number", "R-17", True),
        ("number", "  R-17\n", True),
        ("number", "r-17", False),
        ("number", "R 17", False),
        ("total", "12.5", True),
        ("total", 12.5, True),
        ("total", "12.500", True),
        ("total", "12.51", False),
        ("total", "1.50", False),  # the whole form would not take it beside this net amount
        ("weight", 1.5, True),
        ("weight", "1.50", True),
        ("weight", 1.6, False),
        ("due", "2026-03-01", True),
        ("due", "2026-03-02", False),
        ("due", None, False),
        ("country", "DE", True),
        ("country", "de", True),  # the form writes it in capitals
        ("country", "at", False),
        ("urgency", "low", True),
        ("urgency", "high", False),
        ("paid", False, True),
        ("paid", True, False),
        ("lines", [{"item": "kettle", "price": "10.50"}], True),
        ("lines", [{"item": "kettle", "price": "10.51"}], False),
        ("lines", [], False),
    ],
)
def test_values_are_compared_as_their_type_has_them(field: str, value: JsonValue, right: bool) -> None:
    assert score(BILL, read_truth(Bill, {field: value})) == {field: right}


def test_a_field_whose_right_value_is_not_known_counts_neither_way() -> None:
    assert score(BILL, read_truth(Bill, {"number": "R-17", "total": 1})) == {"number": True, "total": False}
    assert score(BILL, {}) == {}


def test_an_answer_that_is_none_is_refused_by_its_field() -> None:
    with pytest.raises(InvalidOutput) as refused:
        read_truth(Bill, {"total": "much", "due": "soon", "gross": 1, "number": "R-17"})
    assert set(refused.value.errors) == {"total", "due", "gross"}
    assert refused.value.errors["gross"].startswith("is not a field of Bill; there are: number, net, ")


def test_a_table_says_values_as_people_type_them() -> None:
    cells = {"paid": "Yes", "total": " 12.50 ", "lines": '[{"item": "kettle", "price": 1}]', "urgency": "high "}
    truth = read_truth(Bill, read_cells(Bill, cells))
    assert truth["paid"] is True
    assert truth["total"] == Decimal("12.5")
    assert truth["lines"] == [Line(item="kettle", price=Decimal(1))]
    assert truth["urgency"] is Urgency.HIGH
    with pytest.raises(InvalidOutput, match="paid: has to be yes or no"):
        read_cells(Bill, {"paid": "perhaps"})


class Routing(BaseModel):
    queue: Literal["billing", "safety"]
    note: str
    amount: Decimal
    day: date


@given(st.builds(Routing, amount=st.decimals(allow_nan=False, allow_infinity=False, places=2)))
def test_an_output_is_right_by_its_own_values(routing: Routing) -> None:
    """Nothing is lost on the way of an answer into a file of examples and back."""
    said = routing.model_dump(mode="json")
    assert all(score(routing, read_truth(Routing, said)).values())
