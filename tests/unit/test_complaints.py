"""Complaints are in words for people, without regular expressions or names of pydantic's classes."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, Field, ValidationError, field_validator

from workflows.complaints import all_complaints, complaints


class Line(BaseModel):
    text: str
    date: date


class Order(BaseModel):
    key: str = Field(pattern=r"^[A-Z]{2}-\\d+$")
    kind: Literal["new", "old"]
    amount: Decimal = Field(gt=0, max_digits=6, decimal_places=2)
    either: int | str
    at: time
    id: UUID
    page: AnyUrl
    line: Line
    lines: list[Line]
    even: Annotated[int, Field(multiple_of=2)]

    @field_validator("even")
    @classmethod
    def _small(cls, value: int) -> int:
        if value > 10:
            raise ValueError("has to be ten at most")
        return value


WRONG = {
    "key": "ab-1",
    "kind": "odd",
    "amount": "many",
    "either": [1],
    "at": "noon",
    "id": "one",
    "page": "nowhere",
    "line": "a line",
    "lines": [{"text": 5}],
    "even": 12,
}


def of(values: object) -> ValidationError:
    with pytest.raises(ValidationError) as wrong:
        Order.model_validate(values)
    return wrong.value


def test_each_field_is_named_with_what_is_wrong_with_it() -> None:
    assert complaints(of(WRONG)) == {
        "key": "does not have the required form",
        "kind": "has to be new or old",
        "amount": "has to be a number such as 1234.50",
        "either": "has to be a whole number",
        "at": "has to be a time such as 14:30",
        "id": "has to be a UUID",
        "page": "has to be a web address such as https://example.com",
        "line": "has to be an object with names and values",
        "lines.0.text": "has to be text",
        "lines.0.date": "is missing",
        "even": "has to be ten at most",
    }


@pytest.mark.parametrize("values", [WRONG, "no order", {}, {**WRONG, "line": {"text": "a", "date": "soon"}}])
def test_nothing_in_it_is_for_programmers_only(values: object) -> None:
    said = all_complaints(of(values))
    for odd in (
        "pattern",
        "^[A-Z]",
        "pydantic",
        "https://errors",
        "Value error",
        "instance of",
        "Line",
        "Order",
        "function-",
    ):
        assert odd not in said


def test_of_many_fields_as_many_are_named_as_were_asked_for() -> None:
    assert all_complaints(of(WRONG), most=2).count(";") == 1
    assert all_complaints(of("no order"), most=2) == "the whole: has to be an object with names and values"
