"""`serve`, `sample-desk` and `sample-ledger`: what runs until it is stopped."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from socket import create_server, socket

import typer

from bot.app import opened
from bot.cli.output import one_line_errors
from bot.cli.ports import listening_at
from bot.serve.signals import stopping_on_signals
from bot.serve.watchdog import ending_after, ending_if_frozen
from bot.settings import settings
from workflows.engine.errors import Refused

_GONE_WITHIN = 60.0
"""Seconds after which the process is gone when it is told to stop, whatever hangs in it."""


def serve_roles(*, worker: bool, in_slack: bool, with_schedule: bool) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    from bot.serve.server import schedule_of, serve
    from bot.slack.wiring import in_slack as slack_of

    with (
        one_line_errors(),
        stopping_on_signals() as stop,
        ending_after(stop, seconds=_GONE_WITHIN),
        opened(settings(), log_level="info") as app,
        ending_if_frozen(app.settings.frozen_seconds),
    ):
        app.prepare_models()
        slack = slack_of(app) if in_slack else None
        schedule = schedule_of(app) if with_schedule else None
        roles = {
            "works on cases": worker,
            f"serves the Slack workspace {slack.workspace.name if slack else ''}": in_slack,
            "makes the summary of the day": with_schedule,
        }
        if not any(roles.values()):
            raise Refused("there is nothing left to do: leave out one of --no-worker, --no-slack, --no-schedule")

        def started() -> None:
            doing = ", ".join(what for what, wanted in roles.items() if wanted)
            typer.echo(f"Countersign {doing}; Ctrl-C stops it.", err=True)

        return 0 if serve(app, stop, slack=slack, worker=worker, schedule=schedule, started=started) else 1


def serve_sample_desk(file: Path, port: int) -> int:
    """Serve until interrupted; returns the exit code."""
    from workflows.library.support_triage.sample_desk.server import NAME, serve
    from workflows.library.support_triage.sample_desk.storage import HelpDesk

    return _serve_sample(NAME, file, port, make=HelpDesk, serve=serve)


def serve_sample_ledger(file: Path, port: int) -> int:
    """Serve until interrupted; returns the exit code."""
    from workflows.library.invoice_intake.sample_ledger.server import NAME, serve
    from workflows.library.invoice_intake.sample_ledger.storage import Ledger

    return _serve_sample(NAME, file, port, make=Ledger, serve=serve)


def _serve_sample(
    name: str, file: Path, port: int, *, make: Callable[[Path], object], serve: Callable[[Path, socket], None]
) -> int:
    with one_line_errors(), listening_at(port):
        try:
            make(file)
            with create_server(("127.0.0.1", port)) as listening:
                typer.echo(f"The sample {name} is at http://127.0.0.1:{port} (Ctrl-C ends it)", err=True)
                serve(file, listening)
        except sqlite3.Error as error:
            raise Refused(f"{file}: {error}") from error
    return 0
