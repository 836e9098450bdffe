"""A database with a year of cases and their causes, as it stands when its statistics are up to date."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.causes import fill_causes
from benchmarks.groups import fill_groups
from benchmarks.home import NOW, registry
from benchmarks.kit.databases import Databases, migrated
from benchmarks.years.year import TEAM, fill_year
from store.db.database import Database
from workflows.engine.context import Context


@contextmanager
def stored_year(made: Databases, kind: str, cases: int) -> Iterator[Context]:
    """Yield the context of a new database with a year of so many cases, at its end; it is dropped afterwards."""
    url = made.new(kind)
    migrated(url)
    database = Database(url)
    fill_year(database, cases=cases)
    with database.write() as session:
        fill_causes(session)
        fill_groups(session)
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Its autovacuum does it within a minute.
            connection.exec_driver_sql("VACUUM ANALYZE")
    yield Context(database=database, registry=registry(), clock=lambda: NOW, team=TEAM)
    database.close()
    made.drop(url)
