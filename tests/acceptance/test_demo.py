"""The demo ends with its digests, and another terminal can look at them while it runs."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest

from bot.demo.places import PLACES
from bot.demo.play import play, watch
from tests.integration.bot.commandline import COUNTERSIGN, LONGEST
from workflows.engine.digests.jobs import JOBS
from workflows.engine.digests.periods import Every
from workflows.library.invoice_intake import ledger
from workflows.library.support_triage import desk

pytestmark = pytest.mark.slow

LABEL = "these cases are made up, for the demo."


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (desk.URL, ledger.URL):
        monkeypatch.setenv(name, "")  # the demo sets them for this process


@pytest.fixture
def command() -> Iterator[str]:
    """The command that a running demo names for another terminal."""
    stop, said = Event(), Queue[str]()
    thread = Thread(target=lambda: watch(stop, port=0, say=said.put))
    thread.start()
    try:
        while "In another terminal: " not in (line := said.get(timeout=LONGEST)):
            pass
        yield line.partition("In another terminal: ")[2]
    finally:
        stop.set()
        thread.join()


def test_played_alone_it_ends_with_its_digests_in_leads() -> None:
    said: list[str] = []
    assert play(Event(), say=said.append)
    posted = [line for line in said if line.endswith("messages for leads are posted into #leads")]
    assert len(posted) == 1
    number = int(posted[0].split()[0])
    assert posted[0].startswith(f"{number} of {number} ")
    # A digest of a month may have nothing to tell of yet; leads are asked about each workflow.
    assert len(PLACES) < number <= len(JOBS) + len(PLACES)
    assert sum(line.endswith(LABEL) for line in said) == number
    assert any(line.split() == ["cases", "61"] for line in said), "the past is in none of the demo's own figures"


def test_another_terminal_previews_each_digest_while_it_runs(command: str, tmp_path: Path) -> None:
    variable, program, *arguments, _ = shlex.split(command)
    assert program == "countersign"
    name, _, url = variable.partition("=")
    for job in JOBS:
        previewed = subprocess.run(
            [str(COUNTERSIGN), *arguments, job],
            env={**os.environ, name: url},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        assert previewed.returncode == 0, previewed.stderr
        # A digest of a month tells of one that may be over before the past begins.
        assert LABEL in previewed.stdout or JOBS[job].every is Every.MONTH
        assert "Traceback" not in previewed.stderr
