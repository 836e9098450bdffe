"""The database alone: a row and a commit, again and again, by one process that does nothing else.

python -m benchmarks.engines.raw URL COMMITS
"""

import sqlite3
import sys

import psycopg

from benchmarks.peers.conversation import hear, now, say

_TABLE = "CREATE TABLE rows (id integer PRIMARY KEY, body text)"


def main() -> None:
    """Measure."""
    url, commits = sys.argv[1], int(sys.argv[2])
    connection: sqlite3.Connection | psycopg.Connection[tuple[object, ...]]
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        durability = f"journal_mode={found[0]}, synchronous={found[1]}"
        insert = "INSERT INTO rows (id, body) VALUES (?, ?)"
    else:
        connection = psycopg.connect(url, autocommit=True)
        kept = connection.execute("SHOW synchronous_commit").fetchone()
        durability = f"synchronous_commit={kept[0] if kept else None}"
        insert = "INSERT INTO rows (id, body) VALUES (%s, %s)"
    connection.execute(_TABLE)
    say(ready=True, durability=durability)
    hear()
    say(fed=None)
    hear()
    started = now()
    for id in range(commits):
        connection.execute(insert, (id, "a row"))
    say(done=commits, started=started, ended=now())
    connection.close()


if __name__ == "__main__":
    main()
