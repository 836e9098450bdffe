"""The sandbox and the socket of the chaos tests."""

from tests.chaos.conftest import countersign, ears, empty, quick, running, slack_time, sqlite_url, unhurried

__all__ = ["countersign", "ears", "empty", "quick", "running", "slack_time", "sqlite_url", "unhurried"]
