"""Clicks while the machine is busy: the time until Slack is answered, with 100,000 cases in the database.

    python -m benchmarks.clicks [--quick] [--write]

Fifty approvals a second come by the clock, whether the one before was answered or not. They go the whole way: a person
of the sandbox presses a button, the sandbox sends it over the socket of `countersign serve`, Bolt hears it, the
decision is committed, and the acknowledgement goes back. The sandbox measures from sending to acknowledgement.
"""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from slack_sdk import WebClient
from sqlalchemy import select

from benchmarks import machine, report
from benchmarks.databases import POSTGRESQL, SQLITE, Databases, databases, migrated
from benchmarks.filling import fill
from benchmarks.process import Measured
from benchmarks.report import Section, number, table, tell
from bot.app import App, opened
from bot.sandbox.client import Outcome, Person
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.settings import Settings
from handlers.slack.blocks.card import card
from handlers.slack.ids import Action
from store.cases import runs
from store.schema import Case, Review
from store.states import ReviewState, RunState
from workflows.engine.case import intake
from workflows.engine.review.cards import card_view

HEADING = "Clicks"
A_SECOND = 50
WARM_UP = 20
CHANNEL, REVIEWER = "C0SUPPORT", "U0ANA"
_HERE = Path(__file__).parent
_WORKFLOWS = (str(_HERE / "engines" / "noop.py"), str(_HERE / "asking.py"))
_HANDS = 64
"""Most clicks under way at once."""
_AT_ONCE = 500
_LONGEST = 120.0
"""Seconds after which a wait counts as a fault."""
_BACKLOG_A_SECOND = 200
"""Cases put into the worker's queue for each second of clicks, so that it never idles."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of a measurement."""

    stored: int
    seconds: int

    @property
    def clicks(self) -> int:
        """Number of clicks in one measurement."""
        return self.seconds * A_SECOND


@dataclass(frozen=True, kw_only=True)
class Clicked:
    """The result of one measurement."""

    database: str
    beside: str
    """Other work of the process meanwhile."""
    outcomes: Sequence[Outcome]
    late: float
    """Seconds that the latest click came after its time, through the fault of the clicker."""
    worked: float
    """Cases that ended meanwhile, each second."""


def measured(quick: bool) -> Section:
    """Measure on both databases."""
    wanted = Size(stored=2_000, seconds=2) if quick else Size(stored=100_000, seconds=20)
    found: list[Clicked] = []
    filled: list[str] = []
    with databases() as made:
        settings = made.settings()
        for database in (SQLITE, POSTGRESQL):
            seconds, clicked = _measure(made, database, wanted)
            filled.append(f"{database} {seconds:.0f} s")
            found += clicked
    columns = ["database", "the worker beside it", "clicks", "acknowledged", "p50", "p99", "longest"]
    return Section(
        heading=HEADING,
        lines=[
            "`make bench`: " + machine.described(("sqlalchemy", "slack-bolt", "slack-sdk")),
            f"SQLite with WAL and synchronous=FULL; {settings}. One run.",
            "",
            f"{A_SECOND} approvals a second for {wanted.seconds} seconds, by the clock, with {wanted.stored:,} cases",
            "stored: a person of the sandbox, its socket, `countersign serve` with worker and sender in one process,",
            "Bolt, the decision in the database, the acknowledgement. Milliseconds as the sandbox measures them, on",
            f"the same cores; who clicks, there too, came {max(one.late for one in found) * 1000:.0f} ms late at most.",
            "",
            *table(columns, [_row(one) for one in found]),
            "",
            f"Filled with one real case and copies of all its rows (INSERT ... SELECT: {', '.join(filled)}).",
            "The cases that wait went through the engine, and their cards were posted as the sender draws them.",
        ],
    )


def _row(clicked: Clicked) -> list[object]:
    milliseconds = sorted(outcome.milliseconds for outcome in clicked.outcomes)
    beside = clicked.beside if not clicked.worked else f"{clicked.beside}, {number(clicked.worked)} cases/s"
    return [
        clicked.database,
        beside,
        f"{len(milliseconds):,}",
        f"{sum(outcome.acknowledged for outcome in clicked.outcomes):,}",
        *(f"{milliseconds[place]} ms" for place in (len(milliseconds) // 2, int(len(milliseconds) * 0.99), -1)),
    ]


def _measure(made: Databases, database: str, wanted: Size) -> tuple[float, list[Clicked]]:
    url = made.new(database)
    migrated(url)
    with (
        opened(Settings(database_url=url, workflows=_WORKFLOWS)) as app,
        serving(Sandbox(rate_limited=False)) as running,
    ):
        seconds = _fill(app, wanted)
        tell(f"{database}: filled in {seconds:.0f} s, {2 * wanted.clicks + WARM_UP} cases wait")
        with Measured(_serve(), environment=_environment(url, running)) as process:
            _until(lambda: running.administrator.sockets() > 0, what="it is connected")
            stamps = _cards(app, running)
            person = running.person(REVIEWER)
            _click(person, stamps[:WARM_UP])
            found: list[Clicked] = []
            for beside in ("the deliveries", "a backlog"):
                part = stamps[WARM_UP + len(found) * wanted.clicks :][: wanted.clicks]
                if beside == "a backlog":
                    _feed(app, "noop", range(1, 1 + _BACKLOG_A_SECOND * wanted.seconds))
                found.append(_clicked(app, person, part, database=database, beside=beside))
                tell(str(_row(found[-1])))
            process.stop()
    made.drop(url)
    return seconds, found


def _serve() -> list[str]:
    return [sys.executable, "-m", "bot.cli", "serve", "--no-schedule"]


def _environment(url: str, running: Running) -> dict[str, str]:
    return {
        "COUNTERSIGN_DATABASE_URL": url,
        "COUNTERSIGN_WORKFLOWS": ",".join(_WORKFLOWS),
        "COUNTERSIGN_LOG_LEVEL": "error",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": running.api_url,
    }


def _fill(app: App, wanted: Size) -> float:
    """Fill the database, and make enough cases wait; returns the seconds that the filling took."""
    _feed(app, "noop", range(1))
    with app.dispatcher.alone():
        app.dispatcher.drain()
        with app.context.database.read() as session:
            (first,) = session.scalars(select(Case.id)).all()
        started = time.monotonic()
        fill(app.context.database, case=first, copies=wanted.stored)
        seconds = time.monotonic() - started
        _feed(app, "asking", range(2 * wanted.clicks + WARM_UP))
        app.dispatcher.drain()
    return seconds


def _feed(app: App, name: str, numbers: range) -> None:
    workflow = app.context.registry.get(name)
    accepted = [intake.accept(workflow, {"id": id}) for id in numbers]
    for begin in range(0, len(accepted), _AT_ONCE):
        intake.take_in(app.context, workflow, accepted[begin : begin + _AT_ONCE], source="benchmark", actor="benchmark")


def _cards(app: App, running: Running) -> list[str]:
    """Post the card of each open review; returns Slack's names for the messages."""
    with app.context.database.read() as session:
        waiting = session.scalars(select(Review.id).where(Review.state == ReviewState.OPEN).order_by(Review.id)).all()
    client = WebClient(token=BOT_TOKEN, base_url=running.api_url)
    stamps = []
    for review in waiting:
        drawn = card(card_view(app.context, review))
        posted = client.chat_postMessage(channel=CHANNEL, text=drawn.text, blocks=list(drawn.blocks))
        stamps.append(str(posted["ts"]))
    return stamps


def _clicked(app: App, person: Person, stamps: Sequence[str], *, database: str, beside: str) -> Clicked:
    waited, before = _number(app, RunState.WAITING), _number(app, RunState.DELIVERED)
    started = time.monotonic()
    outcomes, late = _click(person, stamps)
    seconds = time.monotonic() - started
    ended = _number(app, RunState.DELIVERED) - before
    _until(lambda: _number(app, RunState.WAITING) <= waited - len(stamps), what="every click was decided")
    return Clicked(database=database, beside=beside, outcomes=outcomes, late=late, worked=ended / seconds)


def _click(person: Person, stamps: Sequence[str]) -> tuple[list[Outcome], float]:
    """Press a button of each message, by the clock; returns the outcomes, and the largest delay in seconds."""
    began = time.monotonic() + 0.1

    def press(place: int) -> tuple[Outcome, float]:
        late = time.monotonic() - (began + place / A_SECOND)
        return person.press(CHANNEL, stamps[place], Action.APPROVE), late

    with ThreadPoolExecutor(_HANDS) as hands:
        pressed = []
        for place in range(len(stamps)):
            # People press in real time, however slow the product is: this is the measurement.
            time.sleep(max(0.0, began + place / A_SECOND - time.monotonic()))
            pressed.append(hands.submit(press, place))
        done = [future.result() for future in pressed]
    return [outcome for outcome, _ in done], max(late for _, late in done)


def _number(app: App, state: RunState) -> int:
    """Count the runs in a state."""
    with app.context.database.read() as session:
        return runs.counts(session, team=app.context.team, states=[state]).get(state, 0)


def _until(there: Callable[[], bool], *, what: str) -> None:
    end = time.monotonic() + _LONGEST
    while not there():
        if time.monotonic() > end:
            sys.exit(f"waited in vain until {what}")
        time.sleep(0.1)  # the other process does not report it


if __name__ == "__main__":
    report.main(__doc__, measured)
