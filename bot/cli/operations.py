"""`pause`, `resume`, `scope`, `propose`, `recount`, and `migrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.advised import advised
from bot.cli.parameters import WorkflowArgument
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from bot.app import App
    from store.db.database import Database
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
        out.print(advised(f"{_waiting(status)}; to resume it: countersign resume {workflow}"))


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
            out.print(advised(f"cases that the model can be asked about: {askable:,}; countersign propose {workflow}"))
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
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing: say what would be done. Code 1 where something would be.")
    ] = False,
) -> None:
    """Upgrade the database to the schema of this version.

    Processes that work on it end by themselves, and are started again with this version by whoever supervises them.
    """
    from bot.app import database_of
    from bot.cli.screens.output import one_line_errors, out, shown
    from bot.settings import settings
    from store.db import backups, migration
    from workflows.engine.errors import Refused

    with one_line_errors():
        database = database_of(settings())
        try:
            if check:
                _tell_upgrade(database)
                return
            upgraded = migration.upgrade(database, keeps=True)
        except backups.Unusable as error:
            raise Refused(f"nothing was changed, since no copy of it as it was can be kept: {error}") from error
        finally:
            database.close()
        out.print(f"the database {'is now' if upgraded else 'was already'} at schema {migration.newest()}")
        if upgraded and upgraded.kept is not None:
            out.print(shown(f"what was there before is kept as {upgraded.kept}; delete it once you need no way back"))


def _tell_upgrade(database: Database) -> None:
    """Say what an upgrade would do; end with code 1 where it would do something."""
    from bot.cli.screens.output import out, shown
    from store.db import migration

    newest = migration.newest()
    # Looked at before: to look makes a file.
    was = migration.current(database) if database.file is None or database.file.exists() else None
    if was is not None and not migration.is_behind(database):
        out.print(f"the database is at schema {newest}, which is that of this version; nothing is to be done")
        return
    out.print(f"the database would be upgraded from schema {was or '(none: it is empty)'} to {newest}")
    if was is not None and database.file is not None:
        out.print(shown(f"a copy of it as it is would be kept as {migration.kept_copy(database.file, was)}"))
    elif was is not None:
        out.print("make a backup before: pg_dump --format=custom --file=FILE DATABASE")
    raise typer.Exit(1)


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
        held = f", {status.held:,} {'delivery' if status.held == 1 else 'deliveries'} held" if status.held else ""
        out.print(sanitize(f"{status.workflow} {paused}; {_waiting(status)}{held}"))


def _waiting(status: PauseStatus) -> str:
    empty = f", {status.empty:,} of them without a proposal" if status.empty else ""
    return f"{status.waiting:,} {'case waits' if status.waiting == 1 else 'cases wait'} for people{empty}"
