"""`serve` makes what follows a delivered case by itself, and is not ready while it cannot."""

from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.app import opened
from bot.serve.server import serve
from bot.settings import Settings
from store.cases import runs
from store.states import RunState
from tests.integration.bot import following
from tests.integration.bot.test_api_server import asked
from tests.ports import free_port
from tests.waiting import LONGEST, wait_until
from workflows.engine.case.intake import accept, take_in
from workflows.engine.context import Context

pytestmark = pytest.mark.slow


def test_serve_makes_what_follows_and_says_when_it_cannot(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(following.FOLDER, str(tmp_path))
    monkeypatch.setattr("bot.serve.loops._FOLLOW_UPS_SILENT", 1.5)
    hang, health, stop, done = tmp_path / "hang", free_port(), Event(), list[bool]()
    settings = Settings(
        database_url=migrated_sqlite_url, workflows=(following.__file__,), model="local", health=f"127.0.0.1:{health}"
    )
    with opened(settings) as app:
        serving = Thread(target=lambda: done.append(serve(app, stop, slack=None)))
        serving.start()
        try:
            wait_until(partial(_is, health, makes=True))
            _bring(app.context, 1)
            wait_until(lambda: _delivered(app.context) == 2)
            hang.touch()
            _bring(app.context, 2)
            wait_until(partial(_is, health, makes=False))
            hang.unlink()
            wait_until(partial(_is, health, makes=True))
            wait_until(lambda: _delivered(app.context) == 4)
        finally:
            hang.unlink(missing_ok=True)
            stop.set()
            serving.join(LONGEST)
    assert done == [True]


def _is(port: int, *, makes: bool) -> bool:
    """Tell whether a process that runs says that it can make follow-ups, or that it cannot and is not ready."""
    try:
        status, told = asked(port, "GET", "/readyz")
    except ConnectionError:
        return False
    is_ready = status == 200
    return told.get("started") is True and (told["follow-ups"], is_ready) == (makes, makes)


def _bring(context: Context, id: int) -> None:
    workflow = context.registry.get("first")
    take_in(context, workflow, [accept(workflow, {"id": id})], source="test", actor="tester")


def _delivered(context: Context) -> int:
    with context.database.read() as session:
        return runs.counts(session, team=context.team, states=[RunState.DELIVERED]).get(RunState.DELIVERED, 0)
