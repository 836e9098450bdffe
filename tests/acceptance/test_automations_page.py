"""docs/automations.md: its code runs as it is copied, and passes mypy strict."""

from pathlib import Path

import pytest

from tests.acceptance.reading import ROOT, python_blocks
from tests.acceptance.test_typing import reported

BLOCKS = python_blocks((ROOT / "docs" / "automations.md").read_text())


@pytest.mark.parametrize("code", BLOCKS)
def test_the_code_of_the_page_runs_and_has_its_types(code: str, tmp_path: Path) -> None:
    file = tmp_path / "automation.py"
    file.write_text(code)
    exec(compile(code, file, "exec"), {"__name__": "automation", "__file__": str(file)})
    assert reported([file]) == set()
