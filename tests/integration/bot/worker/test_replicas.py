"""Several processes on one PostgreSQL database share the work, and take over from one that died."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.app import opened
from bot.settings import Settings
from store.cases import queue, runs
from store.db.database import Database
from tests.integration.bot.commandline import LONGEST, CommandLine, wait_until
from workflows.engine.case.intake import accept, take_in
from workflows.engine.declare.versions import From

pytestmark = pytest.mark.slow

ROLES = ("--no-slack", "--no-schedule")


# `migrated_postgres_url` stands first: its server is started by another user, who may not enter the test's folder.
@pytest.fixture
def shared(migrated_postgres_url: str, countersign: CommandLine) -> CommandLine:
    """The command line on a migrated PostgreSQL database."""
    countersign.settings["COUNTERSIGN_DATABASE_URL"] = migrated_postgres_url
    countersign.settings["COUNTERSIGN_PROMPTS"] = "files"
    return countersign


@contextmanager
def workers(shared: CommandLine, number: int) -> "Iterator[list[subprocess.Popen[str]]]":
    """Processes that work on cases and do nothing else, until the block ends."""
    processes = [shared.started("serve", *ROLES, COUNTERSIGN_THREADS="4") for _ in range(number)]
    try:
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.communicate(timeout=LONGEST)


def settings_of(shared: CommandLine) -> Settings:
    """The settings that its processes have."""
    return Settings(
        database_url=shared.settings["COUNTERSIGN_DATABASE_URL"],
        workflows=(shared.settings["COUNTERSIGN_WORKFLOWS"],),
        model="local",
        prompts=From.FILES,
    )


def submit(shared: CommandLine, name: str, ids: range) -> None:
    """Have parcels taken in, for others to work on."""
    with opened(settings_of(shared)) as app:
        workflow = app.context.registry.get(name)
        take_in(app.context, workflow, [accept(workflow, {"id": id, "text": "x"}) for id in ids], source="t", actor="t")


def states(shared: CommandLine) -> dict[str, int]:
    """Return the number of cases in each state."""
    found: dict[str, int] = {}
    for case in shared.done("cases", "--limit", "1000", "--json").json():
        found[case["state"]] = found.get(case["state"], 0) + 1
    return found


def test_two_processes_share_the_work_and_do_nothing_twice(shared: CommandLine) -> None:
    submit(shared, "parcels", range(1, 61))
    with workers(shared, 2):
        wait_until(lambda: states(shared) == {"delivered": 60})
    assert len(shared.effects()) == 60
    assert len(shared.lines("attempts")) == 60
    assert sorted(map(int, shared.lines("steps"))) == list(range(1, 61))


def test_what_a_killed_process_held_is_taken_over_and_no_finished_step_is_repeated(shared: CommandLine) -> None:
    """F8, F53: the delivery in flight is made again under its key; a target without keys is asked of a person."""
    shared.place("hold")
    with workers(shared, 1) as (first,):
        submit(shared, "parcels", range(1, 4))
        submit(shared, "letters", range(11, 12))
        wait_until(lambda: len(shared.lines("attempts")) == 4)
        first.kill()
        first.wait()
        (shared.folder / "world" / "hold").unlink()
        with workers(shared, 1):
            wait_until(lambda: states(shared) == {"delivered": 3, "doubtful": 1})
    assert sorted(map(int, shared.lines("steps"))) == [1, 2, 3, 11]
    attempts = shared.lines("attempts")
    assert sorted(attempts) == sorted([f"parcels/parcel-{id}" for id in (1, 2, 3)] * 2 + ["letters/parcel-11"])


def test_a_run_that_was_forgotten_by_the_queue_is_found_at_the_start(shared: CommandLine) -> None:
    """As after an upgrade from a version without the queue."""
    submit(shared, "parcels", range(1, 4))
    with opened(settings_of(shared)) as app, app.context.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM procrastinate_jobs")
    with workers(shared, 1):
        wait_until(lambda: states(shared) == {"delivered": 3})


def test_once_a_pause_is_said_no_process_proposes_or_delivers_any_more(shared: CommandLine) -> None:
    """It is no matter of a second: each case looks in the transaction in which it goes on."""
    with workers(shared, 2):
        submit(shared, "parcels", range(1, 21))
        wait_until(lambda: states(shared) == {"delivered": 20})
        shared.done("pause", "parcels", "the depot moves")
        submit(shared, "parcels", range(101, 131))
        wait_until(lambda: states(shared) == {"delivered": 20, "waiting": 30})
        assert len(shared.lines("steps")) == len(shared.lines("attempts")) == 20
        shared.done("resume", "parcels")
        submit(shared, "parcels", range(201, 211))
        wait_until(lambda: states(shared) == {"delivered": 30, "waiting": 30})


def test_a_run_and_its_job_are_committed_together_or_not_at_all(shared: CommandLine) -> None:
    def jobs() -> int:
        with opened(settings_of(shared)) as app, app.context.database.read() as session:
            found = session.connection().exec_driver_sql("SELECT count(*) FROM procrastinate_jobs").scalar()
            return int(found or 0)

    submit(shared, "parcels", range(1, 2))
    assert jobs() == 1
    with opened(settings_of(shared)) as app, pytest.raises(ZeroDivisionError):
        enqueue_and_fail(app.context.database)
    assert jobs() == 1


def enqueue_and_fail(database: Database) -> None:
    with database.write() as session:
        run = runs.newest(session, 1, team=1)
        assert run is not None
        queue.enqueue(session, team=run.team_id, run=run.id, case=1)
        raise ZeroDivisionError
