"""The start of a command. It loads what a command works with when one runs, so that `--help` does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Settings
    from store.db.database import Database


@contextmanager
def started() -> Iterator[App]:
    """Put Countersign together for the block, and say in one line what goes wrong in it."""
    from bot.app import opened
    from bot.cli.screens.output import one_line_errors
    from bot.settings import settings

    with one_line_errors(), opened(settings()) as app:
        yield app


@contextmanager
def opened_database() -> Iterator[tuple[Settings, Database]]:
    """Open the database for the block, for what concerns all workspaces, and say in one line what goes wrong in it."""
    from bot.app import opened_database
    from bot.cli.screens.output import one_line_errors
    from bot.settings import settings

    with one_line_errors():
        found = settings()
        with opened_database(found) as database:
            yield found, database


def tell_prompts(app: App) -> None:
    """Say where the prompts of all workflows come from, beside what the command prints."""
    from handlers.texts.learning.prompts_from import prompts

    typer.echo(prompts(app.prompts), err=True)
