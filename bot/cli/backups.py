"""The database's backups: `backup`, `backed-up`, `restore`, `restored`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from datetime import datetime

    from store.db.backups import Backup
    from store.db.database import Database
    from workflows.engine.case.restores import Restored
    from workflows.engine.context import Clock, Context

commands = typer.Typer()


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite an existing file.")] = False,
) -> None:
    """Write the database to one file, and its documents to FILE.documents, also while it is served. For SQLite."""
    from bot.app import database_of, now
    from bot.cli.documents import back_up_documents
    from bot.cli.screens.output import one_line_errors, out, shown
    from bot.settings import settings
    from store.db import backups
    from workflows.engine.errors import Refused

    with one_line_errors():
        database, at = database_of(settings()), now()
        try:
            made = backups.back_up(database, file, replace=replace)
            out.print(shown(f"{file}: {made.size:,} bytes, checked, schema {made.schema}"))
            is_whole = back_up_documents(database, file)
            if is_whole:
                _note(database, made, at=at)
        except backups.Unusable as error:
            raise Refused(f"no backup was made: {error}") from error
        finally:
            database.close()
        raise typer.Exit(0 if is_whole else 1)


@commands.command("backed-up")
def backed_up() -> None:
    """Note that another tool made a backup of the database and its documents. Run it at the end of that."""
    from bot.cli.screens.output import out
    from handlers.texts.operations.backups import last_one
    from workflows.engine.case.backups import note_backup

    with started() as app:
        at = app.context.clock()
        note_backup(app.context, at=at, by=operator())
        out.print(f"noted: {last_one(at)}")


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
) -> None:
    """Replace the database by a backup while nothing is served. Older deliveries are not made twice."""
    from bot.app import database_of, now
    from bot.cli.documents import restore_documents
    from bot.cli.screens.output import one_line_errors, out, shown
    from bot.settings import settings
    from store.db import backups, migration
    from workflows.engine.errors import Refused

    with one_line_errors():
        chosen = settings()
        database = database_of(chosen)
        try:
            with (
                backups.staged_copy(database, file) as staged,
                _undisturbed(database),
            ):
                found = _marked(staged, heads=chosen.seal_heads)
                kept = backups.put_in_place(database, staged, at=now())
                is_whole = restore_documents(database, file)
        except backups.Unusable as error:
            raise Refused(f"nothing was changed: {error}") from error
        except migration.NewerSchema as error:
            raise Refused(f"nothing was changed: of {file}: {error}") from error
        finally:
            database.close()
        if kept is not None:
            out.print(shown(f"what was there before is kept as {kept}"))
        _tell(found)
        raise typer.Exit(0 if is_whole else 1)


@commands.command()
def restored() -> None:
    """Mark the database as a backup that was put in place by other means, before anything is served."""
    from bot.app import process_of
    from bot.cli.screens.output import one_line_errors
    from bot.settings import settings

    with one_line_errors(), process_of(settings()) as process:
        with _undisturbed(process.database):
            found = _reported(process.database, heads=process.settings.seal_heads)
        _tell(found)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The facts known of a database that was put back."""

    backup: Restored
    lost: str | None
    """Sentence about what was published since; None where nothing is known of it."""


def _note(database: Database, made: Backup, *, at: datetime) -> None:
    """Note in the database that a backup was made. One of an older schema is left as it is until it is upgraded."""
    from bot.app import now
    from store.db import migration
    from store.db.database import Unavailable
    from workflows.engine.case.backups import note_backup

    if made.schema != migration.newest():
        return
    try:
        for context in _contexts(database, clock=now):
            note_backup(context, at=at, by=operator())
    except Unavailable as error:
        typer.echo(f"the backup is whole, but it could not be noted that it was made: {error}", err=True)


def _marked(staged: Backup, *, heads: Path | None) -> _Found:
    """Upgrade a staged copy to this version's schema, and mark it as a backup before it is in place."""
    from store.db import migration
    from store.db.database import Database

    copy = Database(f"sqlite:///{staged.file}")
    try:
        migration.upgrade(copy)
        return _reported(copy, heads=heads)
    finally:
        copy.close()


def _reported(database: Database, *, heads: Path | None) -> _Found:
    """Mark a database as a backup. `heads`: the file in which its heads are published, where there is one."""
    from bot.app import now
    from handlers.texts.operations.backups import lost
    from workflows.engine.case.restores import restored_all
    from workflows.engine.proof.head_file import missing_head

    head = None
    if heads is not None:
        for context in _contexts(database, clock=now):
            with suppress(OSError):  # what cannot be read tells nothing, and keeps nobody from a restore
                head = head or missing_head(context, heads)
    found = restored_all(database, by=operator(), clock=now)
    return _Found(backup=found, lost=lost(head, heads) if head is not None and heads is not None else None)


def _contexts(database: Database, *, clock: Clock) -> list[Context]:
    """Return for each team what is needed to read and mark a database with this version's schema."""
    from workflows.engine.case.team import all_teams_of
    from workflows.engine.context import Context
    from workflows.engine.declare.registry import Registry

    return [
        Context(database=database, registry=Registry(), clock=clock, team=team.id, restores=team.restores)
        for team in all_teams_of(database, at=clock())
    ]


@contextmanager
def _undisturbed(database: Database) -> Iterator[None]:
    """Let no process work or send in the block, with what it knew from the old database."""
    from sqlalchemy.exc import DBAPIError

    from bot.cli.completion import PATIENCE
    from store.db.database import Unavailable
    from store.db.process_locks import SENDER, WORK, exclusive
    from workflows.engine.case.team import locks_of_all

    senders = [SENDER]
    if database.file is None or database.file.exists():
        # It may be broken: that is why one restores.
        with suppress(Unavailable, DBAPIError):
            senders = list(locks_of_all(database, SENDER))
        # A file that is open cannot be replaced.
        database.close()
    with ExitStack() as held:
        for name in (WORK, *senders):
            held.enter_context(exclusive(database, name=name, patience=PATIENCE))
        yield


def _tell(found: _Found) -> None:
    """Print the consequences of a restored backup."""
    from bot.cli.screens.output import out, shown

    backup = found.backup
    made = f"up to {backup.made_at:%Y-%m-%d %H:%M} UTC" if backup.made_at is not None else "empty"
    out.print(f"the database is a backup ({made}); {backup.unfinished:,} of its cases are not at an end")
    if found.lost is not None:
        out.print(shown(found.lost))
    out.print(
        "deliveries to a system without keys may have happened since; they become doubtful: look, then settle each"
    )
    out.print("cases taken in since are not in it: look which of them such a system has before you submit them again")
