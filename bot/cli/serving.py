"""`sample-desk`: serves the sample help desk."""

import sqlite3
from pathlib import Path

import typer

from bot.cli.printing import one_line_errors
from workflows.engine.errors import Refused
from workflows.library.support_triage.sample_desk.server import serve
from workflows.library.support_triage.sample_desk.storage import HelpDesk


def serve_sample_desk(file: Path, port: int) -> int:
    """Serve until interrupted; returns the exit code."""
    with one_line_errors():
        try:
            HelpDesk(file)
            typer.echo(f"The sample help desk is at http://127.0.0.1:{port} (Ctrl-C ends it)", err=True)
            serve(file, port)
        except sqlite3.Error as error:
            raise Refused(f"{file}: {error}") from error
    return 0
