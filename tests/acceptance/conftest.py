"""The command line in a folder, as for the integration tests."""

from tests.integration.bot.conftest import countersign, empty, new_database

__all__ = ["countersign", "empty", "new_database"]
