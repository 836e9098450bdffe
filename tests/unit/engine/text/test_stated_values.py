"""A text states a value at places, of which only the value itself is marked."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from workflows.engine.text.stated_values import says, stated_at


class Color(Enum):
    RED = "deep red"


class Line(BaseModel):
    text: str
    amount: Decimal
    note: str | None = None


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("Net 473.00  VAT 56.87  Total 529.87", Decimal("529.87"), ["529.87"]),
        ("529,87 EUR and 529.87", Decimal("529.87"), ["529,87", "529.87"]),
        ("Pos 3 198,00", Decimal(198), ["198,00"]),
        ("Pos 3 198,00", Decimal(3198), ["3 198,00"]),
        ("Pos 3   198,00", 3, ["3"]),
        ("Pos 3   198,00", Decimal(3198), []),
        ("Off -    12.00", Decimal(-12), ["-    12.00"]),
        ("€ 1.234,50", Decimal("1234.5"), ["1.234,50"]),
        ("(12.00)", Decimal(-12), ["(12.00)"]),
        ("EUR -12.00", Decimal(-12), ["-12.00"]),
        ("12.00- EUR", Decimal(-12), ["12.00-"]),
        ("12.00 CR", Decimal(-12), ["12.00"]),
        ("CHF 12,-", 12, ["12,-"]),
        ("$.50", 0.5, [".50"]),
        ("١٢ boxes", 12, ["١٢"]),
        ("12\u200b.00 EUR", 12, ["12\u200b.00"]),
        ("19 %, 12:30, 1.2.2026 and A-12", 12, []),
        ("€ 1.234,50", "EUR", ["€"]),
        ("1.234,50 EUR, 3 USD", "EUR", ["EUR"]),
        ("am 3. März 2026, not 03/04/2026", date(2026, 3, 3), ["3. März 2026"]),
        ("2026-03-03T10:00", datetime(2026, 3, 3, 10, tzinfo=UTC), ["2026-03-03"]),
        ("STRASSE 5, Straße 5", "straße 5", ["STRASSE 5", "Straße 5"]),
        ("a Deep  RED car", Color.RED, ["Deep  RED"]),
        ("Yes, true", True, ["Yes", "true"]),
        ("no", False, ["no"]),
        ("A1B2-1 A1B2", "A1B2", ["A1B2"]),
        (f"id {UUID(int=7)}", UUID(int=7), [str(UUID(int=7))]),
        ("nothing of it", Decimal(1), []),
    ],
)
def test_only_the_value_is_its_place(text: str, value: object, expected: list[str]) -> None:
    assert [[text[span.start : span.end] for span in spans] for spans in stated_at(text, value)] == [
        [one] for one in expected
    ]
    assert says(text, value) is bool(expected)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("1.00 2.00 1.00", [1, 2, 1], ["1.00", "2.00", "1.00"]),
        ("Pens 20 Stk 198,00", Line(text="pens", amount=Decimal(198)), ["Pens", "198,00"]),
        ("Pens 198,00 Ink 5,00", {"a": "ink", "b": Decimal(5)}, ["Ink", "5,00"]),
        ("1.00", [1, 1], ["1.00"]),
        ("1.00", [1, 2], None),
        ("1.00", [None], None),
    ],
)
def test_a_list_and_a_record_have_a_place_for_each_part(text: str, value: object, expected: list[str] | None) -> None:
    found = [[text[span.start : span.end] for span in spans] for spans in stated_at(text, value)]
    assert found == ([expected] if expected is not None else [])


@given(
    before=st.sampled_from(["", "Total ", "Net 5.00  Total: ", "EUR "]),
    value=st.decimals(min_value=-99_999, max_value=99_999, places=2),
    after=st.sampled_from(["", " EUR", " €", "  7 Stk"]),
)
def test_each_figure_is_found_whole_in_its_row(before: str, value: Decimal, after: str) -> None:
    text = f"{before}{value:,.2f}{after}"
    found = [text[span.start : span.end] for spans in stated_at(text, value) for span in spans]
    assert f"{value:,.2f}" in found
