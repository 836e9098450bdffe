"""Works on one case after a command, so that its effect is there when the command ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import typer

from bot.app import App
from bot.serve.watchdog import ending_if_frozen
from store.db.process_locks import Taken

PATIENCE = 2.0
"""Seconds for which a process that may just be ending is waited for."""
RECENT = timedelta(minutes=1)
"""How long before this one took its turn another command may have left its case to it."""


@contextmanager
def left_to_another(what: str) -> Iterator[None]:
    """Say that another process works on the database, where the block finds that out. `what`: follows."""
    try:
        yield
    except Taken as taken:
        typer.echo(f"{taken}; {what}", err=True)


def finish(app: App, case: int) -> None:
    """Work on a case at once, where no other process works on the database, and then on what others left to this one.

    A command that finds another at work leaves its case to it; an older backlog is left to `countersign run`.
    """
    with (
        left_to_another("it goes on with the case"),
        app.dispatcher.alone(patience=PATIENCE),
        ending_if_frozen(app.settings.frozen_seconds),
    ):
        since = app.context.clock() - RECENT
        app.dispatcher.drain(case=case)
        app.dispatcher.drain(since=since)


def work_on_rest(app: App) -> None:
    """Work on what became ready, where no other process works on the database."""
    with left_to_another("it goes on with them"), app.dispatcher.alone(patience=PATIENCE):
        app.dispatcher.drain(since=app.context.clock() - RECENT)
