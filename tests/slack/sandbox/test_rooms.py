"""The sandbox is somebody else's system: it knows Slack's limits, and nothing else of this project."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bot.sandbox

ROOM = Path(bot.sandbox.__file__).parent
OURS = ("bot", "handlers", "store", "workflows")


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_it_imports_the_limits_and_nothing_else_of_this_project() -> None:
    """Nor the SDK that it is a server to."""
    imported = {name for file in ROOM.rglob("*.py") for name in _imported(file)}
    ours = {name for name in imported if name.split(".")[0] in OURS and not name.startswith("bot.sandbox.")}
    assert ours == {"handlers.slack.limits"}
    assert not {name for name in imported if name.split(".")[0].startswith("slack")}


def test_its_files_are_small() -> None:
    """Each has one thing to say."""
    assert [file.name for file in ROOM.rglob("*.py") if len(file.read_text().splitlines()) > 300] == []
