"""The checks of the database itself: where it is and who says so, who can read it, whether it keeps what it commits."""

import os
from collections.abc import Iterator

from bot import settings_file
from bot.settings import Settings
from handlers.texts.operations.findings import Finding
from store.db import migration
from store.db.database import Database
from store.db.durability import not_durable


def named_by(settings: Settings, found: Database) -> Finding:
    """Say which settings were read: with those of another file it is another set-up, and another database."""
    file = settings_file.located()
    if found.file is not None and "database_url" not in settings.model_fields_set:
        return Finding(
            level="note",
            what=f"{'no file of settings was found' if file is None else f'{file} names no database'}, so all of this "
            f"is about {found.file}, in the folder that you are in",
            do="name the file of settings of your service by --env-file FILE or COUNTERSIGN_ENV_FILE",
        )
    where = f"{file}, and of the environment" if file is not None else "the environment alone"
    return Finding(level="ok", what=f"settings of {where}")


def database(found: Database) -> Iterator[Finding]:
    """Check the database."""
    where = found.file or found.engine.url.render_as_string(hide_password=True)
    yield Finding(level="ok", what=f"database {where}, schema {migration.newest()}")
    for name in not_durable(found):
        yield Finding(
            level="bad",
            what=f"PostgreSQL has {name}=off: a crash of the server or its machine loses cases and decisions that were "
            "accepted",
            do=f"set {name} = on, in postgresql.conf or where it is set for this database or login, and reload the "
            "server",
        )
    for kept in migration.kept_copies(found):
        yield Finding(
            level="note",
            what=f"{kept} is the database as it was before an upgrade; it holds cases, removed ones too",
            do="delete it once you need no way back",
        )
    if found.file is not None and os.name == "posix" and found.file.stat().st_mode & 0o077:
        yield Finding(
            level="bad",
            what=f"others on this machine can read {found.file}, which holds cases",
            do=f"chmod 600 {found.file}",
        )
