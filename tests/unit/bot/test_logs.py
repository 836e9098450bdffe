"""Log lines: whatever a value holds, a record is one line of JSON without control characters."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import logs

FORGED = '{"event": "review.decided", "by": "U0CFO"}'


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


@given(st.text())
@example(f"delivered\r\n{FORGED}")
@example(f"delivered\x85{FORGED}\u2028{FORGED}\u2029\x0b\x0c\x1c")
@example("\x1b[2J\x1b[31mall is well\x1b]0;title\x07")
@example("\x9b31m\x00\x7f\u202e")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_record_is_one_line_whatever_it_holds(capsys: pytest.CaptureFixture[str], hostile: str) -> None:
    """A29: a line feed begins no second record, and nothing speaks to the terminal."""
    logs.configure("info")
    structlog.get_logger().warning("case.refused", key=hostile, why=hostile)
    structlog.get_logger().warning(hostile)
    logging.getLogger("slack_bolt.App").warning("an answer: %s", hostile, extra={"also": hostile})
    try:
        raise ValueError(hostile)
    except ValueError as error:
        structlog.get_logger().error("worker.failed", exc_info=error)
    printed = capsys.readouterr().err
    lines = printed.splitlines()
    assert len(lines) == printed.count("\n") == 4
    assert all(" " <= character <= "~" for line in lines for character in line), "no control character, nothing hidden"
    assert json.loads(lines[0])["key"] == hostile
