"""A second reading that differs from what is proposed is a doubt with both values."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated

import pytest
from pydantic import BaseModel

from tests.unit.engine.documents.pages import Bill, Post, bills, paper, read
from workflows import Personal, Proposal, Workflow
from workflows.engine.propose.evidence.second_readings import CAP, held_against_second_readings
from workflows.engine.text.same_values import are_same

POST = Post(invoice=paper("x"))


def held(bill: Bill, second: Mapping[str, object] | None) -> Proposal[Bill]:
    workflow = bills()

    @workflow.second_reading("the data in the file")
    def data(post: Post) -> Mapping[str, object] | None:
        return second

    return held_against_second_readings(workflow, POST, read(bill))


def test_a_difference_caps_its_field_and_shows_both_values() -> None:
    found = held(Bill(total=Decimal("529.87"), number="A-17"), {"total": Decimal("539.87"), "number": "a -17"})
    assert found.doubts == ("Total: proposed 529.87; the data in the file: 539.87",)
    assert found.field_confidence() == {**dict.fromkeys(Bill.model_fields, 0.97), "total": CAP}


@pytest.mark.parametrize("second", [None, {}, {"total": Decimal("529.870"), "issued": "2026-03-03"}])
def test_what_agrees_and_what_there_is_not_is_no_doubt(second: Mapping[str, object] | None) -> None:
    found = held(Bill(total=Decimal("529.87"), issued=date(2026, 3, 3)), second)
    assert found.doubts == ()


def test_a_value_that_one_reading_lacks_is_a_difference() -> None:
    assert held(Bill(), {"tax": Decimal(0)}).doubts == ("Tax: proposed nothing; the data in the file: 0",)
    assert held(Bill(tax=Decimal(1)), {"tax": None}).doubts == ("Tax: proposed 1; the data in the file: nothing",)


def test_of_rows_the_first_difference_is_told() -> None:
    amounts = (Decimal(1), Decimal(2))
    other = held(Bill(amounts=amounts), {"amounts": [1, 3]})
    assert other.doubts == ("Amounts, row 2: proposed 2; the data in the file: 3",)
    fewer = held(Bill(amounts=amounts), {"amounts": [1]})
    assert fewer.doubts == ("Amounts: proposed 2 rows; the data in the file: 1 row",)


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(1)])
def test_a_second_reading_that_fails_is_a_doubt_and_stops_nothing(error: BaseException) -> None:
    workflow = bills()

    @workflow.second_reading("the data in the file")
    def data(post: Post) -> Mapping[str, object]:
        raise error

    @workflow.second_reading("the mail")
    def mail(post: Post) -> Mapping[str, object]:
        return {"total": 2, "no such field": 1}

    found = held_against_second_readings(workflow, POST, read(Bill(total=Decimal(1))))
    assert found.doubts == ("the data in the file could not be compared", "the mail could not be compared")
    assert found.lowest == 0.97


def test_the_values_of_a_personal_field_are_not_told() -> None:
    class Payee(BaseModel):
        account: Annotated[str, Personal]

    workflow: Workflow[Post, Payee] = Workflow(
        name="payee", decision="Who?", owner="U0MARIA", input=Post, output=Payee, key=lambda _: "1"
    )

    @workflow.second_reading("the data in the file")
    def data(post: Post) -> Mapping[str, object]:
        return {"account": "DE2"}

    proposal = Proposal(output=Payee(account="DE1"), confidence={"account": 0.9})
    found = held_against_second_readings(workflow, POST, proposal)
    assert found.doubts == ("Account: the data in the file has another value",)


class Color(Enum):
    RED = "red"


class Line(BaseModel):
    text: str
    amount: Decimal


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Decimal("1.0"), Decimal("1.00"), True),
        (Decimal("1.0"), 1, True),
        (1.5, Decimal("1.5"), True),
        (Decimal("0"), Decimal("-0.00"), True),
        (Decimal(1), " 1.00", True),
        (Decimal(1), "one", False),
        (True, 1, False),
        (False, None, False),
        (date(2026, 3, 3), datetime(2026, 3, 3, 10, 0, tzinfo=UTC), True),
        (date(2026, 3, 3), "2026-03-03", True),
        (date(2026, 3, 3), date(2026, 3, 4), False),
        ("ACME  Ltd", "acme ltd", True),
        ("Müller", "Mu\u0308ller", True),
        ("ACME Ltd", "ACME", False),
        (Color.RED, "red", True),
        ({"a", "b"}, {"B", "A"}, True),
        ({"a", "b"}, {"a"}, False),
        ([1, 2], (1, Decimal("2.0")), True),
        ([1, 2], [2, 1], False),
        ([Line(text="x", amount=Decimal(1))], [{"amount": 1}], True),
        ([Line(text="x", amount=Decimal(1))], [{"amount": 2}], False),
        (Line(text="x", amount=Decimal(1)), {"price": 1}, False),
        (None, None, True),
    ],
)
def test_values_are_the_same_by_what_they_say(one: object, other: object, same: bool) -> None:
    assert are_same(one, other) is same
