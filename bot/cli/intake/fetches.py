"""`fetch`: look for cases now, as `serve` does on a schedule; without a workflow, the schedules as they stand."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.parameters import Json
from bot.cli.people import operator
from bot.cli.start import started

commands = typer.Typer()


@commands.command()
def fetch(
    workflow: Annotated[
        str | None, typer.Argument(metavar="[WORKFLOW]", help="Look for its cases; left out, list all schedules.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The fetch, where the workflow has several.")] = None,
    after: Annotated[
        str | None,
        typer.Option("--from", metavar="CURSOR", help="Look from here, empty for the beginning; the cursor stays."),
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop looking, in all processes, until --start.")] = False,
    start: Annotated[bool, typer.Option("--start", help="Look again on schedule, from where it was.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Take nothing in; only show what would be taken in.")
    ] = False,
    json: Json = False,
) -> None:
    """Look for cases of a workflow once, now, and take them in; or list the schedules."""
    from bot.cli.screens.intake.schedules import print_look, print_schedules
    from bot.cli.screens.output import out, print_json, shown
    from workflows.engine.sources.looks import fetching, schedules

    if workflow is None and (stop or start or dry_run or name is not None or after is not None):
        raise typer.BadParameter("name the workflow; without one the schedules are only listed")
    if (stop or start) and (stop is start or dry_run or after is not None):
        raise typer.BadParameter("--stop and --start look for nothing: give one of them, alone")
    with started() as app:
        if workflow is None:
            listed = schedules.schedule_views(app.context)
            print_json(listed) if json else print_schedules(listed)
            return
        chosen = app.context.registry.get(workflow)
        if stop or start:
            source = schedules.let(app.context, chosen, name, look=start, by=operator())
            out.print(shown(f"{source} is {'looked at again' if start else 'not looked at any more'}"))
            return
        look = fetching.look_now(
            app.context,
            chosen,
            name,
            actor=operator(),
            options=app.made.get(chosen.name),
            after=after,
            is_trial=dry_run,
        )
        print_json(look) if json else print_look(look, is_trial=dry_run)
        raise typer.Exit(1 if look.refused else 0)
