"""The page on security names tests that there are."""

import ast
import re
from pathlib import Path

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "security.md").read_text()


def test_each_threat_is_held_by_a_test_that_there_is() -> None:
    threats = re.findall(r"^\| [STRIDE] \| (.+)$", PAGE, re.MULTILINE)
    assert len(threats) > 25
    for threat in threats:
        held = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", threat.split(" | ")[2])
        assert held, threat
        for file, test in held:
            functions = {
                node.name for node in ast.parse((TOP / file).read_text()).body if isinstance(node, ast.FunctionDef)
            }
            assert test in functions, (file, test)
