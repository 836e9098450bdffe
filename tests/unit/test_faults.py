"""The page of faults is true: each fault stands once, in order, and each test that it names is there."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
_ROW = re.compile(r"^\| ([FA])(\d+) \| (.+?) \| (.+?) \| (.+) \|$")
_TEST = re.compile(r"`([a-z0-9_/]+)::(test_\w+)`( \([^)]*`make chaos`[^)]*\))?")

UNUSED = {"F": {13}, "A": {21, 31}}
"""Numbers that no fault has."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A row of the page."""

    letter: str
    number: int
    tests: tuple[tuple[str, str, str], ...]
    """(file, function, what is said of when it runs) for each test."""
    says_untried: bool

    def __str__(self) -> str:
        return f"{self.letter}{self.number}"


def faults() -> list[Fault]:
    """Return the rows of the page."""
    found = [match for line in PAGE.read_text().splitlines() if (match := _ROW.match(line))]
    return [
        Fault(
            letter=row[1],
            number=int(row[2]),
            tests=tuple((test[1], test[2], test[3] or "") for test in _TEST.finditer(row[5])),
            says_untried="*Not tried:*" in row[5],
        )
        for row in found
    ]


def test_each_fault_stands_once_and_in_order() -> None:
    for letter, unused in UNUSED.items():
        numbers = [fault.number for fault in faults() if fault.letter == letter]
        assert numbers == [number for number in range(1, numbers[-1] + 1) if number not in unused]
    rows = [line for line in PAGE.read_text().splitlines() if re.match(r"\| [FA]\d", line)]
    assert len(rows) == len(faults()), "a row that cannot be read would be tested by nobody"


def test_each_test_that_a_fault_names_is_there_and_runs_when_the_page_says_so() -> None:
    there: dict[str, dict[str, bool]] = {}
    for fault in faults():
        assert fault.tests or fault.says_untried, f"{fault} names no test"
        for file, function, said in fault.tests:
            if file not in there:
                body = ast.parse((ROOT / "tests" / f"{file}.py").read_text()).body
                there[file] = {node.name: _is_long(node) for node in body if isinstance(node, ast.FunctionDef)}
            assert function in there[file], f"{fault}: there is no {file}::{function}"
            assert not there[file][function] or said, f"{fault}: {function} runs in `make chaos` alone"


def _is_long(test: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "long_only" for one in test.decorator_list)


@pytest.mark.parametrize("letter", "FA")
def test_each_number_that_a_test_s_text_names_is_on_the_page(letter: str) -> None:
    known = {fault.number for fault in faults() if fault.letter == letter}
    texts = {
        int(number): file.name
        for file in (ROOT / "tests").rglob("test_*.py")
        for text in re.findall(r'"""(.+?)"""', file.read_text(), re.DOTALL)
        for number in re.findall(rf"(?<![\w&#+-]){letter}(\d{{1,2}})(?![\w.-])", text)
    }
    assert {number: file for number, file in texts.items() if number not in known} == {}
