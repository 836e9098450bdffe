"""Digests for team leads: `digest preview`, `digest send`, `digest export`, `digest explain`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.parameters import Json, WorkflowName, day_named
from bot.cli.start import started

if TYPE_CHECKING:
    from bot.app import App
    from workflows.engine.digests.views import DigestView

commands = typer.Typer(
    help="What team leads read: failures, cost, quality, business numbers, bias.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="failures, cost, cost-month, quality, numbers, bias or seal.")
]
On = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="The last day it covers, or one in its week or month."),
]


class Form(StrEnum):
    """The form of an exported digest."""

    CSV = "csv"
    JSON = "json"


@commands.command("preview")
def preview_digest(name: Name, on: On = None, workflow: WorkflowName = None, json: Json = False) -> None:
    """Print a digest as it would be posted now. Nothing is kept or sent."""
    from bot.cli.screens.digests import print_digest, print_digest_json

    with started() as app:
        view = _previewed(app, name, on, workflow)
        (print_digest_json if json else print_digest)(view)


@commands.command("send")
def send_digest(name: Name, workflow: WorkflowName = None) -> None:
    """Have the digest of the last day, week or month posted, unless that has been made."""
    from bot.cli.screens.output import out
    from bot.serve.digest_jobs import place_of
    from workflows.engine.digests.making import make
    from workflows.engine.errors import Refused

    with started() as app:
        if workflow is not None:
            app.context.registry.get(workflow)
        zone = _zone(app)
        today = app.context.clock().astimezone(zone).date()
        channel = place_of(app.settings, name, workflow)
        made = make(app.context, name, today=today, zone=zone, workflow=workflow, channel=channel)
        if made is None:
            raise Refused(
                f"there is no {name} digest to make: its period is covered, or ended before the database was made,"
                " or it has nothing to tell of;"
                f" countersign digest preview {name} prints it"
            )
        out.print(f"{name} is made, and posted once the app is served")


@commands.command("export")
def export_digest(
    name: Name,
    form: Annotated[Form, typer.Option("--format", help="csv or json.")] = Form.CSV,
    on: On = None,
    workflow: WorkflowName = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Where to write it; left out, it is printed.")
    ] = None,
) -> None:
    """Write the figures of a digest for a spreadsheet or a program."""
    from bot.cli.screens.digests import as_csv, as_json, write

    with started() as app:
        view = _previewed(app, name, on, workflow)
        write(as_csv(view) if form is Form.CSV else as_json(view), to)


@commands.command("explain")
def explain_numbers(
    number: Annotated[
        str | None, typer.Argument(metavar="NUMBER", help="A number, such as hours_freed; left out, all of them.")
    ] = None,
) -> None:
    """Say what each business number is, and what it does not mean."""
    from bot.cli.screens.digests import print_definitions
    from bot.cli.screens.output import one_line_errors
    from workflows.engine.digests.numbers.definitions import numbers_called

    with one_line_errors():
        print_definitions(numbers_called(number))


def _zone(app: App) -> ZoneInfo:
    return ZoneInfo(app.settings.timezone)


def _previewed(app: App, name: str, on: datetime | None, workflow: str | None) -> DigestView:
    """Return the digest of the period in which a day is; of the last one that is over where none is named.

    Raise `Refused` for a day that has not begun.
    """
    from workflows.engine.digests.jobs import job_called
    from workflows.engine.digests.making import preview
    from workflows.engine.digests.periods import day_after
    from workflows.engine.errors import Refused

    zone = _zone(app)
    today = app.context.clock().astimezone(zone).date()
    day = day_named("--date", on) if on is not None else None
    if day is not None and day > today:
        raise Refused(f"{day} has not begun; today is {today} in {zone.key}")
    wanted = day_after(job_called(name).every, day) if day is not None else today
    return preview(app.context, name, today=wanted, zone=zone, workflow=workflow)
