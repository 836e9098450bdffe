"""The processes that serve agents over HTTP: `countersign mcp --http`, and `serve` beside its API."""

import json
import subprocess
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

import pytest

from bot.app import opened
from bot.serve.api import api_of
from bot.settings import Settings
from tests.integration.bot.commandline import CommandLine
from tests.integration.handlers.mcp.office import Started
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow


def _tools(port: int, key: str) -> list[str]:
    """Return the names of the tools that are listed at a port."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Authorization": f"Bearer {key}",
    }
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    connection.request("POST", "/mcp", json.dumps(asked), headers)
    said = connection.getresponse().read().decode()
    connection.close()
    data = next(line.removeprefix("data: ") for line in said.splitlines() if line.startswith("data: "))
    return [tool["name"] for tool in json.loads(data)["result"]["tools"]]


def test_serve_answers_agents_beside_its_api(made: Started) -> None:
    """The same address and the same keys."""
    with opened(Settings(database_url=made.url, api="127.0.0.1:0")) as app:
        api = api_of(app)
        assert api is not None
        with api.answering(Event()):
            assert len(_tools(api.port, made.office.keys["helper"])) == 6
        api.close()


def test_the_command_serves_agents_alone_until_it_is_stopped(made: Started, tmp_path: Path) -> None:
    """It says where; nothing is printed on standard output."""
    command = CommandLine(folder=tmp_path, settings=made.settings(""))
    program = command.started("mcp", "--http", "127.0.0.1:0")
    assert program.stderr is not None
    said = program.stderr.readline()
    assert said.startswith("Agents are served at http://127.0.0.1:")
    port = int(said.split(":")[2].partition("/")[0])
    assert "ask_approval" in _tools(port, made.office.keys["helper"])
    program.terminate()
    try:
        out, _ = program.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        program.kill()
        raise
    assert (program.returncode, out) == (0, "")
    assert command("mcp", "--http", "nowhere").code == 2
