"""Commands: how long `status`, `queue` and `causes` take to be read and drawn beside so many stored cases.

    python -m benchmarks.commands [--quick] [--million] [--write]

Without the call to Slack. The stored cases are a year's, as in `benchmarks.size`; one in a thousand waits for a person.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.growth import MILLION, add_million
from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, databases
from benchmarks.kit.report import Section, number, table, tell
from benchmarks.years.stored_year import stored_year
from benchmarks.years.year import WORKFLOWS
from handlers.slack.blocks import modals
from handlers.slack.blocks.modals import PAGE
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Listed
from handlers.slack.interactions.review_list import GROUPS
from handlers.texts.operations.causes import listed
from handlers.texts.operations.workflows import status
from store.cases.turns import Turns
from store.states import CauseState
from workflows.engine.context import Context
from workflows.engine.read.causes import cause_lines
from workflows.engine.read.status import status_view
from workflows.engine.review.alike import alike_cases
from workflows.engine.review.cards import waiting_in

HEADING = "Commands"
TIMES = 20
_WHO = "U01"
_STANDING = [state for state in CauseState if state is not CauseState.RESOLVED]
_CAUSES = 15


@dataclass(frozen=True, kw_only=True)
class Timed:
    """The milliseconds of a command on a database, one for each time."""

    database: str
    stored: int
    command: str
    milliseconds: Sequence[float]


def _status(context: Context) -> object:
    return told(status(status_view(context, list(context.registry))))


def _queue(context: Context) -> object:
    waiting = waiting_in(context, Turns(by=_WHO, workflows=WORKFLOWS), first=0, limit=PAGE)
    assert waiting.total
    groups = alike_cases.groups(context, workflows=list(WORKFLOWS), limit=GROUPS)
    return modals.waiting_list(waiting, listed=Listed(), groups=groups)


def _causes(context: Context) -> object:
    lines = cause_lines(context, workflows=list(WORKFLOWS), states=_STANDING, limit=_CAUSES)
    assert lines
    return told(listed(lines))


COMMANDS: Mapping[str, Callable[[Context], object]] = {"status": _status, "queue": _queue, "causes": _causes}


def measures(*, million: bool) -> Callable[[bool], Iterator[Section]]:
    """Return the benchmark. `million`: go on to a million stored cases."""

    def measured(quick: bool) -> Iterator[Section]:
        """Measure both databases at each size, the smallest first; yield the section after each measurement."""
        sizes = [1_000, 10_000] if quick else [10_000, 100_000]
        found: list[Timed] = []
        with databases() as made:
            settings = made.settings()
            for stored in [*sizes, *([MILLION] if million else [])]:
                for database in (SQLITE, POSTGRESQL):
                    found += _timed(made, database, stored)
                    yield _section(found, settings, quick=quick)

    return measured


def _timed(made: Databases, kind: str, stored: int) -> Iterator[Timed]:
    with stored_year(made, kind, stored) as context:
        for name, command in COMMANDS.items():
            _once(context, command)
            timed = Timed(
                database=kind,
                stored=stored,
                command=name,
                milliseconds=[_once(context, command) for _ in range(TIMES)],
            )
            tell(f"{kind}, {stored:,} stored, {name}: {median(timed.milliseconds):.0f} ms")
            yield timed


def _once(context: Context, command: Callable[[Context], object]) -> float:
    began = time.perf_counter()
    json.dumps(command(context), default=str)
    return (time.perf_counter() - began) * 1000


def _section(found: Sequence[Timed], settings: str, *, quick: bool) -> Section:
    rows = []
    for stored in dict.fromkeys(one.stored for one in found):
        for name in COMMANDS:
            row = [f"{name}", f"{stored:,}"]
            for kind in (SQLITE, POSTGRESQL):
                of = [one for one in found if (one.database, one.stored, one.command) == (kind, stored, name)]
                taken = of[0].milliseconds if of else []
                row += [number(median(taken)), number(max(taken))] if taken else ["", ""]
            rows.append(row)
    trial = [report.TRIAL, ""] if quick else []
    return Section(
        heading=HEADING,
        lines=[
            *trial,
            "`python -m benchmarks.commands`: " + machine.described(("sqlalchemy", "pydantic")),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            "`/countersign` status, queue and causes beside a year of stored cases, one in a thousand of which waits:",
            f"read, drawn and written as JSON, without the call to Slack. Medians of {TIMES}, with a warm cache.",
            "",
            *table(["command", "stored", f"{SQLITE} ms", "slowest", f"{POSTGRESQL} ms", "slowest"], rows),
        ],
    )


def main() -> None:
    """Measure, print, and write it where asked."""
    parser = report.command(__doc__)
    add_million(parser)
    chosen = parser.parse_args()
    report.run([measures(million=chosen.million)], quick=chosen.quick, written=chosen.write)


if __name__ == "__main__":
    main()
