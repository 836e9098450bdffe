"""Each warning and error has its name in the list, and its row on the page that says what to do."""

import ast
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot import logs
from bot.log_events import ERRORS, WARNINGS

TOP = Path(__file__).parents[3]
PAGE = TOP / "docs" / "logs.md"
LEVELS = ("debug", "info", "warning", "error", "critical", "exception")


def logged() -> Iterator[tuple[str, str | None, set[str], Path]]:
    """Each call that logs an event: its level, its name where that is a text, its fields, and where it stands."""
    for room in ("bot", "handlers", "workflows", "store"):
        for file in (TOP / room).rglob("*.py"):
            source = file.read_text("utf-8")
            if "structlog" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                if ast.unparse(node.func.value) in ("log", "structlog.get_logger()") and node.func.attr in LEVELS:
                    first = node.args[0] if node.args else None
                    name = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
                    # The processor makes `exception` of it.
                    fields = {str(keyword.arg) for keyword in node.keywords} - {"exc_info"}
                    yield node.func.attr, name, fields, file


def test_each_event_is_a_name_and_each_warning_and_error_is_listed() -> None:
    found = list(logged())
    nameless = [file for _, name, _, file in found if name is None or not re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", name)]
    assert nameless == []
    assert {level for level, _, _, _ in found} <= {"debug", "info", "warning", "error"}
    assert {name for level, name, _, _ in found if level == "warning"} == WARNINGS
    assert {name for level, name, _, _ in found if level == "error"} == ERRORS
    assert not WARNINGS & ERRORS


def test_the_page_says_of_each_warning_and_error_its_fields_and_what_to_do() -> None:
    fields = defaultdict[tuple[str, str | None], set[str]](set)
    for level, name, names, _ in logged():
        if level in ("warning", "error"):
            fields[level, name] |= names
    rows = re.findall(r"^\| `([\w.]+)` \| (\w+) \| (.*?) \| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
    assert {(level, name): set(re.findall(r"`(\w+)`", said)) for name, level, said, _, _ in rows} == fields
    assert len(rows) == len(fields)


def test_warnings_and_errors_are_counted_by_names_of_ours_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """An author's log and a library's may hold anything, and a label of a metric is seen by anybody."""
    root = logging.getLogger()
    handlers, level, before = list(root.handlers), root.level, logs.counted()
    try:
        logs.configure("info")
        structlog.get_logger().error("job.failed", job="sweep")
        structlog.get_logger().warning("order 4711 of Ms Curie")
        structlog.get_logger().warning("job.failed")
        structlog.get_logger().info("stopped")
        logging.getLogger("slack_bolt.App").warning("an answer for Ms Curie")
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
    counted = logs.counted()
    assert {key: number - before.get(key, 0) for key, number in counted.items() if number != before.get(key, 0)} == {
        ("error", "job.failed"): 1,
        ("warning", "other"): 2,
        ("warning", "library"): 1,
    }
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines][:2] == ["job.failed", "order 4711 of Ms Curie"]
