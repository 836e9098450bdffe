"""`readings`: who was shown what is in a case."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.parameters import Json
from bot.cli.start import started

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app import App
    from workflows.engine.read.reading_views import ReadingView

commands = typer.Typer()


@commands.command()
def readings(
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="The case's number or key.")] = None,
    by: Annotated[str | None, typer.Option(metavar="PERSON", help="The readings of this person, by their id.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="With --by: from this day on; left out, the last 30 days."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: Json = False,
) -> None:
    """Show who read a case, or what a person read: when, and by which way, the newest first."""
    from bot.cli.screens.output import moment, out, print_json, print_table
    from handlers.texts.governance.readings import NOT_KNOWN, WAYS

    with started() as app:
        found = _found(app, case, by, since, limit)
        if len(found) == limit:
            typer.echo(f"the newest {limit:,}; --limit NUMBER shows more", err=True)
        if json:
            print_json(found)
            return
        if not found:
            out.print("no readings")
        else:
            print_table(
                ("at", "by", "case", "key", "workflow", "by way of"),
                [(moment(one.at), one.by, one.case, one.key, one.workflow, WAYS[one.way]) for one in found],
            )
        typer.echo(NOT_KNOWN, err=True)


def _found(app: App, case: str | None, by: str | None, since: datetime | None, limit: int) -> Sequence[ReadingView]:
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from bot.cli.parameters import day_named
    from workflows.engine.errors import Refused
    from workflows.engine.read.history import find_case
    from workflows.engine.read.readings import readings_by, readings_of_case

    if (case is None) == (by is None):
        raise Refused("name a case, or a person with --by")
    if case is not None:
        if since is not None:
            raise Refused("--since goes with --by; of a case all readings are shown")
        return readings_of_case(app.context, find_case(app.context, case), limit=limit)
    assert by is not None
    begins = app.context.clock() - timedelta(days=30)
    if since is not None:
        day = day_named("--since", since)
        begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(app.settings.timezone))
    return readings_by(app.context, by, since=begins, limit=limit)
