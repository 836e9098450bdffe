"""The page on handing in keeps its word about files and keys: each line runs, in the order in which it stands."""

import re
import shlex

import pytest

from tests.acceptance.reading import ROOT, shell_lines
from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "hand-in.md").read_text()


def section(heading: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, heading
    return found[1]


def typed(text: str) -> list[list[str]]:
    """The words of each line that is to be typed, without the name of the program."""
    lines = [shlex.split(line) for line in shell_lines(text)]
    assert lines
    assert {words[0] for words in lines} == {"countersign"}
    return [words[1:] for words in lines]


def test_files_are_taken_in_as_the_page_says(empty: CommandLine) -> None:
    text = section("From the command line")
    (export,) = re.findall(r"^```csv\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (empty.folder / "export.csv").write_bytes(export.encode("cp1252"))
    submit, dry_run, keep, again, files = typed(text)
    assert "open, version 1" in empty.done(*submit).out
    said = " ".join(empty.done(*dry_run).out.split())
    assert "new 2 duplicates 0 revisions 0 refused 0 column Nr is id column Kunde is customer" in said
    assert "[personal]" not in said
    assert len(empty.done("cases", "--json").json()) == 1
    assert "taken in           2" in empty.done(*keep).out
    assert "duplicates         2" in empty.done(*again).out
    assert "crm-export  support-triage  cp1252" in empty.done(*files).out


def test_a_program_gets_a_key_as_the_page_says(empty: CommandLine) -> None:
    add, add_key, list_keys, revoke, change, list_sources, end = typed(section("A key for a program"))
    empty.done(*add)
    key = empty.done(*add_key).out.strip()
    assert key[:12] in empty.done(*list_keys).out
    assert len(revoke[-1]) == 12
    empty.done(*revoke[:-1], key[:12])
    empty.done(*change)
    assert "help-desk  open   0     yes        600" in empty.done(*list_sources).out
    empty.done(*end)
