"""`pause`, `resume`, `propose`, `recount`, and the database: `backup`, `restore`, `restored`, `migrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.parameters import WorkflowArgument
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from bot.app import App
    from store.db.backups import Backup
    from workflows.engine.case.restores import Restored
    from workflows.engine.pauses import PauseStatus

commands = typer.Typer()


@commands.command()
def pause(
    workflow: WorkflowArgument = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="REASON", help="The reason, shown on the cases that people get."),
    ] = None,
    deliveries: Annotated[bool, typer.Option("--deliveries", help="Hold the deliveries of decided cases too.")] = False,
) -> None:
    """Pause a workflow, or all: no model is asked, nothing is resolved alone, people get empty forms."""
    from bot.cli.screens.output import out
    from handlers.commands import ALL
    from handlers.texts.operations.pauses import paused_by
    from workflows.engine.deliver import workflow_pauses
    from workflows.engine.text.sanitize import sanitize

    reason = " ".join(words or [])
    with started() as app:
        if workflow is None:
            _tell_all(app)
            return
        if workflow == ALL:
            for name in sorted(one.name for one in app.context.registry):
                workflow_pauses.pause(app.context, name, by=operator(), reason=reason, deliveries=deliveries)
            _tell_all(app)
            return
        made = workflow_pauses.pause(app.context, workflow, by=operator(), reason=reason, deliveries=deliveries)
        (status,) = workflow_pauses.pause_statuses(app.context, [workflow])
        already = "" if made.changed else " already"
        held = "is held" if made.pause.holds_deliveries else "is still delivered"
        out.print(sanitize(f"{workflow} is paused{already}, {paused_by(made.pause)}"))
        out.print(f"no model is asked, people get empty forms, and what they decide {held}")
        out.print(f"{_waiting(status)}; to resume it: countersign resume {workflow}")


@commands.command()
def resume(workflow: WorkflowArgument = None) -> None:
    """Resume a paused workflow, or all, and deliver what was held. Without a name: show the state of all workflows."""
    from bot.cli.completion import work_on_rest
    from bot.cli.screens.output import out
    from handlers.commands import ALL
    from workflows.engine.deliver import workflow_pauses
    from workflows.engine.review.late_proposals import waiting

    with started() as app:
        if workflow is None:
            _tell_all(app)
            return
        if workflow == ALL:
            for name in sorted(one.name for one in app.context.registry):
                workflow_pauses.resume(app.context, name, by=operator())
            _tell_all(app)
            work_on_rest(app)
            return
        resumed = workflow_pauses.resume(app.context, workflow, by=operator())
        status = resumed.status
        out.print(f"{workflow} is resumed" if resumed.changed else f"{workflow} is not paused")
        if status.held:
            out.print(f"held deliveries that go out now: {status.held:,}")
        if askable := waiting(app.context, workflow).begun:
            out.print(f"cases that the model can be asked about: {askable:,}; countersign propose {workflow}")
        work_on_rest(app)


@commands.command()
def scope(
    workflow: WorkflowArgument = None,
    percent: Annotated[str, typer.Argument(metavar="PERCENT", help="Percent of its cases, such as 25.")] = "",
    share: Annotated[float | None, typer.Option(help="The same as a share, such as 0.25.")] = None,
) -> None:
    """Say how many of its cases a workflow looks at, or have it look at more or fewer of them."""
    from bot.cli.screens.output import out
    from handlers.texts.operations.scope_shares import BAD_SHARE, brief, read_percent
    from workflows.engine.errors import Refused
    from workflows.engine.propose.scope_shares import choose_share, share_view
    from workflows.engine.text.sanitize import sanitize

    with started() as app:
        if workflow is None:
            raise Refused("name the workflow: countersign scope WORKFLOW --share 0.25")
        wanted = share if share is not None else read_percent(percent) if percent else None
        if wanted is None and percent:
            raise Refused(BAD_SHARE)
        if wanted is None:
            view = share_view(app.context, workflow)
        else:
            view = choose_share(app.context, workflow, wanted, by=operator())
        out.print(sanitize(brief(view)))
        if view.share is not None:
            out.print("the others go to people without a proposal, and no model is asked about them")


@commands.command()
def propose(workflow: WorkflowArgument = None) -> None:
    """Ask the model about the cases that people got without a proposal, except those that somebody works on."""
    from bot.cli.completion import work_on_rest
    from bot.cli.screens.output import out
    from workflows.engine.review.late_proposals import propose_anew
    from workflows.engine.text.sanitize import sanitize

    with started() as app:
        if workflow is None:
            _tell_all(app)
            return
        counted = propose_anew(app.context, workflow, by=operator())
        out.print(f"the model is asked again about: {counted.begun:,}")
        if counted.in_hand:
            out.print(f"left as they are, since somebody works on them or decided them once: {counted.in_hand:,}")
        if counted.stopped is not None:
            out.print(sanitize(f"stopped before all were begun: {counted.stopped}"))
        work_on_rest(app)
        raise typer.Exit(0 if counted.stopped is None else 1)


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite an existing file.")] = False,
) -> None:
    """Write the database to one file, and its documents to FILE.documents, also while it is served. For SQLite."""
    from bot.app import database_of
    from bot.cli.documents import back_up_documents
    from bot.cli.screens.output import one_line_errors, out, shown
    from bot.settings import settings
    from store.db import backups
    from workflows.engine.errors import Refused

    with one_line_errors():
        database = database_of(settings())
        try:
            made = backups.back_up(database, file, replace=replace)
            out.print(shown(f"{file}: {made.size:,} bytes, checked, schema {made.schema}"))
            is_whole = back_up_documents(database, file)
        except backups.Unusable as error:
            raise Refused(f"no backup was made: {error}") from error
        finally:
            database.close()
        raise typer.Exit(0 if is_whole else 1)


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
) -> None:
    """Replace the database by a backup while nothing is served. Older deliveries are not made twice."""
    from bot.app import database_of, now
    from bot.cli.completion import PATIENCE
    from bot.cli.documents import restore_documents
    from bot.cli.screens.output import one_line_errors, out, shown
    from bot.settings import settings
    from store.db import backups, migration
    from store.db.process_locks import SENDER, WORK, exclusive
    from workflows.engine.errors import Refused

    with one_line_errors():
        database = database_of(settings())
        try:
            with (
                backups.staged_copy(database, file) as staged,
                # No process may work or send with what it knew from the old database.
                exclusive(database, name=WORK, patience=PATIENCE),
                exclusive(database, name=SENDER, patience=PATIENCE),
            ):
                found = _marked(staged)
                kept = backups.put_in_place(database, staged, at=now())
                is_whole = restore_documents(database, file)
        except backups.Unusable as error:
            raise Refused(f"nothing was changed: {error}") from error
        except migration.NewerSchema as error:
            raise Refused(f"nothing was changed: of {file}: {error}") from error
        finally:
            database.close()
        if kept is not None:
            out.print(shown(f"what was there before is kept as {kept}"))
        _tell_restored(found)
        raise typer.Exit(0 if is_whole else 1)


@commands.command()
def recount(model: Annotated[str, typer.Argument(help="The model's name, as doctor shows it.")]) -> None:
    """Reserve the plain estimate for a model again, after its provider had miscounted the cost of a question."""
    from bot.cli.screens.output import out
    from workflows.engine.errors import Refused
    from workflows.engine.propose.model_outages import recount
    from workflows.engine.text.sanitize import sanitize

    with started() as app:
        if not recount(app.context, model, by=operator()):
            raise Refused(f"no overrun of a model {model} is known; countersign doctor lists them")
        out.print(sanitize(f"for {model} the plain estimate is reserved again; booked costs stay as they are"))


@commands.command()
def restored() -> None:
    """Mark the database as a backup that was put in place by other means, before anything is served."""
    from bot.cli.completion import PATIENCE
    from store.db.process_locks import SENDER, exclusive
    from workflows.engine.case.restores import restored

    with started() as app:
        # No process may work or send with what it knew from the old database.
        with app.dispatcher.alone(patience=PATIENCE), exclusive(app.context.database, name=SENDER, patience=PATIENCE):
            found = restored(app.context, by=operator())
        _tell_restored(found)


@commands.command()
def migrate() -> None:
    """Upgrade the database to the schema of this version."""
    from bot.app import database_of
    from bot.cli.screens.output import one_line_errors, out
    from bot.settings import settings
    from store.db import migration

    with one_line_errors():
        database = database_of(settings())
        try:
            changed = migration.upgrade(database)
        finally:
            database.close()
        out.print(f"the database {'is now' if changed else 'was already'} at schema {migration.newest()}")


def _tell_all(app: App) -> None:
    """Say of every workflow whether it is paused."""
    from bot.cli.screens.output import out
    from handlers.texts.operations.pauses import paused_by
    from workflows.engine.deliver import workflow_pauses
    from workflows.engine.text.sanitize import sanitize

    for status in workflow_pauses.pause_statuses(
        app.context, sorted(workflow.name for workflow in app.context.registry)
    ):
        paused = f"is paused {paused_by(status.pause)}" if status.pause is not None else "is not paused"
        held = f", {status.held:,} deliveries held" if status.held else ""
        out.print(sanitize(f"{status.workflow} {paused}; {_waiting(status)}{held}"))


def _waiting(status: PauseStatus) -> str:
    empty = f", {status.empty:,} of them without a proposal" if status.empty else ""
    return f"{status.waiting:,} {'case waits' if status.waiting == 1 else 'cases wait'} for people{empty}"


def _tell_restored(found: Restored) -> None:
    """Print the consequences of a restored backup."""
    from bot.cli.screens.output import out

    made = f"up to {found.made_at:%Y-%m-%d %H:%M} UTC" if found.made_at is not None else "empty"
    out.print(f"the database is a backup ({made}); {found.unfinished:,} of its cases are not at an end")
    out.print(
        "deliveries to a system without keys may have happened since; they become doubtful: look, then settle each"
    )
    out.print("cases taken in since are not in it: look which of them such a system has before you submit them again")


def _marked(staged: Backup) -> Restored:
    """Upgrade a staged copy to this version's schema, and mark it as a backup before it is in place."""
    from bot.app import now
    from store.db import migration
    from store.db.database import Database
    from workflows.engine.case.restores import restored
    from workflows.engine.case.team import team_of
    from workflows.engine.context import Context
    from workflows.engine.declare.registry import Registry

    copy = Database(f"sqlite:///{staged.file}")
    try:
        migration.upgrade(copy)
        team = team_of(copy, at=now()).id
        return restored(Context(database=copy, registry=Registry(), clock=now, team=team), by=operator())
    finally:
        copy.close()
