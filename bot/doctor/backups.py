"""The checks of backups: whether the database is one, when the last was made, and whether PostgreSQL archives."""

from collections.abc import Iterator
from datetime import timedelta

from bot.app import App
from handlers.texts.operations.backups import NOTED, last_one, older, older_advice
from handlers.texts.operations.findings import Finding
from handlers.texts.plain import in_words
from store.db.wal_archive import wal_archive
from workflows.engine.case.backups import last_backup
from workflows.engine.proof.head_file import missing_head
from workflows.engine.read.case_list import workflows_with_cases

OLD = timedelta(days=2)
"""Age from which on a backup counts as old: one that is made each night was left out."""


def backups(app: App) -> Iterator[Finding]:
    """Check the backups. Of a database without a case only what is wrong is said."""
    file = app.settings.seal_heads
    if file is not None:
        try:
            head = missing_head(app.context, file)
        except OSError:
            head = None  # The check of the seals reports it.
        if head is not None:
            yield Finding(level="bad", what=older(head, file), do=older_advice(file))
    yield from _archive(app)
    if not workflows_with_cases(app.context):
        return
    at = last_backup(app.context)
    if at is None:
        yield Finding(level="note", what="no backup of the database is known of", do=NOTED)
    elif app.context.clock() - at > OLD:
        yield Finding(level="note", what=last_one(at), do=NOTED)
    else:
        yield Finding(level="ok", what=last_one(at))


def _archive(app: App) -> Iterator[Finding]:
    archive = wal_archive(app.context.database)
    if archive is None:
        return
    if archive.failed_at is not None:
        since = f"; it last worked at {in_words(archive.archived_at)}" if archive.archived_at is not None else ""
        yield Finding(
            level="bad",
            what=f"PostgreSQL could not archive its log at {in_words(archive.failed_at)}{since}",
            do="read in the server's own log why its archive_command fails; until it works, the server keeps all "
            "segments, and its disk fills up",
        )
    elif archive.is_on:
        until = f", last at {in_words(archive.archived_at)}" if archive.archived_at is not None else ""
        yield Finding(level="ok", what=f"PostgreSQL archives its log{until}")
