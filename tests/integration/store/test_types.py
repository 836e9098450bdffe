"""Times and money come back from a real database as they went in, and add up there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, func, insert, select
from sqlalchemy.exc import StatementError

from store.db.database import Database
from store.types import Money, UtcDateTime

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", Money),
    Column("at", UtcDateTime),
)
NANO = Decimal("1e-9")
AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15).map(lambda nanos: nanos * NANO)
TIMES = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001  # the strategy adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001  # as above
    timezones=st.one_of(
        st.timezones(),
        st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    ),
)
TRIES = settings(max_examples=40, deadline=None)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with a table of things."""
    database = Database(database_url)
    with database.writing.begin() as connection:
        THINGS.metadata.create_all(connection)
    yield database
    database.close()


def test_a_time_of_any_zone_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    @TRIES
    @given(TIMES)
    def holds(at: datetime) -> None:
        with database.write() as session:
            session.execute(delete(THINGS))
            session.execute(insert(THINGS).values(at=at))
        with database.read() as session:
            kept = session.execute(select(THINGS.c.at)).scalar_one()
        # Not `kept == at`: for Python, an hour that the clocks skip or repeat equals no time of another zone.
        assert kept == at.astimezone(UTC)
        assert kept.tzinfo == UTC

    holds()


def test_times_are_ordered_by_the_moment_and_not_by_the_clock_on_the_wall(database: Database) -> None:
    early = datetime(2026, 11, 20, 23, 0, tzinfo=timezone(timedelta(hours=9)))
    late = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    with database.write() as session:
        session.execute(insert(THINGS), [{"at": late}, {"at": early}])
    with database.read() as session:
        assert list(session.scalars(select(THINGS.c.at).order_by(THINGS.c.at))) == [early, late]
        assert session.scalars(select(THINGS.c.at).where(THINGS.c.at < late)).one() == early


def test_a_time_without_a_zone_never_reaches_the_database(database: Database) -> None:
    naive = datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001  # it is what is refused
    with pytest.raises(StatementError, match="has no time zone"), database.write() as session:
        session.execute(insert(THINGS).values(at=naive))
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(THINGS)).scalar_one() == 0


def test_money_is_exact_to_the_nano_dollar_and_the_database_adds_it_up_exactly(database: Database) -> None:
    @TRIES
    @given(st.lists(AMOUNTS, min_size=1, max_size=20))
    def holds(amounts: list[Decimal]) -> None:
        with database.write() as session:
            session.execute(delete(THINGS))
            session.execute(insert(THINGS), [{"amount": amount} for amount in amounts])
        with database.read() as session:
            assert list(session.scalars(select(THINGS.c.amount).order_by(THINGS.c.id))) == amounts
            assert session.execute(select(func.sum(THINGS.c.amount))).scalar_one() == sum(amounts)

    holds()


def test_a_million_dollars_and_a_nano_dollar_are_both_kept(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(THINGS), [{"amount": Decimal(1_000_000)}, {"amount": NANO}])
    with database.read() as session:
        assert session.execute(select(func.sum(THINGS.c.amount))).scalar_one() == Decimal("1000000.000000001")
