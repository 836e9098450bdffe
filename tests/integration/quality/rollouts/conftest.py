"""The databases of the engine's tests, emptied before each test here, too."""

from tests.integration.engine.conftest import make_sqlite_world, make_world, postgres_database, sqlite_database

__all__ = ["make_sqlite_world", "make_world", "postgres_database", "sqlite_database"]
