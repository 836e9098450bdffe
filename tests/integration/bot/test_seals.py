"""A serving process seals what is written, by itself, whatever else it does."""

from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.app import opened
from bot.serve.server import serve
from bot.settings import Settings
from tests.integration.engine.proof.audits import KEY, fill
from tests.waiting import wait_until
from workflows.engine.context import Context
from workflows.engine.proof.known_heads import heads_in
from workflows.engine.proof.seal_status import seal_status

pytestmark = pytest.mark.slow


def test_serve_seals_and_publishes_by_itself(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serve.loops._SEALS", 0.05)
    heads, key = tmp_path / "heads", tmp_path / "key"
    key.write_text(f"{KEY.raw.hex()}\n")
    settings = Settings(database_url=migrated_sqlite_url, health="off", seal_heads=heads, seal_key_file=key)
    stop = Event()
    with opened(settings) as app:
        serving = Thread(target=serve, args=(app, stop), kwargs={"slack": None, "worker": False})
        serving.start()
        try:
            for first in (1, 101):
                fill(app.context, 100, first=first)
                wait_until(partial(_is_sealed_to, app.context, first + 99))
            wait_until(heads.exists)
        finally:
            stop.set()
            serving.join()
        newest = seal_status(app.context).newest
        assert newest is not None
        assert newest.key_id == KEY.public.id
        assert [one.number for one in heads_in(heads) if one is not None] == [1]


def _is_sealed_to(context: Context, row: int) -> bool:
    newest = seal_status(context).newest
    return newest is not None and newest.last_row == row
