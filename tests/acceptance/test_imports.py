"""Importing Countersign does nothing, and asking it for help loads nothing heavy. Each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import LONGEST

GUARD = """
import os, sys, threading

caught = []
WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
REACHING = ("socket.connect", "socket.bind", "socket.getaddrinfo", "sqlite3.connect", "subprocess.Popen",
            "os.system", "os.fork", "os.posix_spawn", "os.exec", "os.mkdir", "os.remove", "os.rename", "os.symlink")

def watch(event, arguments):
    reached = event in REACHING
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        reached = arguments[0] != os.devnull
    if reached:
        caught.append(f"{event} {arguments!r:.200}")
        raise PermissionError(caught[-1])

class Spy(type(os.environ)):
    def __getitem__(self, name):
        if isinstance(name, str) and name.startswith(OURS):
            caught.append(f"environment {name}")
        return super().__getitem__(name)

def start(*arguments):
    caught.append(f"thread {arguments!r:.200}")
    raise PermissionError(caught[-1])

OURS = ("COUNTERSIGN_", "ANTHROPIC_", "SLACK_")
os.environ.__class__ = Spy
sys.addaudithook(watch)
threading._start_new_thread = start
"""
TELL = """
import json
print(json.dumps({"caught": caught, "threads": threading.active_count(), "modules": sorted(sys.modules)}))
"""
SETTINGS = {
    "COUNTERSIGN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "COUNTERSIGN_WORKFLOWS": "/nowhere/automation.py",
    "COUNTERSIGN_THREADS": "not a number",
    "ANTHROPIC_API_KEY": "sk-ant-planted",
}


def watched(code: str, folder: Path) -> Any:
    """Run code in a process in which reaching for the world fails and is noted; what it tells at its end."""
    ended = subprocess.run(
        # -B: no .pyc is written, which would be Python's own doing.
        [sys.executable, "-B", "-W", "error", "-c", f"{GUARD}\n{code}\n{TELL}"],
        cwd=folder,
        env={**os.environ, **SETTINGS},
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_importing_the_rooms_reaches_for_nothing(tmp_path: Path) -> None:
    """No socket, no file, no database, no thread, none of our settings."""
    told = watched("import bot, handlers, workflows, store, countersign", tmp_path)
    assert told["caught"] == []
    assert told["threads"] == 1
    assert list(tmp_path.iterdir()) == []


EVERY_MODULE = """
import importlib, pkgutil
import bot, handlers, workflows, store, countersign
imported = []
for room in (bot, handlers, workflows, store, countersign):
    for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        # The first is run by alembic; the second brings procrastinate, which reads the environment when it is imported,
        # and is loaded where the database is PostgreSQL; the third brings urllib3, which binds a socket to see whether
        # there is IPv6, and is loaded where spans are sent; the fourth brings Python's wsgiref, which copies the
        # environment, and is loaded where /metrics is answered. The others are run by Python itself.
        left_out = ("store.migrations.env", "bot.worker.postgres", "bot.otel.collector", "handlers.web.exposition")
        if module.name not in left_out and not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
            imported.append(module.name)
assert len(imported) > 70, imported
"""


@pytest.mark.slow
def test_importing_every_module_reaches_for_nothing(tmp_path: Path) -> None:
    told = watched(EVERY_MODULE, tmp_path)
    assert told["caught"] == []
    assert told["threads"] == 1
    assert {"bot.app", "store.db.database", "workflows.model.vendors.anthropic.client"} <= set(told["modules"])
    assert list(tmp_path.iterdir()) == []


def test_an_automation_imports_neither_the_database_nor_a_vendor(tmp_path: Path) -> None:
    modules = watched("import countersign, workflows.library.support_triage.workflow", tmp_path)["modules"]
    assert loaded(modules) == []
    assert not [name for name in modules if name.split(".")[0] in ("bot", "handlers", "store")]


@pytest.mark.parametrize(
    ("act", "what"),
    [
        ("open('x', 'w')", "open"),
        ("import sqlite3; sqlite3.connect('x')", "sqlite3.connect"),
        ("import socket; socket.socket().connect(('127.0.0.1', 1))", "socket.connect"),
        ("import threading; threading.Thread(target=print).start()", "thread"),
        ("os.environ.get('COUNTERSIGN_MODEL')", "environment COUNTERSIGN_MODEL"),
        ("os.getenv('ANTHROPIC_API_KEY')", "environment ANTHROPIC_API_KEY"),
        ("'SLACK_TOKEN' in os.environ", "environment SLACK_TOKEN"),
    ],
    ids=["file", "database", "socket", "thread", "setting", "key", "token"],
)
def test_reaching_for_the_world_would_be_caught(act: str, what: str, tmp_path: Path) -> None:
    """The control: what the tests above look for can be found."""
    told = watched(f"try:\n    {act}\nexcept PermissionError:\n    pass", tmp_path)
    assert [caught.startswith(what) for caught in told["caught"]] == [True]


HEAVY = (
    "sqlalchemy",
    "slack_bolt",
    "slack_sdk",
    "anthropic",
    "sklearn",
    "alembic",
    "numpy",
    "scipy",
    "uvicorn",
    "requests",
)


def loaded(modules: list[str]) -> list[str]:
    return [name for name in modules if name in HEAVY]


HELP = """
from bot.cli import app
from typer.main import get_command
group = get_command(app)
for words in ([], *([name] for name in group.commands)):
    try:
        app([*words, "--help"], prog_name="countersign")
    except SystemExit as end:
        assert end.code == 0, (words, end.code)
    heavy = [name for name in HEAVY if name in sys.modules]
    assert not heavy, f"countersign {' '.join(words)} --help loads {heavy}"
assert len(group.commands) >= 15
"""


def test_help_of_every_command_loads_nothing_heavy_and_reaches_for_nothing(tmp_path: Path) -> None:
    told = watched(f"HEAVY = {HEAVY!r}\n{HELP}", tmp_path)
    assert loaded(told["modules"]) == []
    assert told["caught"] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_serves_is_ready_without_loading_statistics(tmp_path: Path) -> None:
    """They take a second, and are loaded by what asks for them."""
    told = watched("import bot.serve.server", tmp_path)
    assert {"numpy", "scipy", "sklearn"} & set(told["modules"]) == set()
