"""The command line of the version after this one: `python -m tests.upgrading.next_version FOLDER COMMAND ...`.

It is this version with a migration more. FOLDER has the migrations, as `with_one_more` makes it.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.db import migration

NEXT = "9001"
"""Schema of the next version."""
_MIGRATION = f'''"""Add a column."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{NEXT}", "{{before}}"


def upgrade() -> None:
    op.add_column("runs", sa.Column("of_next", sa.Integer(), nullable=False, server_default="1"))
'''


def with_one_more(folder: Path) -> Path:
    """Make a folder of migrations with one more; returns it."""
    made = folder / "migrations"
    shutil.copytree(migration.MIGRATIONS, made)
    (made / "versions" / f"{NEXT}_next.py").write_text(_MIGRATION.format(before=migration.newest()))
    return made


@contextmanager
def of_next_version(migrations: Path) -> Iterator[None]:
    """Be the next version for the block, which has the migrations of a folder."""
    before, migration.MIGRATIONS = migration.MIGRATIONS, migrations
    migration._revisions.cache_clear()
    try:
        yield
    finally:
        migration.MIGRATIONS = before
        migration._revisions.cache_clear()


def main() -> None:
    """Run the command line of the next version."""
    from bot.cli import app

    with of_next_version(Path(sys.argv.pop(1))):
        app(prog_name="countersign")


if __name__ == "__main__":
    main()
