"""A commit is noticed without reading rows, whoever made it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store.db.changes import Changes
from store.db.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database with one table."""
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE kept (number INTEGER)"))
    yield database
    database.close()


def put(database: Database) -> None:
    with database.write() as session:
        session.execute(text("INSERT INTO kept VALUES (1)"))


def test_a_commit_of_this_process_or_another_is_noticed_once(database: Database, database_url: str) -> None:
    with Changes(database) as made:
        assert made.are_there()
        while made.are_there():  # a server's own housekeeping may commit too
            pass
        put(database)
        assert made.are_there()
        elsewhere = Database(database_url)
        put(elsewhere)
        elsewhere.close()
        assert made.are_there()


def test_what_is_not_yet_committed_is_noticed_once_it_is(database: Database) -> None:
    with Changes(database) as made:
        with database.write() as session:
            session.execute(text("INSERT INTO kept VALUES (1)"))
            made.are_there()
        assert made.are_there()


def test_a_read_is_no_change(database: Database) -> None:
    with Changes(database) as made:

        def rests() -> bool:
            made.are_there()
            with database.read() as session:
                session.execute(text("SELECT * FROM kept")).all()
            return not made.are_there()

        assert any(rests() for _ in range(20))


def test_where_the_connection_is_lost_everything_may_have_changed(database: Database) -> None:
    with Changes(database) as made:
        made.are_there()
        assert made._asking._connection is not None
        made._asking._connection.driver_connection.close()  # type: ignore[union-attr]
        assert made.are_there()
        assert made.are_there()
        assert any(not made.are_there() for _ in range(20))
