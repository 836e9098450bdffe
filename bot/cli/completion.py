"""Work on one case after a command, so that its effect is there when the command ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import typer

from bot.app import App
from bot.serve.watchdog import ending_if_frozen
from handlers.texts.operations.backups import older, older_advice
from store.db.process_locks import Taken
from workflows.engine.errors import Refused
from workflows.engine.proof.head_file import missing_head

PATIENCE = 2.0
"""Seconds to wait for a process that may just be ending."""
RECENT = timedelta(minutes=1)
"""Time before this command's start in which another command may have left its case to it."""


@contextmanager
def left_to_another(what: str) -> Iterator[None]:
    """Say that another process works on the database, where the block finds that out. `what`: follows."""
    try:
        yield
    except Taken as taken:
        typer.echo(f"{taken}; {what}", err=True)


def refuse_older(app: App) -> None:
    """Raise `Refused` where the database is a backup, as its published heads show, and nobody said that it is.

    To work on it could make once more what was made since.
    """
    file = app.settings.seal_heads
    if file is None:
        return
    try:
        head = missing_head(app.context, file)
    except OSError:
        return  # What cannot be read tells nothing; doctor reports it.
    if head is not None:
        raise Refused(f"nothing is worked on: {older(head, file)}; {older_advice(file)}")


def finish(app: App, case: int) -> None:
    """Work on a case at once, unless another process works on the database, and then on cases left by other commands.

    A command that finds another process at work leaves its case to that one. An older backlog is left to `countersign
    run`.
    """
    refuse_older(app)
    with (
        left_to_another("that process works on the case"),
        app.dispatcher.alone(patience=PATIENCE),
        ending_if_frozen(app.settings.frozen_seconds),
    ):
        since = app.context.clock() - RECENT
        app.dispatcher.drain(case=case)
        app.dispatcher.drain(since=since)


def work_on_rest(app: App) -> None:
    """Work on the runs that became ready, unless another process works on the database."""
    refuse_older(app)
    with left_to_another("that process works on them"), app.dispatcher.alone(patience=PATIENCE):
        app.dispatcher.drain(since=app.context.clock() - RECENT)
