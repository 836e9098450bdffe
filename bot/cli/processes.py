"""`serve`, `demo`, `sandbox`, `sample-desk`, `sample-ledger`: commands that run until they are stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from socket import socket

    from bot.sandbox.state.sandbox import Sandbox

commands = typer.Typer()
_GONE_WITHIN = 60.0
"""Seconds after which a process that was told to stop ends, whatever hangs in it."""


@commands.command()
def serve(
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave the cases to another process.")] = False,
    no_slack: Annotated[bool, typer.Option("--no-slack", help="Leave Slack to another process.")] = False,
    no_schedule: Annotated[
        bool, typer.Option("--no-schedule", help="Leave digests and looks for cases to another process.")
    ] = False,
) -> None:
    """Serve a Slack workspace: work on cases, show cards, hear decisions, until stopped.

    Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN; over HTTP, COUNTERSIGN_SLACK_HTTP and SLACK_SIGNING_SECRET.
    On PostgreSQL several of these share the work.
    """
    import gc

    from bot.app import opened
    from bot.cli.completion import refuse_older
    from bot.cli.screens.output import one_line_errors
    from bot.cli.start import tell_prompts
    from bot.doctor import findings, without_embedding
    from bot.doctor_documents import without_folder
    from bot.otel.sending import sending_of
    from bot.serve.api import api_of
    from bot.serve.server import schedule_of, serve
    from bot.serve.signals import stopping_on_signals
    from bot.serve.watchdog import ending_after, ending_if_frozen
    from bot.settings import settings
    from bot.slack.wiring import in_slack as slack_of
    from workflows.engine.errors import Refused

    with (
        one_line_errors(),
        stopping_on_signals() as stop,
        ending_after(stop, seconds=_GONE_WITHIN),
        opened(settings(), log_level="info") as app,
        ending_if_frozen(app.settings.frozen_seconds),
    ):
        refuse_older(app)
        app.prepare_models()
        if (unkept := without_folder(app)) is not None:
            typer.echo(f"note: {unkept}", err=True)
        if (broken := without_embedding(app)) is not None:
            typer.echo(f"note: {broken}", err=True)
        if not no_worker:
            app.begin_charters()
        slack = slack_of(app, checks=partial(findings, app)) if not no_slack else None
        schedule = schedule_of(app) if not no_schedule else None
        api = api_of(app)
        roles = {
            "works on cases": not no_worker,
            f"serves the Slack workspace {slack.workspace.name if slack else ''}": not no_slack,
            "makes the summary of the day": not no_schedule,
            f"answers the API at {app.settings.api}": api is not None,
        }
        if not any(roles.values()):
            raise Refused("nothing is left to do: remove one of --no-worker, --no-slack, --no-schedule")

        def started() -> None:
            # What is loaded stays to the end. To look for garbage in it would stop all threads for a tenth of a second.
            gc.collect()
            gc.freeze()
            doing = ", ".join(what for what, wanted in roles.items() if wanted)
            typer.echo(f"Countersign {doing}; Ctrl-C stops it.", err=True)
            tell_prompts(app)

        spans = sending_of(app)
        done = serve(
            app, stop, slack=slack, api=api, worker=not no_worker, schedule=schedule, spans=spans, started=started
        )
        raise typer.Exit(0 if done else 1)


@commands.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Play it to the end without a person.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of the page.")] = 8470,
) -> None:
    """Show what Countersign does, with a local Slack, a help desk, a ledger and a local model."""
    from bot.cli.ports import listening_at
    from bot.cli.screens.output import one_line_errors
    from bot.demo.play import play, watch
    from bot.serve.signals import stopping_on_signals

    with one_line_errors(), stopping_on_signals() as stop:
        if headless:
            raise typer.Exit(0 if play(stop, say=_say) else 1)
        with listening_at(port):
            watch(stop, port=port, say=_say)


@commands.command()
def sandbox(
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8470,
    workspace: Annotated[
        list[Path] | None,
        typer.Option(help="A JSON file with users, channels and groups; several times for several workspaces."),
    ] = None,
    request_url: Annotated[str | None, typer.Option(help="Where the app hears, if over HTTP.", metavar="URL")] = None,
) -> None:
    """Serve a local Slack to try things in, on this machine only."""
    from bot.cli.ports import listening_at
    from bot.cli.screens.output import one_line_errors
    from bot.sandbox.errors import NotPossible
    from bot.sandbox.http.running_sandbox import serve as serve_slack
    from bot.sandbox.state.sandbox import Sandbox
    from bot.sandbox.state.workspace import WorkspaceUnusable, default_workspace, read_workspace
    from handlers.slack.manifest import manifest_file
    from workflows.engine.errors import Refused

    with one_line_errors():
        try:
            first, *others = [read_workspace(file) for file in workspace or ()] or [default_workspace(manifest_file())]
            served = Sandbox(first)
            for other in others:
                Sandbox(other, beside=served)
        except (WorkspaceUnusable, ValueError) as error:
            raise Refused(str(error)) from error
        try:
            served.request_url.set(request_url)
        except NotPossible as error:
            raise Refused(error.reason) from error
        try:
            with listening_at(port):
                serve_slack(served, port, started=lambda: _tell(served))
        except KeyboardInterrupt:
            typer.echo("the sandbox is stopped; its content is gone", err=True)


@commands.command("sample-desk")
def sample_desk(
    file: Annotated[Path, typer.Option(help="File for its tickets.")] = Path("helpdesk.sqlite"),
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8471,
) -> None:
    """Serve the sample help desk that support-triage delivers to, on this machine only."""
    from workflows.library.support_triage.sample_desk.server import NAME, serve
    from workflows.library.support_triage.sample_desk.storage import HelpDesk

    _serve_sample(NAME, file, port, make=HelpDesk, serve=serve)


@commands.command("sample-ledger")
def sample_ledger(
    file: Annotated[Path, typer.Option(help="File for its invoices.")] = Path("ledger.sqlite"),
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8472,
) -> None:
    """Serve the sample ledger that invoice-intake books into, on this machine only."""
    from workflows.library.invoice_intake.sample_ledger.server import NAME, serve
    from workflows.library.invoice_intake.sample_ledger.storage import Ledger

    _serve_sample(NAME, file, port, make=Ledger, serve=serve)


def _serve_sample(
    name: str, file: Path, port: int, *, make: Callable[[Path], object], serve: Callable[[Path, socket], None]
) -> None:
    import sqlite3
    from socket import create_server

    from bot.cli.ports import listening_at
    from bot.cli.screens.output import one_line_errors
    from workflows.engine.errors import Refused

    with one_line_errors(), listening_at(port):
        try:
            make(file)
            with create_server(("127.0.0.1", port)) as listening:
                typer.echo(f"The sample {name} is at http://127.0.0.1:{port} (Ctrl-C ends it)", err=True)
                serve(file, listening)
        except sqlite3.Error as error:
            raise Refused(f"{file}: {error}") from error


def _say(line: str) -> None:
    from workflows.engine.text.sanitize import sanitize

    typer.echo(sanitize(line))


def _tell(sandbox: Sandbox) -> None:
    from urllib.parse import urlsplit

    from bot.sandbox.state.installs import CLIENT_ID, CLIENT_SECRET
    from bot.sandbox.state.sandbox import SIGNING_SECRET

    typer.echo(f"The sandbox Slack is at {sandbox.url} (Ctrl-C ends it)", err=True)
    several = len(sandbox.workspaces) > 1
    for one in sandbox.workspaces:
        of = f" of {one.workspace.team.name} ({one.workspace.team.id})" if several else ""
        typer.echo(f"Look at it in a browser{of}: {one.page_url}", err=True)
        typer.echo(f"Its control API takes X-Sandbox-Token: {one.control_token}", err=True)
        if several:
            typer.echo(f"The token of its bot: {one.bot_token}", err=True)
    typer.echo("To connect `countersign serve` to it:", err=True)
    if several:
        typer.echo(f"export SLACK_CLIENT_ID={CLIENT_ID}")
        typer.echo(f"export SLACK_CLIENT_SECRET={CLIENT_SECRET}")
    else:
        typer.echo(f"export SLACK_BOT_TOKEN={sandbox.bot_token}")
    if sandbox.request_url.url is None:
        typer.echo(f"export SLACK_APP_TOKEN={sandbox.app_token}")
    else:
        typer.echo(f"export COUNTERSIGN_SLACK_HTTP={urlsplit(sandbox.request_url.url).netloc}")
        typer.echo(f"export SLACK_SIGNING_SECRET={SIGNING_SECRET}")
    typer.echo(f"export SLACK_API_URL={sandbox.url}/api/")
