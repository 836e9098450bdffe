"""A process is really killed while it approves twenty cases together: each is decided once, or open as before."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from subprocess import Popen

import pytest

from bot.sandbox.client import Person, ShownView
from bot.sandbox.http.running_sandbox import Running
from tests.chaos import crates
from tests.chaos.settings import SEED
from tests.integration.bot.commandline import LONGEST, CommandLine, wait_until
from tests.slack.stage import ANA, SUPPORT, words
from tests.slack.test_serving import alone, settings_for

__all__ = ["alone"]

pytestmark = pytest.mark.slow

CRATES = 20


@pytest.fixture
def line(alone: Running, countersign: CommandLine) -> CommandLine:
    """The command line with the crates, and the settings for the sandbox."""
    alone.reset()
    countersign.settings.update(settings_for(alone))
    countersign.settings.update(
        {
            "COUNTERSIGN_WORKFLOWS": str(Path(crates.__file__)),
            "COUNTERSIGN_POST_TO": f"crates={SUPPORT}",
            "COUNTERSIGN_REVIEWERS": f"crates={ANA}",
            "COUNTERSIGN_MODEL": "local",
            crates.FOLDER: str(countersign.folder / "world"),
        }
    )
    return countersign


def asked(line: CommandLine, query: str) -> list[tuple[object, ...]]:
    """Read the database as it lies there."""
    with closing(sqlite3.connect(line.folder / "countersign.sqlite")) as database:
        return database.execute(query).fetchall()


def decided(line: CommandLine) -> list[int]:
    """Return the reviews that somebody decided, one for each decision."""
    return [int(str(review)) for (review,) in asked(line, "SELECT review_id FROM decisions")]


def audited(line: CommandLine) -> list[int]:
    """Return the reviews of which the audit tells that they were approved."""
    told = asked(line, "SELECT subject_id FROM audit WHERE action = 'review.approved'")
    return [int(str(review)) for (review,) in told]


def serving(line: CommandLine, alone: Running) -> "Popen[str]":
    """Start the program once the one before is gone, and wait until it hears."""
    alone.administrator.wait_until(lambda: not alone.administrator.sockets())
    process = line.started("serve", "--no-schedule")
    alone.administrator.wait_until(alone.administrator.sockets)
    return process


def wait_until_decided(line: CommandLine, number: int) -> None:
    wait_until(lambda: len(decided(line)) >= number)


def grid(person: Person) -> ShownView:
    """Choose the crates that are alike in the list of what waits."""
    person.wait_until(lambda: person.command(SUPPORT, "/countersign", "queue").acknowledged)
    person.wait_until(person.views)
    assert person.press_in_view("alike").acknowledged
    return person.wait_until(lambda: view if (view := person.views()[0]).callback_id == "grid" else None)


def main_button(view: ShownView) -> str | None:
    return str(view.submit["text"]) if view.submit is not None else None


def test_a_process_that_is_killed_among_the_rows_of_a_grid_decides_each_once_or_not_at_all(
    line: CommandLine, alone: Running
) -> None:
    """The modal that it left behind says so at the next press, and the rest is approved from a new one."""
    rows = line.folder / "crates.csv"
    rows.write_text("id\n" + "".join(f"{id}\n" for id in range(1, CRATES + 1)))
    line.done("run", rows, "--workflow", "crates")
    person, random, left = alone.person(ANA), Random(SEED), CRATES
    for at_least in (2, 5):
        process = serving(line, alone)
        assert main_button(grid(person)) == f"Approve {left} together"
        before = len(decided(line))
        assert person.submit({}).outcome == "updated"
        wait_until_decided(line, before + at_least + random.randrange(3))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        done = decided(line)
        assert before < len(done) < CRATES, "it was not killed among them"
        assert sorted(set(done)) == sorted(done) == sorted(audited(line))
        process = serving(line, alone)
        assert main_button(person.views()[0]) == "How it stands"
        assert person.wait_until(lambda: person.submit({}).outcome == "updated")
        said = words(person.views()[0].blocks)
        assert said.count(": approved") == len(done) - before
        assert said.count(": not decided yet") == CRATES - len(done)
        person.close(all=True)
        process.kill()
        process.communicate()
        left = CRATES - len(done)
    process = serving(line, alone)
    assert main_button(grid(person)) == f"Approve {left} together"
    assert person.submit({}).outcome == "updated"
    wait_until(lambda: asked(line, "SELECT count(*) FROM runs WHERE state = 'delivered'") == [(CRATES,)])
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, log
    assert sorted(decided(line)) == sorted(audited(line)) == list(range(1, CRATES + 1))
    effects = sorted(path.name for path in (line.folder / "world").glob("*.effect"))
    assert effects == sorted(f"crates%2Fcrate-{id}.effect" for id in range(1, CRATES + 1))
    assert asked(line, "SELECT count(*) FROM deliveries WHERE state = 'applied'") == [(CRATES,)]
