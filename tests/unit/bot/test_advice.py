"""The advice that the program gives can be followed where only the wheel is installed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.slack.api_errors import advice
from handlers.slack.manifest import manifest_file

TOP = Path(__file__).parents[3]
ROOMS = ("bot", "handlers", "workflows", "store")
ELSEWHERE = re.compile(r"\bdocs/|\btests/|\bbenchmarks/|\bCONTRIBUTING|\bpyproject\.toml|\bmake (?:demo|test)")
"""Parts of the repository that a wheel does not bring along."""


def texts(file: Path) -> Iterator[str]:
    """The texts in a module that may be shown: not the docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def test_no_text_sends_people_to_a_file_that_is_only_in_the_repository() -> None:
    files = [file for room in ROOMS for file in (TOP / room).rglob("*.py")]
    found = {str(file.relative_to(TOP)): text for file in files for text in texts(file) if ELSEWHERE.search(text)}
    assert found == {}
    assert manifest_file().is_file()
    assert str(manifest_file()) in advice("missing_scope")
