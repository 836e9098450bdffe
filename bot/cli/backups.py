"""`backup` and `restore`: a SQLite database as one file, and such a file as the database again."""

from pathlib import Path

from bot.app import database_of, now
from bot.cli.completion import PATIENCE
from bot.cli.output import one_line_errors, out, shown
from bot.cli.people import operator
from bot.settings import settings
from store.db import backups, migration
from store.db.backups import Backup
from store.db.database import Database
from store.db.process_locks import SENDER, WORK, exclusive
from workflows.engine.case.restores import Restored, restored
from workflows.engine.case.team import team_of
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.errors import Refused


def back_up(file: Path, *, replace: bool) -> int:
    """Write the database to a file, also while it is served; returns the exit code."""
    with one_line_errors():
        database = database_of(settings())
        try:
            made = backups.back_up(database, file, replace=replace)
        except backups.Unusable as error:
            raise Refused(f"no backup was made: {error}") from error
        finally:
            database.close()
        out.print(shown(f"{file}: {made.size:,} bytes, checked, schema {made.schema}"))
        return 0


def restore(file: Path) -> int:
    """Put a backup in place of the database, marked as one; returns the exit code."""
    with one_line_errors():
        database = database_of(settings())
        try:
            with (
                backups.staged_copy(database, file) as staged,
                # Nobody may work on it, nor send, with what it knew before.
                exclusive(database, name=WORK, patience=PATIENCE),
                exclusive(database, name=SENDER, patience=PATIENCE),
            ):
                found = _marked(staged)
                kept = backups.put_in_place(database, staged, at=now())
        except backups.Unusable as error:
            raise Refused(f"nothing was changed: {error}") from error
        except migration.NewerSchema as error:
            raise Refused(f"nothing was changed: of {file}: {error}") from error
        finally:
            database.close()
        if kept is not None:
            out.print(shown(f"what was there before is kept as {kept}"))
        tell_restored(found)
        return 0


def tell_restored(found: Restored) -> None:
    """Say what follows from the database being a backup."""
    made = f"up to {found.made_at:%Y-%m-%d %H:%M} UTC" if found.made_at is not None else "empty"
    out.print(f"the database is a backup ({made}); {found.unfinished:,} of its cases are not at an end")
    out.print("to a system without keys, what of them may have been delivered since becomes doubtful: look, settle")
    out.print("what came in since is not in it: before you bring it again, look what such a system has of it")


def _marked(staged: Backup) -> Restored:
    """Bring a staged copy to this version's schema, and have it know that it is a backup, before it is in place."""
    copy = Database(f"sqlite:///{staged.file}")
    try:
        migration.upgrade(copy)
        team = team_of(copy, at=now()).id
        return restored(Context(database=copy, registry=Registry(), clock=now, team=team), by=operator())
    finally:
        copy.close()
