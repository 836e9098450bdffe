"""Limits of the database's time while a person waits: after them the person is told, and does not wait."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from store.db.database import Database, Unavailable
from store.db.time_limits import time_limit
from tests.waiting import LONGEST

LITTLE = 0.2


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with one row."""
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE counters (id BIGINT PRIMARY KEY, number BIGINT)"))
        session.execute(text("INSERT INTO counters VALUES (1, 0)"))
    yield database
    database.close()


def count(database: Database) -> None:
    """Change the row."""
    with database.write(urgent=True) as session:
        session.execute(text("UPDATE counters SET number = number + 1 WHERE id = 1"))


def number(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(text("SELECT number FROM counters")).scalar_one())


def test_a_write_that_another_one_of_this_process_holds_up_is_given_up(database: Database) -> None:
    begun, go_on = Event(), Event()

    def hold() -> None:
        with database.write() as session:
            session.execute(text("UPDATE counters SET number = 10 WHERE id = 1"))
            begun.set()
            go_on.wait(LONGEST)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert begun.wait(LONGEST)
        with time_limit(LITTLE), pytest.raises(Unavailable):
            count(database)
        go_on.set()
        held.result()
    with time_limit(LONGEST):
        count(database)
    assert number(database) == 11


def test_a_write_that_another_process_holds_up_is_given_up(database: Database, database_url: str) -> None:
    """Another `Database` is to this one what another process is."""
    other = Database(database_url)
    with other.write() as session:
        session.execute(text("UPDATE counters SET number = 10 WHERE id = 1"))
        with time_limit(LITTLE), pytest.raises(Unavailable):
            count(database)
    count(database)
    assert number(database) == 11
    other.close()


def test_a_turn_that_was_given_up_does_not_keep_the_others_waiting(sqlite_url: str) -> None:
    """A thread that no longer waits is not called."""
    database = Database(sqlite_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE counters (id BIGINT PRIMARY KEY, number BIGINT)"))
        session.execute(text("INSERT INTO counters VALUES (1, 0)"))

    def try_in_vain() -> None:
        with time_limit(LITTLE), pytest.raises(Unavailable):
            count(database)

    with ThreadPoolExecutor(8) as pool:
        with database.write():
            vain = [pool.submit(try_in_vain) for _ in range(4)]
            patient = [pool.submit(count, database) for _ in range(4)]
            for one in vain:
                one.result(timeout=LONGEST)
        for one in patient:
            one.result(timeout=LONGEST)
    assert number(database) == 4
    database.close()


def test_a_statement_that_takes_too_long_is_ended(postgres_url: str) -> None:
    database = Database(postgres_url)
    with time_limit(LITTLE), pytest.raises(Unavailable, match="statement timeout"), database.read() as session:
        session.execute(text("SELECT pg_sleep(3600)"))
    with database.read() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
    database.close()


def test_nobody_else_is_hurried(database: Database) -> None:
    with time_limit(LONGEST):
        count(database)
    with database.read() as session:
        if database.dialect == "postgresql":
            assert session.execute(text("SHOW statement_timeout")).scalar_one() == "0"
        else:
            assert session.execute(text("PRAGMA busy_timeout")).scalar_one() == 10_000
