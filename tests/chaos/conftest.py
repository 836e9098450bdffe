"""A sandbox with one socket for all of it, and stories that are told on databases of their own."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import default_workspace
from handlers.slack.manifest import manifest_file
from tests.chaos.faults import Fault
from tests.chaos.settings import LONG
from tests.chaos.story import Story
from tests.slack.conftest import countersign, ears, empty, slack_time, unhurried
from tests.slack.stage import Ears, SlackTime
from workflows.engine.review.form import second_look

__all__ = ["countersign", "ears", "empty", "slack_time", "unhurried"]

MakeStory = Callable[..., Story]


@pytest.fixture(scope="session")
def running(slack_time: SlackTime) -> Iterator[Running]:
    """Yield the sandbox. A click without an acknowledgement is given up soon."""
    # A process loads it before it listens; else the first edit here would come too late, and be made again.
    second_look.prepare()
    workspace = default_workspace(manifest_file())
    with serving(Sandbox(workspace, rate_limited=False, clock=slack_time, ack_seconds=1.0)) as running:
        yield running


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder in memory, where there is one: only a process ends here, not the machine."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def sqlite_url(quick: Path) -> str:
    """Return the URL of a new SQLite file."""
    return f"sqlite:///{quick / 'test.sqlite'}"


@pytest.fixture
def make_story(running: Running, ears: Ears, migrated_sqlite: Path, quick: Path) -> MakeStory:
    """Return a function that makes stories, each in a workspace as it was at first."""
    numbers = count(1)

    def make(*faults: Fault, brief: bool = not LONG) -> Story:
        running.reset()
        file = quick / f"story-{next(numbers)}.sqlite"
        shutil.copy(migrated_sqlite, file)
        story = Story(file=file, running=running, ears=ears, brief=brief)
        story.watching.faults += faults
        return story

    return make
