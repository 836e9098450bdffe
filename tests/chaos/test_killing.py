"""Real processes, really ended: by SIGKILL at moments that chance picks, stopped and continued, and told to end."""

import signal
import subprocess
import time
from random import Random

import pytest

from tests.chaos.outside import WORKER, Outside, outside
from tests.chaos.settings import LONG, SEED, long_only
from tests.chaos.tally import hold
from tests.integration.bot.commandline import LONGEST, CommandLine, wait_until

pytestmark = pytest.mark.slow

THREADS = {"COUNTERSIGN_THREADS": "4"}


@pytest.fixture
def shared(migrated_postgres_url: str, countersign: CommandLine) -> CommandLine:
    """The command line on a migrated PostgreSQL database."""
    countersign.settings["COUNTERSIGN_DATABASE_URL"] = migrated_postgres_url
    countersign.settings["COUNTERSIGN_PROMPTS"] = "files"
    return countersign


def brought(around: Outside, first: int, number: int) -> None:
    """Bring parcels and letters, some of which need a person."""
    ids = range(first, first + number)
    around.bring("parcels", ids)
    around.bring("letters", range(first + 10_000, first + 10_000 + number))
    around.bring("parcels", range(first + 20_000, first + 20_000 + number // 4 + 1), "unsure")


def busy(around: Outside, steps: int) -> None:
    """Wait until so many more steps were made."""
    before = len(around.steps())
    wait_until(lambda: len(around.steps()) >= before + steps)


def resumed(around: Outside, killed_at: float, held: set[int], dead: int) -> float:
    """Seconds from a kill to the first step that another process makes for a case that the killed one held.

    Where none of its cases had a step left to make, until the first step of any.
    """
    later = [(when, parcel) for when, process, parcel in around.steps() if process != dead and when > killed_at]
    return min([when for when, parcel in later if parcel in held] or [when for when, _ in later]) - killed_at


def test_one_process_on_sqlite_that_is_killed_again_and_again(countersign: CommandLine) -> None:
    """SQLite: nobody else works; the next start goes on with what was held."""
    random = Random(SEED)
    rounds, number = (12, 16) if LONG else (1, 6)
    with outside(countersign) as around:
        for round in range(rounds):
            process = countersign.started(*WORKER, **THREADS)
            brought(around, 1 + 100 * round, number)
            busy(around, 3)
            time.sleep(random.uniform(0.0, 0.3))
            around.decide()
            process.kill()
            process.communicate()
            assert process.returncode == -signal.SIGKILL
        last = countersign.started(*WORKER, **THREADS)
        around.finish()
        stopped(last)
        hold("F1-F11", f"SIGKILL at random, one process on SQLite, {rounds} times", around.counts())
        repeated = len(around.steps()) - len({parcel for _, _, parcel in around.steps()})
        assert repeated <= 4 * rounds, "more than the steps in flight were made again"


@long_only
def test_one_of_two_processes_on_postgresql_is_killed_again_and_again(shared: CommandLine) -> None:
    """The other one takes over what it held."""
    random = Random(SEED)
    rounds, number = 6, 40
    slow = {**THREADS, "DEPOT_SECONDS": "0.15"}
    took: list[float] = []
    with outside(shared) as around:
        living = [shared.started(*WORKER, **slow) for _ in range(2)]
        for round in range(rounds):
            brought(around, 1 + 100 * round, number)
            wait_until(lambda: {process for _, process, _ in around.steps()} >= {one.pid for one in living})
            time.sleep(random.uniform(0.0, 0.3))
            around.decide()
            victim = living.pop(random.randrange(2))
            victim.kill()
            killed_at = time.time()
            victim.communicate()
            held = {
                parcel for when, process, parcel in around.steps() if process == victim.pid and when > killed_at - 0.2
            }
            living.append(shared.started(*WORKER, **slow))
            around.finish()
            took.append(resumed(around, killed_at, held, victim.pid))
        for process in living:
            stopped(process)
        most = f"{max(took):.1f}"
        hold("F1-F11", f"SIGKILL of one of two processes on PostgreSQL, {rounds} times", around.counts(), resumed=most)


@long_only
def test_a_process_that_was_paused_for_longer_than_its_lease_changes_nothing_when_it_comes_back(
    shared: CommandLine,
) -> None:
    """F53: stopped and continued, in the midst of steps and deliveries."""
    slow = {**THREADS, "DEPOT_SECONDS": "0.5"}
    with outside(shared) as around:
        first = shared.started(*WORKER, **slow)
        around.bring("parcels", range(1, 9))
        around.bring("letters", range(1_001, 1_009))
        busy(around, 2)
        first.send_signal(signal.SIGSTOP)
        second = shared.started(*WORKER, **slow)
        around.finish()
        first.send_signal(signal.SIGCONT)
        time.sleep(1.0)
        stopped(first)
        stopped(second)
        hold("F53", "a process stands still for longer than its lease, and comes back", around.counts())


def test_a_process_that_is_told_to_end_finishes_what_it_began_or_hands_it_over(countersign: CommandLine) -> None:
    """F12: fifty cases are in flight."""
    with outside(countersign) as around:
        process = countersign.started(*WORKER, COUNTERSIGN_THREADS="50", DEPOT_SECONDS="0.6")
        around.bring("letters", range(1, 81))
        busy(around, 50)
        stopped(process)
        in_midst = [run.state for run in around.unfinished() if run.state == "delivering"]
        assert in_midst == [], "a delivery was cut off"
        last = countersign.started(*WORKER, **THREADS, DEPOT_SECONDS="0")
        around.finish()
        stopped(last)
        hold("F12", "SIGTERM with fifty cases in flight", around.counts())
        assert len(around.steps()) == 80, "a step that was begun was not finished"


def stopped(process: "subprocess.Popen[str]") -> None:
    """Tell a process to end, and wait for it."""
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, err
