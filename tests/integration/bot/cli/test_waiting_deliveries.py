"""Decisions wait for a target that is down, through the end of a process, and go out by themselves."""

import getpass
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.app import App, opened
from bot.settings import Settings
from store.cases import runs
from store.schema import Delivery, TargetOutage
from tests.integration.bot.commandline import CommandLine, wait_until
from tests.waiting import LONGEST
from workflows.engine.case.intake import accept, take_in
from workflows.engine.declare.versions import From

pytestmark = pytest.mark.slow

ROLES = ("--no-slack", "--no-schedule")


# The URL stands first: PostgreSQL's server is started by another user, who may not enter the test's folder.
@pytest.fixture
def here(migrated_url: str, countersign: CommandLine) -> CommandLine:
    """The command line on a migrated database."""
    countersign.settings["COUNTERSIGN_DATABASE_URL"] = migrated_url
    countersign.settings["COUNTERSIGN_PROMPTS"] = "files"
    return countersign


@pytest.fixture
def app(here: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The same, looked at from here."""
    with opened(
        Settings(
            database_url=here.settings["COUNTERSIGN_DATABASE_URL"],
            workflows=(here.settings["COUNTERSIGN_WORKFLOWS"],),
            model="local",
            prompts=From.FILES,
        )
    ) as app:
        yield app


def bring(app: App, ids: range) -> None:
    """Have parcels taken in that are resolved alone."""
    workflow = app.context.registry.get("parcels")
    take_in(app.context, workflow, [accept(workflow, {"id": id, "text": "x"}) for id in ids], source="t", actor="t")


def time_passes(app: App) -> None:
    """Make all that is to be tried later due now."""
    with app.context.database.write() as session:
        at = app.context.clock() - timedelta(seconds=1)
        session.execute(update(TargetOutage).values(next_at=at))
        session.execute(update(Delivery).where(Delivery.next_at.is_not(None)).values(next_at=at))


def ended(process: "subprocess.Popen[str]", how: signal.Signals) -> None:
    process.send_signal(how)
    process.communicate(timeout=LONGEST)


def states(app: App) -> dict[str, int]:
    with app.context.database.read() as session:
        return {str(state): number for state, number in runs.counts(session, team=app.context.team).items()}


def test_what_waits_outlives_a_process_and_goes_out_by_itself(here: CommandLine, app: App) -> None:
    """F81: a process is killed while the depot is down, and nobody runs anything again."""
    busy = here.place("busy")
    first = here.started("serve", *ROLES, COUNTERSIGN_THREADS="4")
    try:
        bring(app, range(1, 9))
        wait_until(lambda: states(app) == {"holding": 8})
    finally:
        ended(first, signal.SIGKILL)
    # Three cases show that it is down; what was in flight then came to it as well, and nothing after that.
    asked = here.lines("attempts")
    assert 3 <= len(asked) == len(set(asked)) <= 8

    said = here.done("cases").out
    assert "the target of parcels has been down since" in said
    assert "8 decisions wait, tried again at" in said
    shown = here.done("case", "parcel-1").out
    assert "recorded; the target of parcels has been down since" in shown
    assert "nothing; it is tried again automatically. To try now: countersign rerun 1" in shown
    assert "the target of parcels has been down since" in here("doctor").out

    time_passes(app)
    second = here.started("serve", *ROLES, COUNTERSIGN_THREADS="4")
    try:
        wait_until(lambda: len(here.lines("attempts")) == len(asked) + 1)
        wait_until(lambda: states(app) == {"holding": 8})
        busy.unlink()
        time_passes(app)
        wait_until(lambda: states(app) == {"delivered": 8})
    finally:
        ended(second, signal.SIGTERM)
    assert len(here.effects()) == 8
    assert len(here.lines("attempts")) == len(asked) + 1 + 8
    assert "is down" not in here.done("cases").out


def test_rerun_tries_it_at_once(here: CommandLine, app: App) -> None:
    busy = here.place("busy")
    assert here.submit(1).out.count("recorded; the target of parcels did not take it yet, tried again at") == 1
    busy.unlink()
    assert "delivered" in here.done("rerun", "1").out
    assert here.lines("attempts") == ["parcels/parcel-1"] * 2
    by = [row["actor"] for row in here.case(1)["audit"] if row["action"] == "run.ready"]
    assert f"cli:{getpass.getuser()}" in by


def test_what_nobody_confirmed_is_called_that_wherever_it_is_shown(here: CommandLine, app: App) -> None:
    """F82: neither failed, nor one attempt where there were three."""
    here.place("silent")
    said = here.submit(1)
    assert said.code == 0
    assert "not confirmed; it may be applied; the target of parcels did not take it yet" in said.out
    assert "made again under the same key at" in said.out
    assert "attempts 3)" in said.out
    assert "failed" not in said.out
    assert "holding, not confirmed" in here.done("cases").out
    assert here.case(1)["runs"][-1]["delivery"]["attempts"] == len(here.lines("attempts")) == 3
