"""The baseline, which hours freed are held against: `baseline record`, `baseline show`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.advised import advised
from bot.cli.parameters import LARGEST, Encoding, Json
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from workflows.engine.digests.numbers.baseline_views import Figure

commands = typer.Typer(
    help="How cases were done by hand, which hours freed are held against.", no_args_is_help=True, rich_markup_mode=None
)


@commands.command("record")
def record_baseline(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow whose cases these are.")],
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Timings: a row for each case, with minutes and, where known, error, rework, response_minutes.",
        ),
    ] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that cannot be used.")] = False,
    encoding: Encoding = None,
    from_forms: Annotated[
        bool, typer.Option("--from-forms", help="Take the minutes from the empty forms that people answered.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=366, help="--from-forms: days to count back.")] = 28,
    minutes: Annotated[float | None, typer.Option(help="Minutes for a case, where nobody timed any.")] = None,
    error_rate: Annotated[float | None, typer.Option(help="Share of cases with an error, 0 to 1.")] = None,
    rework: Annotated[float | None, typer.Option(help="Share of cases that were done again, 0 to 1.")] = None,
    backlog: Annotated[int | None, typer.Option(max=LARGEST, help="Number of cases that waited.")] = None,
    response_hours: Annotated[float | None, typer.Option(help="Hours from arrival to answer, the median.")] = None,
    cost_per_hour: Annotated[str | None, typer.Option(help="US dollars for an hour of a person's work.")] = None,
) -> None:
    """Record how a workflow's cases were done by hand. Of each figure, what was recorded last counts."""
    from bot.cli.screens.baselines import print_bad, print_baseline, print_read
    from workflows.engine.digests.numbers.baseline_views import FigureName, Source
    from workflows.engine.digests.numbers.baselines import from_forms as minutes_from_forms
    from workflows.engine.digests.numbers.baselines import record, stated
    from workflows.engine.digests.numbers.timings import read_timings
    from workflows.engine.errors import Refused

    with started() as app:
        if file is not None and from_forms:
            raise Refused("give a file or --from-forms, not both")
        words: dict[FigureName, float | Decimal | None] = {
            FigureName.MINUTES: minutes,
            FigureName.ERROR_RATE: error_rate,
            FigureName.REWORK: rework,
            FigureName.BACKLOG: backlog,
            FigureName.RESPONSE_HOURS: response_hours,
            FigureName.COST_PER_HOUR: _dollars(cost_per_hour),
        }
        said = [stated(name, value) for name, value in words.items() if value is not None]
        measured: list[Figure] = []
        if file is not None:
            timings = read_timings(file, encoding=encoding)
            if timings.bad and not skip_bad:
                print_bad(timings)
                raise typer.Exit(1)
            print_read(timings)
            measured = list(timings.figures)
        if from_forms:
            measured = [minutes_from_forms(app.context, workflow, days=days)]
        source = Source.FORMS if from_forms else Source.TIMINGS
        print_baseline(record(app.context, workflow, measured=measured, said=said, source=source, by=operator()))


@commands.command("show")
def show_baseline(
    workflow: Annotated[
        str | None, typer.Argument(metavar="WORKFLOW", help="Its name; left out, all that have a baseline.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what counts as the baseline, and all that was recorded before."""
    from bot.cli.screens.baselines import print_baseline
    from bot.cli.screens.output import out, print_json
    from workflows.engine.digests.numbers.baselines import baselines_of

    with started() as app:
        found = baselines_of(app.context, workflow)
        if json:
            print_json(found)
            return
        for one in found:
            print_baseline(one)
        if not found:
            out.print(advised("no baseline is recorded; countersign baseline record WORKFLOW --file timings.csv"))


def _dollars(text: str | None) -> Decimal | None:
    from decimal import InvalidOperation

    from workflows.engine.errors import Refused

    if text is None:
        return None
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise Refused(f"--cost-per-hour is an amount of US dollars such as 42.50, not {text!r}")
    return amount
