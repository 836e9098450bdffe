"""The checks of the database itself: where it is, who can read it, and whether it keeps what it commits."""

import os
from collections.abc import Iterator

from bot.app import App
from handlers.texts.operations.findings import Finding
from store.db import migration
from store.db.durability import not_durable


def database(app: App) -> Iterator[Finding]:
    """Check the database."""
    found = app.context.database
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
