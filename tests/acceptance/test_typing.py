"""mypy accepts an automation, and reports a wrong type in one at its line."""

import re
from contextlib import chdir
from pathlib import Path

from mypy import api

from tests.acceptance.reading import ROOT

INPUTS = ROOT / "tests" / "typing"
EXPECTED = re.compile(r"# E: (?P<codes>(\[[a-z-]+\] ?)+)$")
REPORTED = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): error: .*  (?P<code>\[[a-z-]+\])")

Errors = set[tuple[str, int, str]]


def expected(file: Path) -> Errors:
    """The errors that a file says mypy has to report, by line."""
    return {
        (file.name, number, code)
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if (found := EXPECTED.search(line))
        for code in found["codes"].split()
    }


def reported(files: list[Path]) -> Errors:
    """The errors that `mypy --strict` reports, in this project's configuration."""
    with chdir(ROOT):  # where its cache is
        said, failed, _ = api.run(["--strict", "--no-error-summary", *map(str, files)])
    assert not failed, failed
    errors = [REPORTED.fullmatch(line) for line in said.splitlines() if ": note: " not in line]
    assert all(errors), said
    return {(Path(error["file"]).name, int(error["line"]), error["code"]) for error in errors if error}


def test_mypy_accepts_the_good_automation_and_reports_each_wrong_type_at_its_line() -> None:
    files = sorted(INPUTS.glob("*.py"))
    bad = {file.name: expected(file) for file in files if file.name.startswith("bad_")}
    assert len(bad) >= 13
    assert all(bad.values())
    assert expected(INPUTS / "good.py") == set()
    assert reported(files) == set().union(*bad.values())
