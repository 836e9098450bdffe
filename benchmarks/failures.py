"""Failures: the time from a failure to its card, and what a flood of equal failures sends.

    python -m benchmarks.failures [--quick] [--write]

The sender runs beside the workers, with one message a second to a channel as Slack has it; the sandbox takes the
messages, on the same cores. The time is from the start of the transaction that records the failure to the moment at
which the sandbox has the card.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from pydantic import SecretStr
from sqlalchemy import select

from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, databases, migrated
from benchmarks.kit.report import Section, number, table, tell
from bot.app import App, opened
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.sandbox.state.workspace import default_workspace
from bot.settings import Settings
from bot.slack.sender import PACE
from bot.slack.wiring import context_in, sender_of
from bot.slack.workspace import connect
from handlers.slack.manifest import manifest_file
from store.schema import Cause
from workflows.engine.case import intake

HEADING = "Failures"
THREADS = 8
_CHANNEL = "C0FAILURES"
_WORKFLOW = Path(__file__).parent / "failing.py"
_APART = 2.5 * PACE
"""Seconds between two failures of new causes: each sends its card, and the call to its owner."""
_AT_ONCE = 500
_LONGEST = 300.0
"""Seconds after which a wait counts as a fault."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The result on one database."""

    database: str
    milliseconds: Sequence[float]
    """From a failure to its card, the shortest first."""
    flood: int
    seconds: float
    """Seconds in which the flood failed."""
    shown: float
    """Seconds from its last failure until the card told of all."""
    posts: int
    updates: int


def measured(quick: bool) -> Section:
    """Measure on both databases."""
    single, flood = (3, 200) if quick else (30, 5_000)
    found = []
    with databases() as made:
        settings = made.settings()
        for database in (SQLITE, POSTGRESQL):
            found.append(_measured(made, database, single=single, flood=flood))
            tell(str(_row(found[-1])))
    columns = ["database", "card p50", "card p99", "flood", "in", "posts", "updates", "all shown after"]
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.failures`: " + machine.described(("sqlalchemy", "slack-sdk")),
            f"SQLite with WAL and synchronous=FULL; {settings}. One run, {THREADS} worker threads, one process.",
            "",
            f"{single} failures of new causes, {_APART:g} s apart: milliseconds until the sandbox has the card. Then",
            f"{flood:,} failures of one cause as fast as they come: what the failures channel is sent for them.",
            "A post is a new message: the card, and the call to the workflow's owner in its thread.",
            "",
            *table(columns, [_row(one) for one in found]),
        ],
    )


def _row(failed: Failed) -> list[object]:
    taken = failed.milliseconds
    return [
        failed.database,
        f"{taken[len(taken) // 2]:.0f} ms",
        f"{taken[int(len(taken) * 0.99)]:.0f} ms",
        f"{failed.flood:,}",
        f"{number(failed.seconds)} s",
        failed.posts,
        failed.updates,
        f"{number(failed.shown)} s",
    ]


def _measured(made: Databases, database: str, *, single: int, flood: int) -> Failed:
    url = made.new(database)
    migrated(url)
    # Its clock of limits is real: one message a second to a channel.
    sandbox = Sandbox(default_workspace(manifest_file()))
    with serving(sandbox) as running:
        settings = Settings(
            database_url=url,
            workflows=(str(_WORKFLOW),),
            threads=THREADS,
            failures_channel=_CHANNEL,
            SLACK_BOT_TOKEN=SecretStr(BOT_TOKEN),
            SLACK_APP_TOKEN=SecretStr(APP_TOKEN),
            SLACK_API_URL=running.api_url,
        )
        with opened(settings) as app, app.dispatcher.alone(), _sending(app, settings):
            taken = [_card_after(app, running, place) for place in range(single)]
            failed = _flood(app, running, flood, database=database, taken=sorted(taken))
    made.drop(url)
    return failed


@contextmanager
def _sending(app: App, settings: Settings) -> Iterator[None]:
    """Have the sender run for the block."""
    workspace = connect(settings)
    sender, stop = sender_of(app, workspace, context_in(app, workspace), pace=PACE), Event()
    thread = Thread(target=sender.run, args=(stop,), name="sender")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _card_after(app: App, running: Running, place: int) -> float:
    """Let a case fail for a new cause; returns the milliseconds until its card stands."""
    before = len(_sent(running, "chat.postMessage"))
    kind = f"Error{'abcdefghijklmnopqrstuvwxyz'[place % 26]}{'abcdefghijklmnopqrstuvwxyz'[place // 26]}"
    _submit(app, [{"id": -1 - place, "kind": kind}])
    app.dispatcher.drain()
    began = _newest(app).first_at.timestamp()
    _until(lambda: len(_sent(running, "chat.postMessage")) >= before + 2, what="its card and its note stand")
    time.sleep(_APART)
    return (_sent(running, "chat.postMessage")[before] - began) * 1000


def _flood(app: App, running: Running, many: int, *, database: str, taken: Sequence[float]) -> Failed:
    posts, updates = (len(_sent(running, method)) for method in ("chat.postMessage", "chat.update"))
    for first in range(0, many, _AT_ONCE):
        few = range(first, min(first + _AT_ONCE, many))
        _submit(app, [{"id": one, "kind": "Flood"} for one in few])
    began = time.monotonic()
    app.dispatcher.drain()
    ended = time.monotonic()
    told = f"{many:,} cases of failing failed"
    _until(lambda: any(told in one.text for one in running.person("U0KIM").messages(_CHANNEL)), what="all are told")
    assert _newest(app).count == many
    return Failed(
        database=database,
        milliseconds=taken,
        flood=many,
        seconds=ended - began,
        shown=time.monotonic() - ended,
        posts=len(_sent(running, "chat.postMessage")) - posts,
        updates=len(_sent(running, "chat.update")) - updates,
    )


def _submit(app: App, values: Sequence[dict[str, int | str]]) -> None:
    workflow = app.context.registry.get("failing")
    accepted = [intake.accept(workflow, one) for one in values]
    intake.take_in(app.context, workflow, accepted, source="benchmark", actor="benchmark")


def _newest(app: App) -> Cause:
    with app.context.database.read() as session:
        return session.scalars(select(Cause).order_by(Cause.id.desc()).limit(1)).one()


def _sent(running: Running, method: str) -> list[float]:
    """Return the times of the calls that the sandbox took for the failures channel."""
    calls = running.administrator.calls(method)
    return [call.time for call in calls if call.ok and call.channel == _CHANNEL]


def _until(reached: Callable[[], object], *, what: str) -> None:
    end = time.monotonic() + _LONGEST
    while not reached():
        assert time.monotonic() < end, f"it never came to that: {what}"
        time.sleep(0.2)


def main() -> None:
    """Measure, print, and write it where asked."""
    report.main(__doc__, measured)


if __name__ == "__main__":
    main()
