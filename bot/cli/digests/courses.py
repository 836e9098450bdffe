"""The course of workflows, as leads choose it each week: `course list`, `course choose`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.parameters import Json, day_named
from bot.cli.people import operator
from bot.cli.start import started

commands = typer.Typer(
    help="Whether a workflow is to expand, hold or stop.", no_args_is_help=True, rich_markup_mode=None
)


class Course(StrEnum):
    """The course of a workflow."""

    EXPAND = "expand"
    HOLD = "hold"
    STOP = "stop"


@commands.command("list")
def list_courses(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many, the newest first.")] = 20,
    json: Json = False,
) -> None:
    """Print what leads were asked about each workflow, and what they chose."""
    from bot.cli.screens.courses import print_courses
    from bot.cli.screens.output import print_json
    from workflows.engine.digests.courses.choosing import course_views

    with started() as app:
        found = course_views(app.context, limit=limit)
        if json:
            print_json(found)
        else:
            print_courses(found)


@commands.command("choose")
def choose_course(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="Its name.")],
    course: Annotated[Course, typer.Argument(metavar="COURSE", help="expand, hold or stop.")],
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why; it is shown in the channel.")] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="A day of the week that it is about; left out, the last."),
    ] = None,
) -> None:
    """Keep what was chosen for a workflow and the week that is over. Nothing else changes by it."""
    from bot.cli.screens.courses import print_chosen
    from workflows.engine.digests.courses.choosing import choose_of
    from workflows.engine.digests.courses.views import Choice
    from workflows.engine.digests.periods import Every, day_after, last_day

    with started() as app:
        zone = ZoneInfo(app.settings.timezone)
        today = app.context.clock().astimezone(zone).date()
        last = last_day(Every.WEEK, day_after(Every.WEEK, day_named("--date", on)) if on is not None else today)
        print_chosen(choose_of(app.context, workflow, last=last, choice=Choice(course), by=operator(), note=note))
