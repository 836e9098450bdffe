"""The command line: a file for each group of commands, as they are called and what they do.

A command loads what it works with when it runs, so that `--help` is instant. Beside the groups stands what several
share (`parameters`, `start`, `completion`, ...); what a command prints is in `screens`.

Exit codes: 0, it was done; 1, something is not as it should be, and the message says what; 2, the command was called
wrongly; 130, interrupted.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot import settings_file
from bot.cli import (
    absences,
    authors,
    backups,
    cases,
    decisions,
    garbage,
    lists,
    manifests,
    operations,
    processes,
    prompts,
    spot_checks,
    workspaces,
)
from bot.cli.advised import called_with
from bot.cli.digests import baselines, courses, digests
from bot.cli.governance import charters, data_map, deployments, privacy, proof, readings, receipts, seals
from bot.cli.init import command as init
from bot.cli.intake import fetches, mcp, sources, webhooks
from bot.cli.learning import certificates, examples, improvements, volume_tests

app = typer.Typer(
    name="countersign",
    help="AI proposes, your team countersigns.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    cases,
    fetches,
    lists,
    decisions,
    spot_checks,
    absences,
    operations,
    backups,
    processes,
    manifests,
    init,
    authors,
    privacy,
    receipts,
    mcp,
    examples,
):
    app.add_typer(group.commands)
for group in (charters, data_map, privacy, proof, readings, receipts):
    app.add_typer(group.commands)
app.add_typer(deployments.top)
app.add_typer(certificates.commands)
app.add_typer(prompts.commands, name="prompts")
app.add_typer(deployments.commands, name="deployments")
app.add_typer(digests.commands, name="digest")
app.add_typer(courses.commands, name="course")
app.add_typer(baselines.commands, name="baseline")
app.add_typer(volume_tests.commands, name="volume-test")
app.add_typer(seals.commands, name="seal")
app.add_typer(examples.examples, name="examples")
app.add_typer(improvements.commands, name="improvements")
app.add_typer(privacy.holds, name="legal-hold")
sources.commands.add_typer(webhooks.commands)
app.add_typer(sources.commands, name="source")
app.add_typer(workspaces.commands, name="workspace")


def _tell_version(wanted: bool) -> None:
    if wanted:
        from store.db import migration

        typer.echo(f"countersign {version('countersign-bot')}, schema {migration.newest()}")
        raise typer.Exit


@app.callback()
def _begin(
    context: typer.Context,
    env_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read settings from FILE as well."),
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Work for this workspace, where several are in the database."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and its schema, and exit."
        ),
    ] = False,
) -> None:
    """AI proposes, your team countersigns."""
    context.with_resource(called_with(env_file=env_file, workspace=workspace))
    if env_file is not None:
        context.with_resource(settings_file.named(env_file))
    if workspace is not None:
        context.with_resource(settings_file.of_workspace(workspace))


def main() -> None:
    """Run the `countersign` command."""
    garbage.start()
    app()
