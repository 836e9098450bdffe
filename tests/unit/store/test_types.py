"""Values that the column types refuse before anything reaches a database."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import pytest
from sqlalchemy import Dialect, create_mock_engine

from store.states import Resolution
from store.types import Money, OneOf, UtcDateTime

DIALECTS: list[Dialect] = [create_mock_engine(f"{name}://", print).dialect for name in ("sqlite", "postgresql+psycopg")]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_time_without_a_zone_is_refused_in_words(dialect: Dialect) -> None:
    naive = datetime(2026, 11, 20, 9, 0, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="has no time zone; times are stored in UTC"):
        UtcDateTime().process_bind_param(naive, dialect)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_no_value_stays_no_value(dialect: Dialect) -> None:
    for column in (UtcDateTime(), Money()):
        assert column.process_bind_param(None, dialect) is None
        assert column.process_result_value(None, dialect) is None


def test_half_a_nano_dollar_goes_to_the_even_side() -> None:
    money = Money()
    amounts = {"0.0000000005": 0, "0.0000000015": 2, "0.0000000025": 2, "-0.0000000015": -2}
    assert {amount: money.process_bind_param(Decimal(amount), DIALECTS[0]) for amount in amounts} == amounts


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises((ValueError, OverflowError, InvalidOperation)):
        Money().process_bind_param(Decimal(amount), DIALECTS[0])


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_word_is_read_as_the_member_that_it_names_and_any_other_is_refused(dialect: Dialect) -> None:
    column = OneOf(Resolution)
    assert column.bind_processor(dialect) is None, "a member is a string as it is"
    read = column.result_processor(dialect, None)
    assert (read("alone"), read(None)) == (Resolution.ALONE, None)
    with pytest.raises(KeyError, match="by_nobody"):
        read("by_nobody")
