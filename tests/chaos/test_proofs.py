"""Each fault of the list has its tests, and each test that is named is there."""

import ast
from pathlib import Path

from tests.chaos.proofs import PROOFS

TESTS = Path(__file__).parents[1]
NUMBERS = [*range(1, 13), *range(14, 60), *range(61, 83)]
"""Those that this is about; the others are the data's, or of a capability that is still to come."""
ABUSES = [*range(1, 21), *range(22, 30), *range(32, 45)]
"""Those of Slack over HTTP and of reviewing, those of the model's side, and those that trying it has shown."""


def test_no_fault_is_left_out() -> None:
    assert list(PROOFS) == [*(f"F{number}" for number in NUMBERS), *(f"A{number}" for number in ABUSES)]


def test_the_tests_of_a_fault_are_there() -> None:
    there: dict[str, set[str]] = {}
    for number, (_, names) in PROOFS.items():
        assert names, number
        for name in names:
            file, _, function = name.partition("::")
            if file not in there:
                body = ast.parse((TESTS / f"{file}.py").read_text()).body
                there[file] = {node.name for node in body if isinstance(node, ast.FunctionDef)}
            assert function in there[file], (number, name)
