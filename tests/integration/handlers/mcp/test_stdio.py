"""`countersign mcp` as a program of its own, started by the official client."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil  # type: ignore[import-untyped]  # ships no types
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.integration.bot.commandline import COUNTERSIGN, CommandLine
from tests.integration.handlers.mcp.office import CALL, Handle, Polls, Started, of_task, value
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow
T = TypeVar("T")


def started(made: Started, folder: Path, ask: Callable[[Client], Awaitable[T]], **client: Any) -> T:
    """Start the program as a client does, and have an agent ask."""
    program = StdioServerParameters(command=str(COUNTERSIGN), args=["mcp"], env=made.settings(), cwd=folder)

    async def run() -> T:
        with (folder / "log").open("a") as log:
            async with Client(stdio_client(program, errlog=log), read_timeout_seconds=LONGEST, **client) as connected:
                return await ask(connected)

    return asyncio.run(run())


def test_a_program_that_is_killed_between_call_and_decision_loses_nothing(made: Started, tmp_path: Path) -> None:
    """The next one answers for the same task, and the same request is the same case."""
    handles: list[Handle] = []

    async def ask(client: Client) -> None:
        result = await client.session.call_tool("ask_approval", CALL, allow_claimed=True)
        assert isinstance(result, Handle)
        handles.append(result)
        for process in psutil.Process().children(recursive=True):
            if "mcp" in process.cmdline():
                process.kill()

    with suppress(ExceptionGroup):
        started(made, tmp_path, ask, extensions=[Polls(lambda _: None)])
    [handle] = handles
    made.office.approve()

    async def look(client: Client) -> list[Any]:
        told = await of_task(client, "tasks/get", handle.task_id)
        return [told.status, await value(client.call_tool("ask_approval", CALL))]

    status, case = started(made, tmp_path, look, extensions=[Polls(lambda _: None)])
    assert (status, case["state"]) == ("completed", "delivered")
    assert made.office.keys["helper"] not in (tmp_path / "log").read_text()


def test_standard_output_holds_the_protocol_alone_whatever_comes_in(made: Started, tmp_path: Path) -> None:
    """Garbage is answered or passed over, and the program goes on until its input ends."""
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    lines = [
        b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": ' + json.dumps(hello).encode() + b"}",
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        b"not json",
        b"[" * 100_000,
        b'{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "ask_approval", "arguments": '
        b'{"tool": "\\ud800", "arguments": {"x": 1e999}, "why": "\\u0000"}}}',
        b"\xff\xfe",
        b'{"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "case_status", "arguments": '
        b'{"case": 123456789012345678901234567890}}}',
        b'{"jsonrpc": "2.0", "id": 4, "method": "tools/list"}',
    ]
    program = subprocess.Popen(
        [COUNTERSIGN, "mcp"],
        cwd=tmp_path,
        env=made.settings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(b"\n".join(lines) + b"\n")
    program.stdin.flush()
    said: list[dict[str, Any]] = []
    while not any(one.get("id") == 4 for one in said):
        said.append(json.loads(program.stdout.readline()))
    rest, logged = program.communicate(timeout=LONGEST)
    said += [json.loads(line) for line in rest.splitlines()]
    assert all(one["jsonrpc"] == "2.0" for one in said)
    assert program.returncode == 0
    assert made.office.keys["helper"].encode() not in logged


@pytest.mark.parametrize(
    ("key", "said"),
    [("", "COUNTERSIGN_API_KEY is not set"), ("csk_" + "x" * 43, "this key is not accepted")],
)
def test_without_a_key_that_is_accepted_nothing_is_served(made: Started, tmp_path: Path, key: str, said: str) -> None:
    """The reason is on standard error, in one line."""
    done = CommandLine(folder=tmp_path, settings=made.settings(key))("mcp")
    assert done.out == ""
    assert done.error().startswith(said)


def test_without_the_extra_one_is_told_which_to_install(made: Started, tmp_path: Path) -> None:
    """All other commands are there all the same."""
    without = (
        "import sys; sys.modules['mcp'] = None; sys.argv = ['countersign', 'mcp']; from bot.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", without],
        cwd=tmp_path,
        env=os.environ | made.settings(),
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: agents are served with the extra mcp, which is not installed: pip install ")
