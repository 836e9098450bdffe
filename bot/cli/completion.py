"""Works on one case after a command, so that its effect is there when the command ends."""

from datetime import timedelta

import typer

from bot.app import App
from bot.serve.watchdog import ending_if_frozen
from store.db.process_locks import Taken

PATIENCE = 2.0
"""Seconds for which a process that may just be ending is waited for."""
RECENT = timedelta(minutes=1)
"""How long before this one took its turn another command may have left its case to it."""


def finish(app: App, case: int) -> None:
    """Work on a case at once, where no other process works on the database, and then on what others left to this one.

    A command that finds another at work leaves its case to it; an older backlog is left to `countersign run`.
    """
    try:
        with app.dispatcher.alone(patience=PATIENCE), ending_if_frozen(app.settings.frozen_seconds):
            since = app.context.clock() - RECENT
            app.dispatcher.drain(case=case)
            app.dispatcher.drain(since=since)
    except Taken as taken:
        typer.echo(f"{taken}; it goes on with the case", err=True)
