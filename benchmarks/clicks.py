"""Clicks while the machine is busy: the time until Slack is answered, with 100,000 cases in the database.

    python -m benchmarks.clicks [--quick] [--stored CASES] [--seconds SECONDS] [--write]

Fifty approvals a second come by the clock, whether the one before was answered or not. They go the whole way: a person
of the sandbox presses a button, the sandbox sends it over the socket of `countersign serve`, Bolt hears it, the
decision is committed, and the acknowledgement goes back. The sandbox measures from sending to acknowledgement, so an
acknowledged click is a recorded decision; Slack allows 3 seconds for that. The card is drawn anew afterwards, one
message a second, and is not measured here.

The worker has a backlog meanwhile. Its cases a second are measured without clicks first, in the same processes.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from slack_sdk import WebClient
from sqlalchemy import func, select

from benchmarks.clicker import A_SECOND, CHANNEL
from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, databases, migrated
from benchmarks.kit.filling import fill
from benchmarks.kit.process import Measured, Said
from benchmarks.kit.report import Section, number, table, tell
from bot.app import App, opened
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN
from bot.settings import Settings
from handlers.slack.blocks.card import card
from store.schema import Case, Review, Run
from store.states import ReviewState, RunState
from workflows.engine.case import intake
from workflows.engine.review.cards import card_view

Done = TypeVar("Done")

HEADING = "Clicks"
WARM_UP = 20
_HERE = Path(__file__).parent
_WORKFLOWS = (str(_HERE / "engines" / "noop.py"), str(_HERE / "asking.py"))
_AT_ONCE = 500
_LONGEST = 120.0
"""Seconds after which a wait counts as a fault."""
_BACKLOG_A_SECOND = 200
"""Cases put into the worker's queue for each second, so that it never idles."""
_ALL: Sequence[str] = ("--no-schedule",)
_SLACK, _WORKER = ("--no-schedule", "--no-worker"), ("--no-schedule", "--no-slack")
Layouts = Mapping[str, Sequence[Sequence[str]]]
"""Processes that share the work, by a name for them: the options of `countersign serve` in each."""
ALONE: Layouts = {"one": [_ALL]}
_LAYOUTS: Mapping[str, Layouts] = {SQLITE: ALONE, POSTGRESQL: {**ALONE, "Slack / cases": [_SLACK, _WORKER]}}


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of a measurement."""

    stored: int
    seconds: int

    @property
    def clicks(self) -> int:
        """Number of clicks in one measurement."""
        return self.seconds * A_SECOND


_QUICK = Size(stored=2_000, seconds=2)


@dataclass(frozen=True, kw_only=True)
class Clicked:
    """The result of one measurement."""

    database: str
    processes: str
    milliseconds: Sequence[int]
    """From sending a click to its acknowledgement, the shortest first."""
    acknowledged: int
    late: float
    """Seconds that the latest click came after its time, through the fault of the clicker."""
    undisturbed: float
    """Cases that ended each second before, without clicks."""
    worked: float
    """Cases that ended each second meanwhile, those that were approved included."""

    def within(self, share: float) -> int:
        """Return the milliseconds within which this share of the clicks were acknowledged."""
        return self.milliseconds[int(len(self.milliseconds) * share)]


def measured(quick: bool) -> Section:
    """Measure on both databases."""
    return _measured(_QUICK if quick else Size(stored=100_000, seconds=20))


def _measured(wanted: Size) -> Section:
    found: list[Clicked] = []
    filled: list[str] = []
    with databases() as made:
        settings = made.settings()
        for database in (SQLITE, POSTGRESQL):
            seconds, clicked = measure(made, database, wanted)
            filled.append(f"{database} {seconds:.0f} s")
            found += clicked
    columns = ["database", "processes", "clicks", "acknowledged", "p50", "p99", "longest", "cases/s", "without clicks"]
    return Section(
        heading=HEADING,
        lines=[
            "`make bench`: " + machine.described(("sqlalchemy", "slack-bolt", "slack-sdk")),
            f"SQLite with WAL and synchronous=FULL; {settings}. One run.",
            "",
            f"{A_SECOND} approvals a second for {wanted.seconds} seconds, by the clock, with {wanted.stored:,} cases",
            "stored and a worker with a backlog: a person of the sandbox, its socket, `countersign serve`, Bolt, the",
            "decision in the database, the acknowledgement. Milliseconds as the sandbox measures them, on the same",
            f"cores; who clicks, there too, came {max(one.late for one in found) * 1000:.0f} ms late at most.",
            "*Cases/s* are those that ended beside the clicks, approved ones included, and before, without clicks.",
            "One process does everything; of two, one has `--no-worker` and one `--no-slack`.",
            "",
            *table(columns, [_row(one) for one in found]),
            "",
            f"Filled with one real case and copies of all its rows (INSERT ... SELECT: {', '.join(filled)}).",
            "The cases that wait went through the engine, and their cards were posted as the sender draws them.",
        ],
    )


def _row(clicked: Clicked) -> list[object]:
    milliseconds = clicked.milliseconds
    return [
        clicked.database,
        clicked.processes,
        f"{len(milliseconds):,}",
        f"{clicked.acknowledged:,}",
        *(f"{taken} ms" for taken in (clicked.within(0.5), clicked.within(0.99), milliseconds[-1])),
        number(clicked.worked),
        number(clicked.undisturbed),
    ]


def measure(
    made: Databases, database: str, wanted: Size, *, layouts: Layouts | None = None
) -> tuple[float, list[Clicked]]:
    """Measure on one database; returns the seconds that it took to fill it, and the results.

    `layouts`: the processes that share the work; None measures with all.
    """
    url = made.new(database)
    migrated(url)
    layouts, each = layouts or _LAYOUTS[database], WARM_UP + wanted.clicks
    found: list[Clicked] = []
    with opened(Settings(database_url=url, workflows=_WORKFLOWS)) as app:
        seconds, newest = _fill(app, wanted, clicks=len(layouts) * each)
        tell(f"{database}: filled in {seconds:.0f} s")
        with Measured([sys.executable, "-m", "benchmarks.clicker"]) as clicker:
            at = str(clicker.said()["url"])
            stamps = _cards(app, at)
            for place, (name, processes) in enumerate(layouts.items()):
                clicks = stamps[place * each :][:each]
                with _serving(processes, url, at):
                    _until_connected(clicker)
                    found.append(_clicked(app, clicker, clicks, wanted, place, newest, of=(database, name)))
                tell(str(_row(found[-1])))
            clicker.stop()
    made.drop(url)
    return seconds, found


def _clicked(
    app: App, clicker: Measured, clicks: Sequence[str], wanted: Size, place: int, newest: int, *, of: tuple[str, str]
) -> Clicked:
    """Measure with the processes that run now. `place`: number of the measurement. `of`: the database, the layout."""
    _press(clicker, clicks[:WARM_UP])
    # What is left of the backlog before only makes this one longer.
    backlog = 2 * _BACKLOG_A_SECOND * wanted.seconds
    _feed(app, "noop", range(1 + place * backlog, 1 + (place + 1) * backlog))
    # As long as people press afterwards, nobody does: the pace without them.
    _, undisturbed = _ended(app, newest, lambda: time.sleep(wanted.seconds))
    waited = _number(app, RunState.WAITING, newest)
    pressed, worked = _ended(app, newest, lambda: _press(clicker, clicks[WARM_UP:]))
    left = waited - len(clicks[WARM_UP:])
    _until(lambda: _number(app, RunState.WAITING, newest) <= left, what="every click was decided")
    return Clicked(
        database=of[0],
        processes=of[1],
        milliseconds=sorted(pressed["milliseconds"]),
        acknowledged=pressed["acknowledged"],
        late=pressed["late"],
        undisturbed=undisturbed,
        worked=worked,
    )


def _until_connected(clicker: Measured) -> None:
    """Wait until the sandbox has a connection to press through."""
    _until(lambda: bool(clicker.ask(json.dumps({"connected": True}))["connected"]), what="it is connected")


@contextmanager
def _serving(processes: Sequence[Sequence[str]], url: str, at: str) -> Iterator[None]:
    """Have these processes of `countersign serve` run for the block. `at`: address of the sandbox."""
    environment = {
        "COUNTERSIGN_DATABASE_URL": url,
        "COUNTERSIGN_WORKFLOWS": ",".join(_WORKFLOWS),
        "COUNTERSIGN_LOG_LEVEL": "error",
        "COUNTERSIGN_HEALTH": "off",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": f"{at}/api/",
    }
    command = [sys.executable, "-m", "bot.cli", "serve"]
    with ExitStack() as held:
        started = [held.enter_context(Measured([*command, *options], environment=environment)) for options in processes]
        yield
        for process in started:
            process.stop()


def _fill(app: App, wanted: Size, *, clicks: int) -> tuple[float, int]:
    """Fill the database, and make enough cases wait; returns the seconds that it took, and the newest run before."""
    database = app.context.database
    _feed(app, "noop", range(1))
    with app.dispatcher.alone():
        app.dispatcher.drain()
        with database.read() as session:
            (first,) = session.scalars(select(Case.id)).all()
        started = time.monotonic()
        fill(database, case=first, copies=wanted.stored)
        if database.dialect == "postgresql":
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                # Its autovacuum does it within a minute, and that would be in the middle of the measurement.
                connection.exec_driver_sql("VACUUM ANALYZE")
        seconds = time.monotonic() - started
        with database.read() as session:
            newest = session.scalar(select(func.max(Run.id))) or 0
        _feed(app, "asking", range(clicks))
        app.dispatcher.drain()
    return seconds, newest


def _feed(app: App, name: str, numbers: range) -> None:
    workflow = app.context.registry.get(name)
    accepted = [intake.accept(workflow, {"id": id}) for id in numbers]
    for begin in range(0, len(accepted), _AT_ONCE):
        intake.take_in(app.context, workflow, accepted[begin : begin + _AT_ONCE], source="benchmark", actor="benchmark")


def _cards(app: App, at: str) -> list[str]:
    """Post the card of each open review; returns Slack's names for the messages. `at`: address of the sandbox."""
    with app.context.database.read() as session:
        waiting = session.scalars(select(Review.id).where(Review.state == ReviewState.OPEN).order_by(Review.id)).all()
    client = WebClient(token=BOT_TOKEN, base_url=f"{at}/api/")
    stamps = []
    for review in waiting:
        drawn = card(card_view(app.context, review))
        posted = client.chat_postMessage(channel=CHANNEL, text=drawn.text, blocks=list(drawn.blocks))
        stamps.append(str(posted["ts"]))
    return stamps


def _press(clicker: Measured, stamps: Sequence[str]) -> Said:
    """Have a button of each of these messages pressed; returns what became of the clicks."""
    return clicker.ask(json.dumps({"press": list(stamps)}))


def _ended(app: App, newest: int, meanwhile: Callable[[], Done]) -> tuple[Done, float]:
    """Do something; returns what came of it, and the number of cases that ended each second meanwhile.

    `newest`: run after which they are counted.
    """
    before, started = _number(app, RunState.DELIVERED, newest), time.monotonic()
    done = meanwhile()
    seconds = time.monotonic() - started
    return done, (_number(app, RunState.DELIVERED, newest) - before) / seconds


def _number(app: App, state: RunState, newest: int) -> int:
    """Count the runs in a state that came after the newest of those that were stored."""
    with app.context.database.read() as session:
        query = select(func.count()).select_from(Run).where(Run.id > newest, Run.state == state)
        return session.scalar(query) or 0


def _until(there: Callable[[], bool], *, what: str) -> None:
    end = time.monotonic() + _LONGEST
    while not there():
        if time.monotonic() > end:
            sys.exit(f"waited in vain until {what}")
        time.sleep(0.1)  # the other process does not report it


def main() -> None:
    """Measure, print, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it runs")
    parser.add_argument("--stored", type=int, default=100_000, help="number of cases in the database")
    parser.add_argument("--seconds", type=int, default=20, help="length of a measurement")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    given = parser.parse_args()
    size = _QUICK if given.quick else Size(stored=given.stored, seconds=given.seconds)
    report.publish(_measured(size), written=given.write)


if __name__ == "__main__":
    main()
