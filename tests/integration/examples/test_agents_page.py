"""The page for agents keeps its word: what it has one type or copy runs."""

import ast
import json
import re
import shlex
import subprocess
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from examples import approvals, langgraph_approval, pydantic_ai_approval
from handlers.mcp.asking import APPROVAL, QUESTION
from tests.acceptance.reading import ROOT, python_blocks, shell_lines
from tests.integration.bot.commandline import CommandLine
from tests.integration.handlers.mcp.served import Served
from tests.waiting import LONGEST, wait_until

PAGE = (ROOT / "docs" / "agents.md").read_text()
HAND_IN = (ROOT / "docs" / "hand-in.md").read_text()
_FENCED = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.slow
def test_the_call_and_the_wait_run_with_curl_and_with_python(served: Served, tmp_path: Path) -> None:
    """Each line is typed as it stands, and a person approves meanwhile."""
    people, key = served.office, served.office.keys["helper"]
    [typed] = [code for kind, code in _FENCED if kind == "sh"]

    def curl() -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", typed],
            env={"URL": served.url, "KEY": key, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    said: list[Any] = []
    asking = Thread(target=lambda: said.append(json.loads(curl())))
    asking.start()
    wait_until(lambda: people.waits(1) or not asking.is_alive())
    people.approve(1)
    asking.join()
    assert said[0]["state"] == "delivered"

    loop, compare = python_blocks(PAGE)[:2]
    names: dict[str, Any] = {"URL": served.url, "KEY": key}
    asking = Thread(target=lambda: exec(loop, names))
    asking.start()
    wait_until(lambda: people.waits(2) or not asking.is_alive())
    people.approve(2)
    asking.join()
    exec(compare, names)
    assert names["exactly"](names["told"], names["told"]["approved"], names["call"]) == {"order": 17, "euros": 20}
    with pytest.raises(ValueError, match="not the arguments"):
        names["exactly"](names["told"], {"arguments": "{}"}, names["call"])
    with pytest.raises(ValueError, match="another call"):
        names["exactly"](names["told"], names["told"]["approved"], {**names["call"], "id": "call-8"})
    names["office"].close()


@pytest.mark.slow
def test_the_commands_that_make_an_agent_a_source_run(migrated_sqlite_url: str, tmp_path: Path) -> None:
    """Those of both pages are the same, and the last one prints a key."""
    typed = [line for line in shell_lines(PAGE) if line.startswith("countersign ")]
    section = HAND_IN.split("## From an agent", 1)[1].split("\n## ", 1)[0]
    assert [line for line in shell_lines(section) if line.startswith("countersign ")] == typed
    command = CommandLine(folder=tmp_path, settings={"COUNTERSIGN_DATABASE_URL": migrated_sqlite_url})
    *_, last = [command.done(*shlex.split(line)[1:]) for line in typed]
    assert last.out.startswith("csk_")


def test_what_is_to_be_copied_can_be_read_and_names_what_there_is() -> None:
    """The configurations are JSON, the code is Python, and what it imports of the examples is there."""
    assert [list(json.loads(code)) for kind, code in _FENCED if kind == "json"] == [["mcpServers"]] * 2
    examples = {module.__name__: module for module in (approvals, langgraph_approval, pydantic_ai_approval)}
    for block in python_blocks(PAGE):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module in examples:
                assert all(hasattr(examples[node.module], name.name) for name in node.names)


def test_the_page_names_the_workflows_and_the_tools() -> None:
    """Each tool has its row, and no row is of none."""
    from handlers.mcp.tools import Tools

    tools = {name for name in vars(Tools) if not name.startswith("_")}
    assert set(re.findall(r"^\| `([a-z_]+)` \| [a-z]", PAGE.split("| tool |")[1].split("**Tasks.**")[0], re.M)) == tools
    assert {APPROVAL, QUESTION} <= set(re.findall(r"`([a-z-]+)`", PAGE))
