"""A backup of a SQLite database: one whole file, made while others write, and put back in one move.

A copy made by hand is neither. The newest commits may still be in the `-wal` file beside the database, and a backup put
beside an older `-wal` is read through it: as the old state, or as a mixture of both.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store.db.database import BUSY_TIMEOUT_MS, Database
from store.db.process_locks import Taken

_BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database."""


class Unusable(RuntimeError):
    """The file is no whole backup of Countersign, or cannot be put in its place."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A file that holds a whole database."""

    file: Path
    size: int
    """Bytes."""
    schema: str
    """The revision of its schema."""


def back_up(database: Database, file: Path, *, replace: bool = False) -> Backup:
    """Write the database as it is now to one checked file that only its owner can read.

    Others go on writing meanwhile. The file appears whole or not at all. `replace`: overwrite an existing file. Raise
    `Unusable` where the backup cannot be made.
    """
    source = _sqlite_file(database)
    if not source.exists():
        raise Unusable(f"there is no database at {source} yet")
    if file.resolve() in (source, *_beside(source)):
        raise Unusable(f"{file} is the database itself; name another file for its backup")
    with _in_words(file), _stage(file.parent) as folder:
        staged = folder / "backup"
        with closing(_connected(source)) as live, closing(_connected(staged)) as copy:
            live.backup(copy)
        made = _checked(staged)
        _place(staged, file, replace=replace)
    return Backup(file=file, size=made.size, schema=made.schema)


@contextmanager
def staged_copy(database: Database, file: Path) -> Iterator[Backup]:
    """Yield a checked copy of a backup, made beside the database and gone after the block.

    The backup itself is not changed. Files that SQLite kept beside the backup, where it was copied by hand, are read
    with it. Raise `Unusable`.
    """
    target = _sqlite_file(database)
    if not file.is_file():
        raise Unusable(f"there is no file {file}")
    if file.resolve() in (target, *_beside(target)):
        raise Unusable(f"{file} belongs to the database itself; name its backup")
    with ExitStack() as held:
        with _in_words(file):
            staged = held.enter_context(_stage(target.parent)) / "restored.sqlite"
            for source, copy in zip((file, *_beside(file)), (staged, *_beside(staged)), strict=True):
                # SQLite makes the -shm file anew from the -wal.
                if source.exists() and not copy.name.endswith("-shm"):
                    _copy(source, copy)
            whole = _checked(staged)
        yield whole


def put_in_place(database: Database, backup: Backup, *, at: datetime) -> Path | None:
    """Put a staged copy in the database's place; returns the file that keeps the old one, None where there was none.

    Works only while nobody has the database open; at every moment a whole database is in place. Raise `Taken` where
    somebody has it open.
    """
    target = _sqlite_file(database)
    whole = _checked(backup.file)
    kept = target.with_name(f"{target.name}.before-{at:%Y%m%dT%H%M%SZ}") if target.exists() else None
    if kept is not None:
        if kept.exists():
            raise Unusable(f"{kept} exists already; run the command again in a second")
        _closed_by_all(target)
        # Files left beside a damaged database would be read as part of the backup.
        for left, away in zip(_beside(target), _beside(kept), strict=True):
            if left.exists():
                left.rename(away)
        _second_name(target, kept)
    os.replace(whole.file, target)
    _sync_folder(target.parent)
    return kept


def _sqlite_file(database: Database) -> Path:
    if database.file is None:
        raise Unusable(
            "the database is PostgreSQL, which has tools of its own: pg_dump --format=custom --file=FILE DATABASE "
            "makes a backup while it is in use; then copy the folder of documents, and run `countersign backed-up`. "
            "pg_restore --single-transaction --no-owner --dbname=NEW FILE puts it into a new database; name that in "
            "COUNTERSIGN_DATABASE_URL, put the documents back, and run `countersign restored` before anything is served"
        )
    return database.file


def _beside(file: Path) -> tuple[Path, ...]:
    return tuple(file.with_name(file.name + ending) for ending in _BESIDE)


def _connected(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)


def _checked(file: Path) -> Backup:
    """Make a database one file, with nothing beside it, and check it. Raise `Unusable` for one that is not whole."""
    try:
        with closing(_connected(file)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            found = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(1)")]
            if found != ["ok"]:
                raise Unusable(f"it is damaged: {found[0]}")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise Unusable("it is damaged: some of its rows belong to rows that are not there")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"alembic_version", "teams", "runs"} <= tables:
                raise Unusable("it is no database of Countersign's")
            (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        raise Unusable(f"it cannot be read: {error}") from error
    except sqlite3.DatabaseError as error:
        raise Unusable(f"it is damaged, or no database: {error}") from error
    file.chmod(0o600)
    with file.open("rb") as written:
        os.fsync(written.fileno())
    return Backup(file=file, size=file.stat().st_size, schema=str(schema))


def _closed_by_all(file: Path) -> None:
    """Move every commit into the database's own file. Raise `Taken` where somebody has it open."""
    try:
        with closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as connection:
            # SQLite leaves WAL mode only while there is no other connection.
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Taken(f"another process has {file} open; end it first") from None
    except sqlite3.DatabaseError:
        return  # It is damaged: that is why a backup is put in its place.


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
        target.chmod(0o600)
    except OSError as error:
        raise Unusable(f"it cannot be copied to {target.parents[1]}: {error.strerror or error}") from error


def _place(staged: Path, file: Path, *, replace: bool) -> None:
    if replace:
        os.replace(staged, file)
    else:
        try:
            _second_name(staged, file)
        except FileExistsError:
            raise Unusable(f"{file} exists already; use --replace to overwrite it") from None
    _sync_folder(file.parent)


def _second_name(file: Path, name: Path) -> None:
    """Give a file a second name. Raise `FileExistsError` where the name is taken."""
    try:
        os.link(file, name)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if name.exists():
            raise FileExistsError(name) from None
        shutil.copyfile(file, name)
        name.chmod(0o600)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power, where the system supports it."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _stage(folder: Path) -> Iterator[Path]:
    """Yield a new folder on the same disk as another one, gone after the block."""
    with tempfile.TemporaryDirectory(prefix=".countersign-", dir=folder) as made:
        yield Path(made)


@contextmanager
def _in_words(file: Path) -> Iterator[None]:
    try:
        yield
    except Unusable as error:
        raise Unusable(f"{file}: {error}" if str(file) not in str(error) else str(error)) from error.__cause__
    except sqlite3.Error as error:
        raise Unusable(f"{file}: {error}") from error
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror or error}") from error
