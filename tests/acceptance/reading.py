"""Facts read from the repository's documents, for the tests that compare the program with them."""

import re
from pathlib import Path

import bot

ROOT = Path(bot.__file__).parents[1]
FIRST_AUTOMATION = ROOT / "docs" / "first-automation.md"
DIGESTS = ROOT / "docs" / "digests.md"
REFERENCE = ROOT / "docs" / "reference.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
"""Pages that a person reads."""


def python_blocks(text: str) -> list[str]:
    """The fenced Python of a text."""
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def automation() -> str:
    """The automation of the page on the first one."""
    return next(block for block in python_blocks(FIRST_AUTOMATION.read_text()) if "Workflow(" in block)


def shell_lines(text: str) -> list[str]:
    """The lines of a text that are to be typed: indented by four spaces, or fenced as shell; comments left out."""
    fenced = re.findall(r"^```(?:sh|bash|shell|console)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    indented = re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)
    lines = [line.removeprefix("$ ") for block in fenced for line in block.splitlines()] + indented
    return [line.split("  #")[0].strip() for line in lines]
