"""Commands that pause, resume, and keep the database."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.commands.parameters import WorkflowArgument

app = typer.Typer()


@app.command()
def pause(
    workflow: WorkflowArgument = None,
    reason: Annotated[str, typer.Option(help="Why; people read it on the cases that they get.")] = "",
    deliveries: Annotated[bool, typer.Option("--deliveries", help="Hold what is decided, too.")] = False,
) -> None:
    """Pause a workflow: no model is asked, nothing is resolved alone, people get empty forms."""
    from bot.cli.pauses import pause_workflow

    raise typer.Exit(pause_workflow(workflow, reason=reason, deliveries=deliveries))


@app.command()
def resume(workflow: WorkflowArgument = None) -> None:
    """Let a paused workflow go on, and deliver what was held. Without a name: how all workflows stand."""
    from bot.cli.pauses import resume_workflow

    raise typer.Exit(resume_workflow(workflow))


@app.command()
def propose(workflow: WorkflowArgument = None) -> None:
    """Ask the model about the cases that went to people without a proposal; none that somebody has in hand."""
    from bot.cli.pauses import propose_again

    raise typer.Exit(propose_again(workflow))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the backup goes.")],
    replace: Annotated[bool, typer.Option("--replace", help="Also in place of a file that is there.")] = False,
) -> None:
    """Write the database to one file, also while it is served. SQLite; PostgreSQL has pg_dump."""
    from bot.cli.backups import back_up

    raise typer.Exit(back_up(file, replace=replace))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
) -> None:
    """Put a backup in place of the database while nothing is served: what is older is not delivered twice."""
    from bot.cli.backups import restore as restore_backup

    raise typer.Exit(restore_backup(file))


@app.command()
def recount(model: Annotated[str, typer.Argument(help="The model, as doctor names it.")]) -> None:
    """Reserve for a model what is reckoned again, where its provider had miscounted what a question took."""
    from bot.cli.maintenance import recount_model

    raise typer.Exit(recount_model(model))


@app.command()
def restored() -> None:
    """Say that the database is a backup that was put in place by other means, before anything is served."""
    from bot.cli.maintenance import database_restored

    raise typer.Exit(database_restored())


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from bot.cli.maintenance import migrate_database

    raise typer.Exit(migrate_database())
