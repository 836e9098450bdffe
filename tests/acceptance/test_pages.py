"""The pages keep their word: the first automation runs, and the reference names every setting and every command."""

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from pydantic import AliasChoices, BaseModel
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings
from tests.acceptance.reading import DIGESTS, FIRST_AUTOMATION, PAGES, REFERENCE, ROOT, automation, shell_lines
from tests.acceptance.test_typing import reported
from tests.integration.bot.commandline import CommandLine
from workflows.engine.declare.workflow_files import in_file
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers.definitions import DEFINITIONS
from workflows.engine.text.form_fields import form_of
from workflows.model.vendors.registry import vendors

MOST_LINES = 40


def typed_after_the_automation() -> list[str]:
    """Return the lines that the page has one type once the automation is saved."""
    return shell_lines(FIRST_AUTOMATION.read_text().split(automation(), 1)[1])


@pytest.fixture
def saved(empty: CommandLine) -> Path:
    """The page's automation in a file of the name that the page gives it."""
    exported = next(line for line in typed_after_the_automation() if "COUNTERSIGN_WORKFLOWS=" in line)
    path = empty.folder / shlex.split(exported)[-1].partition("=")[2]
    path.write_text(automation())
    empty.settings["COUNTERSIGN_WORKFLOWS"] = path.name
    return path


@pytest.mark.slow
def test_the_first_automation_runs_as_its_page_says(empty: CommandLine, saved: Path) -> None:
    """A person is asked, with the reason; what they answer is delivered."""
    submit = next(line for line in typed_after_the_automation() if line.startswith("countersign submit "))
    said = empty.done(*shlex.split(submit)[1:])
    assert "review                 open, version 1" in said.out
    assert "asked because        there is nothing to learn" in said.out
    (workflow,) = in_file(saved)
    values = [f"{field.name}={field.choices[0] if field.choices else 1}" for field in form_of(workflow.output)]
    answer = empty.done("edit", "1", "--confirm", *(word for value in values for word in ("--set", value)))
    assert "case 1: answered; it is delivered now: " in answer.out


def test_the_architecture_names_each_task_once_with_files_that_there_are() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    tasks = Counter(re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE))
    assert [task for task, times in tasks.items() if times > 1 and " " in task] == []
    rooms = ("bot", "handlers", "workflows", "store", "tests", "benchmarks", "examples", "release")
    there = [f"/{file.relative_to(ROOT)}" for room in rooms for file in (ROOT / room).rglob("*.py")]
    named = {path for path in re.findall(r"`([\w./-]+\.py)`", page) if "/" in path}
    assert named
    assert [path for path in sorted(named) if not any(file.endswith(f"/{path}") for file in there)] == []


def test_the_first_automation_is_short() -> None:
    typed = [line for line in automation().splitlines() if line]
    assert len(typed) <= MOST_LINES


def test_mypy_accepts_the_first_automation(saved: Path) -> None:
    assert reported([saved]) == set()


def settings() -> dict[str, object]:
    """The environment variables of all settings, those of the vendors too, with their defaults."""
    found: dict[str, object] = {}
    parts: dict[str, type[BaseModel]] = {"COUNTERSIGN_": Settings}
    parts |= {f"COUNTERSIGN_{name.upper()}_": vendor.settings for name, vendor in vendors().items()}
    for prefix, part in parts.items():
        for name, info in part.model_fields.items():
            alias = info.validation_alias
            assert not isinstance(alias, AliasChoices)
            default = info.get_default(call_default_factory=True)
            found[str(alias) if alias is not None else f"{prefix}{name.upper()}"] = default
    return found


@pytest.mark.parametrize("setting", settings())
def test_the_reference_names_every_setting_with_its_default(setting: str) -> None:
    (row,) = [line for line in REFERENCE.read_text().splitlines() if line.startswith(f"| `{setting}` |")]
    default = settings()[setting]
    if setting.startswith("COUNTERSIGN_") and default not in (None, (), {}):
        assert row.split("|")[2].strip() == f"`{default}`"


def test_the_reference_names_every_variable_that_the_program_reads() -> None:
    """Those of the sample automations too."""
    source = "".join(
        file.read_text() for room in ("bot", "handlers", "workflows", "store") for file in (ROOT / room).rglob("*.py")
    )
    read = set(re.findall(r"\b(?:COUNTERSIGN|ANTHROPIC|SLACK)_[A-Z_]+\b", source))
    assert read
    assert {name for name in read if f"`{name}`" not in REFERENCE.read_text()} == set()


def test_the_reference_names_no_variable_that_the_program_does_not_know() -> None:
    source = "".join(
        file.read_text() for room in ("bot", "handlers", "workflows", "store") for file in (ROOT / room).rglob("*.py")
    )
    named = set(re.findall(r"\b(?:COUNTERSIGN|ANTHROPIC|SLACK)_[A-Z_]+\b", REFERENCE.read_text()))
    known = set(settings()) | set(re.findall(r'"((?:COUNTERSIGN|ANTHROPIC|SLACK)_[A-Z_]+)"', source))
    assert named <= known


def options(command: TyperCommand | TyperGroup) -> set[str]:
    """The options of a command, and of all commands in it."""
    own = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    return own.union(*(options(one) for one in getattr(command, "commands", {}).values()))


def commands() -> dict[str, set[str]]:
    """Every command with its options, and those of the commands in it."""
    group = get_command(app)
    return {
        name: options(command)
        for name, command in group.commands.items()  # type: ignore[attr-defined]  # a Typer of several is a group
    }


@pytest.mark.parametrize("command", commands())
def test_the_reference_names_every_command(command: str) -> None:
    assert re.search(rf"`countersign {command}\b", REFERENCE.read_text())


@pytest.mark.slow
def test_the_reference_names_no_command_and_no_option_that_there_is_not() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    typed = [line for line in shell_lines(text) if line.startswith("countersign ")]
    typed += re.findall(r"(?<!`)`(countersign [^`\n]*)`", text)
    typed = [line for line in typed if not line.startswith("countersign --")]  # options of no command
    assert len(typed) > 200
    known = commands()
    for line in typed:
        words = re.split(r"[;|&]", line)[0].split()  # what a shell does with it afterwards is another matter
        assert words[1] in known, line
        for word in words[2:]:
            if word.startswith("--"):
                assert word in known[words[1]], line


def test_the_page_of_digests_says_of_each_what_its_numbers_are() -> None:
    page = DIGESTS.read_text()
    assert [job for job in JobName if f"`{job}`" not in page] == []
    rows = {
        f"| {one.title} | {one.is_} | {one.is_not.removeprefix('It does not mean ').removesuffix('.')} |"
        for one in DEFINITIONS.values()
    }
    assert rows - set(page.splitlines()) == set()
