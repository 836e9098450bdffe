"""A baseline at the terminal, and what is wrong with a file of timings."""

from bot.cli.advised import advised
from bot.cli.screens.output import moment, out, print_table, shown
from handlers.texts.digests.amounts import count
from handlers.texts.digests.baselines import SOURCES, figure_name, figure_said
from workflows.engine.digests.numbers.baseline_views import BaselineView, FigureName
from workflows.engine.digests.numbers.timings import Timings

_BAD = 20
"""Most bad rows that are named."""


def print_baseline(view: BaselineView) -> None:
    """Print the figures that count, each with where it comes from, and the earlier ones below."""
    if not view.recordings:
        record = advised(f"countersign baseline record {view.workflow} --file FILE")
        out.print(shown(f"{view.workflow} has no baseline; {record}"))
        return
    out.print(shown(f"{view.workflow}, by hand"))
    newest = [found for name in FigureName if (found := view.newest(name)) is not None]
    counted = {(id(figure), id(recording)) for figure, recording in newest}
    rows = [(figure, recording, "counts") for figure, recording in newest]
    rows += [
        (figure, recording, "earlier")
        for recording in view.recordings
        for figure in recording.figures
        if (id(figure), id(recording)) not in counted
    ]
    print_table(
        ("figure", "value", "from", "by", "recorded", ""),
        [
            (
                figure_name(figure.name),
                figure_said(figure),
                SOURCES[recording.source],
                recording.by,
                moment(recording.at),
                which,
            )
            for figure, recording, which in rows
        ],
    )


def print_read(timings: Timings) -> None:
    """Print how many rows of a file were used."""
    out.print(f"{count(timings.rows, 'timing')} read" + (f", {len(timings.bad):,} left out" if timings.bad else ""))
    if timings.unused:
        out.print(shown(f"not used: the columns {', '.join(timings.unused)}"))


def print_bad(timings: Timings) -> None:
    """Print which rows of a file cannot be used, and what to do."""
    for row in timings.bad[:_BAD]:
        out.print(shown(f"line {row.line}: {row.problem}"))
    if len(timings.bad) > _BAD:
        out.print(f"and {len(timings.bad) - _BAD:,} more")
    out.print(
        f"nothing is recorded: {count(len(timings.bad), 'row')} cannot be used. Put the file right, or leave them out "
        "with --skip-bad"
    )
