"""Parts shown add up to the sum said, to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.texts.digests.amounts import each, roughly
from handlers.texts.digests.cents import in_cents

AMOUNTS = st.lists(st.decimals(min_value=0, max_value=10_000, places=9), max_size=30)


@given(AMOUNTS)
def test_cents_add_up_to_the_rounded_sum_and_each_is_less_than_a_cent_away(parts: list[Decimal]) -> None:
    shown = in_cents(parts)
    assert sum(shown, Decimal(0)) == sum(parts, Decimal(0)).quantize(Decimal("0.01"))
    assert all(abs(cents - part) < Decimal("0.01") for cents, part in zip(shown, parts, strict=True))
    assert all(cents == cents.quantize(Decimal("0.01")) for cents in shown)


def test_the_cent_that_is_left_goes_to_who_lost_most() -> None:
    assert in_cents([Decimal("1.004"), Decimal("1.006")]) == [Decimal("1.00"), Decimal("1.01")]
    assert in_cents([Decimal("0.005")] * 3) == [Decimal("0.01"), Decimal("0.01"), Decimal("0.00")]
    assert in_cents([]) == []


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.031", "$0.031"),
        ("0.0314", "$0.031"),
        ("0.00012", "$0.00012"),
        ("0.5", "$0.50"),
        ("0.999", "$1.00"),
        ("2.345", "$2.34"),
        ("0", "$0"),
    ],
)
def test_what_a_case_costs_has_digits_that_say_something(amount: str, said: str) -> None:
    assert each(Decimal(amount)) == said


@pytest.mark.parametrize(("amount", "said"), [("304.10", "$304"), ("9.4", "$9.40"), ("9.7", "$10"), ("0", "$0")])
def test_an_estimate_has_no_cents_from_ten_dollars_on(amount: str, said: str) -> None:
    assert roughly(Decimal(amount)) == said
