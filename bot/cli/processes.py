"""`serve`, `demo`, `sandbox`, `sample-desk`, `sample-ledger`: commands that run until they are stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bot.cli import garbage

if TYPE_CHECKING:
    from socket import socket
    from threading import Event

    from bot.sandbox.state.sandbox import Sandbox
    from bot.settings import Settings
    from store.db.database import Database

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
    With SLACK_CLIENT_ID in place of SLACK_BOT_TOKEN it serves each workspace in which the app was installed.
    On PostgreSQL several of these share the work.
    """
    from bot.cli.screens.output import one_line_errors
    from bot.serve.signals import stopping_on_signals
    from bot.serve.watchdog import ending_after
    from bot.settings import settings

    wanted = _Wanted(worker=not no_worker, slack=not no_slack, schedule=not no_schedule)
    with one_line_errors(), stopping_on_signals() as stop, ending_after(stop, seconds=_GONE_WITHIN):
        given = settings()
        done = _serve_several(given, stop, wanted) if given.serves_several else _serve_one(given, stop, wanted)
        raise typer.Exit(0 if done else 1)


class _Wanted(NamedTuple):
    """The tasks of `serve` in this process."""

    worker: bool
    slack: bool
    schedule: bool


def _serve_one(given: Settings, stop: Event, wanted: _Wanted) -> bool:
    """Serve one workspace; False where that ended before it was told to stop."""
    from bot.app import opened
    from bot.cli.completion import refuse_older
    from bot.cli.start import tell_prompts
    from bot.doctor.checks import findings, without_embedding
    from bot.doctor.documents import without_folder
    from bot.otel.sending import sending_of
    from bot.serve.api import api_of
    from bot.serve.server import schedule_of, serve
    from bot.serve.watchdog import ending_if_frozen
    from bot.slack.installing.tokens import refuse_both
    from bot.slack.wiring import in_slack as slack_of

    refuse_both(given)
    with opened(given, log_level="info") as app, ending_if_frozen(app.settings.frozen_seconds):
        refuse_older(app)
        app.prepare_models()
        if (unkept := without_folder(app)) is not None:
            typer.echo(f"note: {unkept}", err=True)
        if (broken := without_embedding(app)) is not None:
            typer.echo(f"note: {broken}", err=True)
        if wanted.worker:
            app.begin_charters()
        slack = slack_of(app, checks=partial(findings, app)) if wanted.slack else None
        schedule = schedule_of(app) if wanted.schedule else None
        api = api_of(app)
        where = f"serves the Slack workspace {slack.workspace.name if slack else ''}"

        def started() -> None:
            _tell_started(wanted, where, api=given.api if api is not None else None)
            tell_prompts(app)

        _refuse_nothing(wanted, is_any=api is not None)
        spans = sending_of(app)
        return serve(
            app, stop, slack=slack, api=api, worker=wanted.worker, schedule=schedule, spans=spans, started=started
        )


def _serve_several(given: Settings, stop: Event, wanted: _Wanted) -> bool:
    """Serve each workspace in which the app is installed; False where that ended before it was told to stop."""
    from bot.app import now, process_of
    from bot.serve.api import api_of_many
    from bot.serve.install import install_server_of
    from bot.serve.several import hearing_for, serve_several
    from bot.serve.watchdog import ending_if_frozen
    from bot.serve.workspaces import Roles, Workspaces
    from bot.slack.installing.token_vault import TokenKeys
    from bot.slack.switchboard import Switchboard
    from bot.workspace_settings import files

    files(given)  # without the folder that is named no workspace could be served
    with process_of(given, log_level="info") as process, ending_if_frozen(given.frozen_seconds):
        keys, switchboard = TokenKeys(given), Switchboard()
        roles = Roles(worker=wanted.worker, slack=wanted.slack, schedule=wanted.schedule)
        workspaces = Workspaces(process, keys=keys, roles=roles, switchboard=switchboard)
        hearing = hearing_for(given, switchboard) if wanted.slack else None
        api = api_of_many(process, workspaces.app_of)
        _refuse_nothing(wanted, is_any=api is not None)
        return serve_several(
            process,
            stop,
            workspaces=workspaces,
            switchboard=switchboard,
            hearing=hearing,
            api=api,
            install=install_server_of(given, process.database, keys, clock=now),
            worker=wanted.worker,
            started=lambda: _tell_started_in(process.database, wanted, api=given.api if api is not None else None),
        )


def _refuse_nothing(wanted: _Wanted, *, is_any: bool) -> None:
    from workflows.engine.errors import Refused

    if not (any(wanted) or is_any):
        raise Refused("nothing is left to do: remove one of --no-worker, --no-slack, --no-schedule")


def _tell_started_in(database: Database, wanted: _Wanted, *, api: str | None) -> None:
    from sqlalchemy.exc import DBAPIError

    from bot.cli.advised import advised
    from store.db.database import Unavailable
    from workflows.engine.case import installations

    _tell_started(wanted, "serves each workspace in which it is installed", api=api)
    with suppress(Unavailable, DBAPIError):  # the workspaces are looked for again and again
        if all(one.ended_at is not None for one in installations.of_all(database)):
            told = "It is installed in none now, and begins to serve one as soon as it is installed there"
            typer.echo(advised(f"{told}: `countersign workspace invite` prints a link for that."), err=True)


def _tell_started(wanted: _Wanted, slack: str, *, api: str | None) -> None:
    garbage.settle()
    roles = {
        "works on cases": wanted.worker,
        slack: wanted.slack,
        "makes the summary of the day": wanted.schedule,
        f"answers the API at {api}": api is not None,
    }
    doing = ", ".join(what for what, is_wanted in roles.items() if is_wanted)
    typer.echo(f"Countersign {doing}; Ctrl-C stops it.", err=True)


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
