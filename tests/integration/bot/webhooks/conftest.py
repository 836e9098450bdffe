"""One SQLite file and one PostgreSQL database for all tests here, as for those of the engine."""

from tests.integration.engine.conftest import make_world, postgres_database, sqlite_database

__all__ = ["make_world", "postgres_database", "sqlite_database"]
