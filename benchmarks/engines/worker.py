"""Countersign as one measured process: the dispatcher of a command, on cases that were taken in before.

python -m benchmarks.engines.worker URL CASES THREADS FIRST
"""

import os
import sys
from pathlib import Path

from benchmarks.kit.process import peak
from benchmarks.peers.conversation import hear, now, say
from bot.app import App, opened
from bot.settings import Settings
from workflows.engine.case import intake

WARM_UP = 20
AT_ONCE = 500
"""Inputs in one transaction, as in `countersign run`."""
_WORKFLOW = Path(__file__).parent / "noop.py"


def main() -> None:
    """Measure."""
    url, cases, threads, first = sys.argv[1], *map(int, sys.argv[2:5])
    settings = Settings(database_url=url, workflows=(str(_WORKFLOW),), threads=threads)
    with opened(settings) as app:
        _feed(app, range(-first - WARM_UP, -first))
        _drain(app)
        say(ready=True, durability=_durability(app))
        if hear() == "feed":
            started = now()
            _feed(app, range(first, first + cases))
            say(fed=now() - started)
        else:
            say(fed=None)
        hear()
        started = now()
        done, ended = _drain(app)
        say(done=done, started=started, ended=ended, peak=peak(os.getpid()))


def _feed(app: App, numbers: range) -> None:
    workflow = app.context.registry.get("noop")
    accepted = [intake.accept(workflow, {"id": number}) for number in numbers]
    for begin in range(0, len(accepted), AT_ONCE):
        intake.take_in(app.context, workflow, accepted[begin : begin + AT_ONCE], source="benchmark", actor="benchmark")


def _drain(app: App) -> tuple[int, float]:
    """Work until no run is ready; returns the number of runs, and the time of the last one's end."""
    last = now()

    def done() -> None:
        nonlocal last
        last = now()

    with app.dispatcher.alone():
        return app.dispatcher.drain(done=done), last


def _durability(app: App) -> str:
    names = ("journal_mode", "synchronous") if app.context.database.file else ("synchronous_commit",)
    ask = "PRAGMA" if app.context.database.file else "SHOW"
    with app.context.database.read() as session:
        found = {name: session.connection().exec_driver_sql(f"{ask} {name}").scalar() for name in names}
    return ", ".join(f"{name}={value}" for name, value in found.items())


if __name__ == "__main__":
    main()
