"""A database is put back by each tool that the operator may have used, and nothing is delivered twice (F61)."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from bot.app import App
from bot.cli import completion
from tests.integration.bot.cli.backup_tools import Tool, litestream, pg_dump, point_in_time
from tests.integration.bot.commandline import CommandLine, wait_until
from tests.waiting import LONGEST
from workflows.engine.case import intake

pytestmark = pytest.mark.slow

HEADS = "COUNTERSIGN_SEAL_HEADS"
ENDED = {"parcel-1": "delivered", "parcel-2": "doubtful", "parcel-6": "delivered", "parcel-7": "delivered"}
"""The fate of the cases once the database is put back. Only parcel-2 goes to a target that knows no keys."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command waits a moment for a process that may just be ending. Here it is not ending."""
    monkeypatch.setattr(completion, "PATIENCE", 0.05)


@pytest.fixture(params=["litestream", "pg_dump", "point in time"])
def tool(request: pytest.FixtureRequest) -> Iterator[Tool]:
    """Each tool, at work on the database of the command line."""
    # A server is started by another user, who may not enter the folder of the command line.
    folder = request.getfixturevalue("tmp_path_factory").mktemp("servers")
    server = request.getfixturevalue("postgres_server") if request.param == "pg_dump" else ""
    template = request.getfixturevalue("migrated_postgres") if request.param == "pg_dump" else ""
    countersign: CommandLine = request.getfixturevalue("countersign")
    made = {
        "litestream": lambda: litestream(countersign),
        "pg_dump": lambda: pg_dump(countersign, server, template),
        "point in time": lambda: point_in_time(countersign, folder),
    }
    with made[request.param]() as tool:
        yield tool


def states(countersign: CommandLine) -> dict[str, str]:
    return {case["key"]: case["state"] for case in countersign.done("cases", "--json").json()}


@contextmanager
def working(countersign: CommandLine) -> Iterator[App]:
    """Another process works on the database, for the block; here it is a thread, which is started sooner."""
    stop = Event()
    with countersign.opened() as app:

        def work() -> None:
            with app.dispatcher.alone():
                app.dispatcher.run(stop)

        thread = Thread(target=work)
        thread.start()
        try:
            yield app
        finally:
            (countersign.folder / "world" / "hold").unlink(missing_ok=True)
            stop.set()
            thread.join(LONGEST)


def stand(countersign: CommandLine) -> None:
    """Have a case stand at each step: two wait for people, one is delivered, one waits for its target, one is in
    doubt, one failed.
    """
    countersign.submit(1, "unsure")
    countersign.submit(2, "unsure", workflow="letters")
    countersign.submit(3)
    for id, file, workflow in ((4, "busy", "parcels"), (5, "silent", "letters"), (6, "closed", "parcels")):
        shut = countersign.place(file, "closed for today")
        countersign.submit(id, workflow=workflow)
        shut.unlink()


def test_what_was_delivered_since_goes_under_the_same_key_or_is_in_doubt(tool: Tool, countersign: CommandLine) -> None:
    heads = countersign.folder / "heads.jsonl"
    countersign.settings[HEADS] = str(heads)
    stand(countersign)
    hold = countersign.place("hold", str(len(countersign.lines("attempts")) + 1))
    with working(countersign) as app:
        # The command would work on it, too: on PostgreSQL whoever comes first does.
        parcels = app.context.registry.get("parcels")
        accepted = intake.accept(parcels, {"id": 7, "text": "for the door"})
        intake.take_in(app.context, parcels, [accepted], source="test", actor="cli:ana")
        wait_until(lambda: "parcels/parcel-7" in countersign.lines("attempts"))
        countersign.done("seal")
        then = states(countersign)
        assert list(then.values()).count("waiting") == 2
        assert set(then.values()) == {"waiting", "delivered", "holding", "doubtful", "failed", "delivering"}
        tool.save()
        hold.unlink()

    # Everything goes on: decisions, deliveries, a new case. Then that is lost.
    for case in ("1", "2"):
        countersign.done("approve", case)
    countersign.done("rerun", "6")
    countersign.submit(8, workflow="letters")
    countersign.done("seal")
    effects = countersign.effects()
    found = countersign("doctor").out
    assert ("PostgreSQL archives its log, last at " in found) is tool.is_archived
    if tool.is_archived:  # A server of its own, which is not set for speed.
        assert "fsync=off" not in found
        assert "synchronous_commit=off" not in found
    assert {"parcels/parcel-1", "letters/parcel-2", "parcels/parcel-6", "parcels/parcel-7", "letters/parcel-8"} < set(
        effects
    )
    tool.put_back()

    if not tool.is_marked:
        assert states(countersign) == then
        found = countersign("doctor").out
        assert "the database is older than its own audit: seal " in found
        assert ("PostgreSQL could not archive its log at " in found) is tool.is_archived
        for command in (("approve", "1"), ("serve", "--no-slack")):
            assert "nothing is worked on: the database is older" in countersign(*command).error()
        said = countersign.done("restored").out
        assert "what was decided until then is lost here" in said
        assert "; 6 of its cases are not at an end" in said
    before = len(countersign.lines("attempts"))
    with working(countersign):
        for case in ("1", "2"):
            countersign("approve", case)
        countersign("rerun", "6")
        wait_until(lambda: states(countersign).items() >= ENDED.items())
    waits = {"parcels/parcel-4"}  # Its target may be asked again meanwhile.
    assert countersign.effects().keys() - waits == effects.keys(), "each effect is there once, under the key it had"
    again = countersign.lines("attempts")[before:]
    expected = ["parcels/parcel-1", "parcels/parcel-6", "parcels/parcel-7"]
    assert sorted(key for key in again if key not in waits) == expected, "their target knows keys"
    assert "The database was put back from a backup at" in countersign("verify").out
