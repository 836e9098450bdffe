"""A process that looks for cases is killed in the midst of it, again and again: each item comes in once."""

import subprocess
import sys
from collections import Counter

import pytest

from store import schema
from store.db.database import Database
from tests.chaos.killed_looks import ADDED, PLACES
from tests.chaos.settings import LONG

pytestmark = pytest.mark.slow

KILLS = 105 if LONG else 2 * len(PLACES)
"""Killed processes; `make chaos` kills more than a hundred."""


def looked(url: str, kills: int, *also: str) -> Counter[int]:
    """Return how often each item came in, after so many processes were killed."""
    command = (sys.executable, "-m", "tests.chaos.killed_looks", url, str(kills), *also)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=800)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == str(kills), "one was not killed"
    database = Database(url)
    with database.read() as session:
        keys = [case.key for case in session.query(schema.Case)]
        (cursor,) = session.query(schema.SourceCursor)
        assert cursor.cursor == str(ADDED * (kills + 1))
    database.close()
    return Counter(int(key.partition("-")[0]) for key in keys)


def test_each_item_comes_in_once_however_often_a_process_is_killed(migrated_url: str) -> None:
    assert looked(migrated_url, KILLS) == Counter(range(1, ADDED * (KILLS + 1) + 1))


def test_a_cursor_that_moves_in_a_second_transaction_has_items_come_in_twice(migrated_sqlite_url: str) -> None:
    assert max(looked(migrated_sqlite_url, 2, "naive").values()) > 1
