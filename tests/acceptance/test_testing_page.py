"""docs/testing.md keeps its word: what it has one type and write runs, and passes mypy strict."""

import re

import pytest

from tests.acceptance.project import Project
from tests.acceptance.reading import ROOT, python_blocks, shell_lines
from tests.acceptance.test_typing import reported
from tests.integration.bot.commandline import CommandLine
from tests.paper import pdf

PAGE = (ROOT / "docs" / "testing.md").read_text()


@pytest.mark.slow
def test_all_code_of_the_page_runs_as_one_file_of_tests(project: Project) -> None:
    """The imports of later blocks stand in their place, as on the page."""
    code = "\n\n".join(python_blocks(PAGE))
    stated = re.findall(r"^def test_", code, re.MULTILINE)
    assert len(stated) >= 6
    project.write({"test_refunds.py": code})
    (project.folder / "claim.pdf").write_bytes(pdf("Claim 7\nAmount 12.00"))
    tested = project.pytest()
    assert f"{len(stated)} passed" in tested.stdout, tested.stdout
    assert reported([project.folder / "test_refunds.py"]) == set()


def test_what_the_page_has_one_type_is_what_is_tried(empty: CommandLine) -> None:
    """`new`, and the first of the lines that it prints, which are run in `test_authors`."""
    typed = shell_lines(re.sub(r"^```python\n.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE))
    first, second = typed
    said = empty.done(*first.split()[1:]).out
    assert shell_lines(said)[0] == second
