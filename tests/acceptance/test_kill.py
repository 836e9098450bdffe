"""Killed in the middle and started again, `countersign run` finishes what was taken in and repeats nothing finished.

The process is real and is ended by SIGKILL, so that nothing of it can tidy up. What it did to the world is a line for
each call, written by the automation itself.
"""

import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.bot.commandline import LONGEST, CommandLine, wait_until

pytestmark = pytest.mark.slow

ROWS = 120
FEWER = 80
"""Rows where not the number is the point."""
THREADS = 4


def file_of(countersign: CommandLine, rows: int) -> Path:
    """A file of parcels, every fifth of which needs a person."""
    countersign.settings.update(COUNTERSIGN_THREADS=str(THREADS), COUNTERSIGN_MODEL="anthropic")
    file = countersign.folder / "rows.csv"
    lines = (f"{number},{'unsure' if number % 5 == 0 else 'for the door'}" for number in range(1, rows + 1))
    file.write_text("\n".join(["id,text", *lines, ""]))
    return file


def kill_when(countersign: CommandLine, file: Path, done: int) -> None:
    """Start the run, and kill it when so many steps were called and one of them is kept: the others get stuck there."""
    stuck = countersign.place("stuck-after", str(done))
    process = countersign.started("run", file, "--workflow", "parcels")
    wait_until(lambda: len(countersign.lines("steps")) >= done or process.poll() is not None)
    wait_until(lambda: finished(countersign) != set() or process.poll() is not None)
    process.kill()
    process.communicate()
    stuck.unlink()
    assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"


def finished(countersign: CommandLine) -> set[str]:
    """The parcels whose step stands finished in the journal, read from the file as it lies there."""
    query = (
        "SELECT cases.key FROM steps JOIN runs ON runs.id = steps.run_id JOIN cases ON cases.id = runs.case_id "
        "WHERE steps.name = 'look_up' AND steps.state = 'finished'"
    )
    with closing(sqlite3.connect(countersign.folder / "countersign.sqlite")) as database:
        return {key.removeprefix("parcel-") for (key,) in database.execute(query)}


def repeated(countersign: CommandLine, before: set[str]) -> set[str]:
    """The parcels whose step was finished before, and was called more than once in all."""
    calls = Counter(countersign.lines("steps"))
    return {parcel for parcel in before if calls[parcel] > 1}


def states(countersign: CommandLine) -> Counter[str]:
    listed = countersign.done("cases", "--limit", "10000", "--json").json()
    return Counter(case["state"] for case in listed)


@pytest.mark.parametrize("done", [3, 60, 108], ids=["at the beginning", "in the middle", "near the end"])
def test_a_killed_run_that_is_started_again_finishes_all_and_repeats_no_finished_step(
    countersign: CommandLine, done: int
) -> None:
    file = file_of(countersign, ROWS)
    kill_when(countersign, file, done)
    before = finished(countersign)
    calls_before = len(countersign.lines("steps"))
    assert 0 < len(before) <= calls_before
    assert calls_before < ROWS

    process = countersign.started("run", file, "--workflow", "parcels", "--json")
    out, err = process.communicate(timeout=LONGEST)

    assert process.returncode == 0, (out, err)
    assert states(countersign) == {"delivered": ROWS * 4 // 5, "waiting": ROWS // 5}
    assert repeated(countersign, before) == set()
    assert set(countersign.lines("steps")) == {str(number) for number in range(1, ROWS + 1)}
    assert len(countersign.lines("steps")) <= ROWS + THREADS
    assert set(countersign.effects()) == {f"parcels/parcel-{number}" for number in range(1, ROWS + 1) if number % 5}
    assert len(countersign.lines("attempts")) <= ROWS * 4 // 5 + THREADS
    assert states(countersign)["waiting"] == len(countersign.done("queue", "--limit", "1000", "--json").json())


def test_a_naive_program_that_starts_anew_repeats_finished_steps(countersign: CommandLine) -> None:
    """The control: without what was kept, the same check fails."""
    file = file_of(countersign, FEWER)
    kill_when(countersign, file, 20)
    before = finished(countersign)
    for kept in countersign.folder.glob("countersign.sqlite*"):
        kept.unlink()
    kill_when(countersign, file, 60)
    assert repeated(countersign, before)


def test_a_target_without_keys_is_never_asked_twice_and_a_person_is_told_of_what_is_in_doubt(
    countersign: CommandLine,
) -> None:
    """Killed with an attempt under way in every thread."""
    file = file_of(countersign, FEWER)
    hold = countersign.place("hold")
    killed = countersign.started("run", file, "--workflow", "letters")
    wait_until(lambda: len(countersign.lines("attempts")) == THREADS or killed.poll() is not None)
    killed.kill()
    killed.communicate()
    hold.unlink()
    process = countersign.started("run", file, "--workflow", "letters", "--json")
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 1, (out, err)
    to_deliver = FEWER * 4 // 5
    assert states(countersign) == {"delivered": to_deliver - THREADS, "waiting": FEWER // 5, "doubtful": THREADS}
    attempts = Counter(countersign.lines("attempts"))
    assert set(attempts.values()) == {1}
    assert len(attempts) == to_deliver


def test_an_interrupted_run_says_that_what_was_taken_in_is_kept_and_the_next_goes_on(
    countersign: CommandLine,
) -> None:
    """Ctrl-C: what is under way ends, what is not begun is left, and the exit code is 130."""
    file = file_of(countersign, FEWER)
    hold = countersign.place("hold")
    process = countersign.started("run", file, "--workflow", "parcels")
    wait_until(lambda: len(countersign.lines("attempts")) == THREADS)
    process.send_signal(signal.SIGINT)
    hold.unlink()
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "stopped; cases taken in are kept, and the same command continues with them"
    assert "Traceback" not in err
    before = finished(countersign)
    assert len(before) < FEWER
    countersign.done("run", file, "--workflow", "parcels")
    assert states(countersign) == {"delivered": FEWER * 4 // 5, "waiting": FEWER // 5}
    assert repeated(countersign, before) == set()
    assert len(countersign.lines("attempts")) == FEWER * 4 // 5
