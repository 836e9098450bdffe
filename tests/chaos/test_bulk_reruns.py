"""Many failed cases are run again at one press, by a process that is killed in the middle."""

import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from threading import Thread

import pytest

from bot.app import opened
from bot.settings import Settings
from store import schema
from store.db.database import Database
from store.states import RunState
from tests.chaos.outside import WORKER
from tests.chaos.settings import LONG
from tests.integration.bot.commandline import PARCELS, CommandLine, wait_until
from workflows.engine.case.intake import accept, take_in
from workflows.engine.declare.versions import From
from workflows.engine.read.causes import cause_named
from workflows.engine.review.rerun.bulk_reruns import begin

pytestmark = pytest.mark.slow

NUMBERS = {"sqlite": 1_000, "postgresql": 300} if LONG else {"sqlite": 180, "postgresql": 120}
"""Failed cases, by the kind of the database. At a third of them the trial is over, and waves have begun."""
THREADS = 4
ENGINEER = "U0MARIA"


@pytest.fixture(params=["sqlite", "postgresql"])
def line(request: pytest.FixtureRequest, countersign: CommandLine) -> CommandLine:
    """The command line on a database of each kind."""
    if request.param == "postgresql":
        countersign.settings["COUNTERSIGN_DATABASE_URL"] = request.getfixturevalue("migrated_postgres_url")
        countersign.settings["COUNTERSIGN_PROMPTS"] = "files"
    countersign.settings["COUNTERSIGN_THREADS"] = str(THREADS)
    return countersign


def number_in(database: Database, *states: RunState, in_bulk: bool = False) -> int:
    """Count the runs in these states. `in_bulk`: only those that a bulk rerun began."""
    with database.read() as session:
        query = session.query(schema.Run).where(schema.Run.state.in_(states))
        return query.where(schema.Run.bulk_id.is_not(None)).count() if in_bulk else query.count()


def come_to(number: int, count: Callable[[], int]) -> None:
    """Wait until a count has come to a number, for as long as it goes on."""
    while (now := count()) < number:
        wait_until(lambda now=now: count() != now)  # type: ignore[misc]  # bound to this look


def working(line: CommandLine) -> "subprocess.Popen[str]":
    """A process that works on cases. What it says is read, so that it never waits for a reader."""
    process = line.started(*WORKER)
    Thread(target=process.communicate, daemon=True).start()
    return process


def bulk_state(database: Database) -> str:
    """The state of the only bulk rerun."""
    with database.read() as session:
        return session.query(schema.BulkRerun).one().state


def test_killed_in_the_middle_it_goes_on_and_each_is_delivered_once(line: CommandLine) -> None:
    url = line.settings.get("COUNTERSIGN_DATABASE_URL", f"sqlite:///{line.folder / 'countersign.sqlite'}")
    number = NUMBERS[url.partition(":")[0]]
    closed = line.place("closed", "the depot is closed")
    with opened(Settings(database_url=url, workflows=(str(PARCELS),), model="local", prompts=From.FILES)) as app:
        context, database = app.context, app.context.database
        workflow = context.registry.get("parcels")
        accepted = [accept(workflow, {"id": one, "text": "for the door"}) for one in range(1, number + 1)]
        take_in(context, workflow, accepted, source="test", actor="source")
        process = working(line)
        come_to(number, lambda: number_in(database, RunState.FAILED))
        (listed,) = line.done("causes", "--json").json()
        assert listed["count"] == number, "one cause"
        closed.unlink()
        before = len(line.lines("attempts"))
        hold = line.place("hold", str(before + number // 3))
        # As a press in Slack does; the command would work on them, too, and is not what is killed.
        assert begin(context, cause_named(context, listed["name"]), by=ENGINEER).total == number
        come_to(before + number // 3, lambda: len(line.lines("attempts")))
        process.kill()
        process.wait()
        assert process.returncode == -signal.SIGKILL
        assert bulk_state(database) == "waves"
        assert 0 < number_in(database, RunState.FAILED) < number, "it was in the middle"
        hold.unlink()
        process = working(line)
        come_to(number, lambda: number_in(database, RunState.DELIVERED))
        wait_until(lambda: bulk_state(database) == "done")
        process.terminate()
        process.wait()
        assert number_in(database, RunState.DELIVERED) == number_in(database, *RunState, in_bulk=True) == number
    attempts = Counter(line.lines("attempts")[before:])
    assert len(line.effects()) == len(attempts) == number
    assert sum(attempts.values()) <= number + THREADS, "but what was under way when it was killed, under the same key"
    (listed,) = line.done("causes", "--json").json()
    assert (listed["state"], listed["changed_by"]) == ("resolved", "countersign")
