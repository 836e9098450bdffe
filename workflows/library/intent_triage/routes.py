"""The destination of the labels: a small table of routed messages in a SQLite file, one row for each message.

It stands for the system that would really route them. It knows idempotency keys: a second attempt to route under the
same key changes nothing.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from countersign import OutcomeUnknown

FILE = "COUNTERSIGN_ROUTES_FILE"
DEFAULT_FILE = "routes.sqlite"

_TABLE = """
CREATE TABLE IF NOT EXISTS routes (
    key TEXT PRIMARY KEY, message TEXT NOT NULL, label TEXT NOT NULL, by TEXT NOT NULL
) WITHOUT ROWID
"""


def route(message: str, label: str, *, by: str, key: str) -> str:
    """Route a message, and return the receipt. Raise `OutcomeUnknown` where the file cannot be written."""
    path = Path(os.environ.get(FILE, DEFAULT_FILE))
    try:
        if not path.exists():
            path.touch(0o600)  # only its owner may read the file
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as table:
            table.execute("PRAGMA synchronous=FULL")
            if table.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                table.execute("PRAGMA journal_mode=WAL")
                table.execute(_TABLE)
            table.execute("INSERT OR IGNORE INTO routes VALUES (?, ?, ?, ?)", (key, message, label, by))
    except (OSError, sqlite3.Error) as error:
        raise OutcomeUnknown(f"the routes in {path} cannot be written: {error}") from error
    return f"{message} > {label}"
