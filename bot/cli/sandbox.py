"""`sandbox`: serves a Slack to try things on."""

from pathlib import Path

import typer

from bot.cli.output import one_line_errors
from bot.cli.ports import listening_at
from bot.sandbox.http.running_sandbox import serve
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import WorkspaceUnusable, default_workspace, read_workspace
from workflows.engine.errors import Refused


def serve_sandbox(port: int, workspace: Path | None = None) -> int:
    """Serve until interrupted; returns the exit code."""
    with one_line_errors():
        try:
            sandbox = Sandbox(default_workspace() if workspace is None else read_workspace(workspace))
        except WorkspaceUnusable as error:
            raise Refused(str(error)) from error
        try:
            with listening_at(port):
                serve(sandbox, port, started=lambda: _tell(sandbox))
        except KeyboardInterrupt:
            typer.echo("the sandbox is stopped; what was in it is gone", err=True)
    return 0


def _tell(sandbox: Sandbox) -> None:
    typer.echo(f"The sandbox Slack is at {sandbox.url} (Ctrl-C ends it)", err=True)
    typer.echo(f"Look at it in a browser: {sandbox.page_url}", err=True)
    typer.echo(f"Its control API takes X-Sandbox-Token: {sandbox.control_token}", err=True)
    typer.echo("To connect `countersign serve` to it:", err=True)
    typer.echo(f"export SLACK_BOT_TOKEN={sandbox.bot_token}")
    typer.echo(f"export SLACK_APP_TOKEN={sandbox.app_token}")
    typer.echo(f"export SLACK_API_URL={sandbox.url}/api/")
