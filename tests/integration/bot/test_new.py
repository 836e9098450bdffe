"""`countersign new`: what it makes, and what it refuses. That what it makes runs is stated in tests/acceptance."""

from pathlib import Path

import pytest

from tests.integration.bot.commandline import CommandLine

MADE = [
    "README.md",
    "__init__.py",
    "cases.jsonl",
    "examples.jsonl",
    "prompts/routing.md",
    "test_refund_requests.py",
    "workflow.py",
]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_it_makes_an_automation_of_the_name_and_nothing_else(empty: CommandLine) -> None:
    said = empty.done("new", "refund-requests").out
    folder = empty.folder / "refund_requests"
    assert files(empty.folder) == [f"refund_requests/{name}" for name in MADE]
    texts = "".join((folder / name).read_text() for name in MADE)
    assert 'name="refund-requests"' in texts
    assert "# Refund requests" in texts
    assert "my-automation" not in texts
    assert "my_automation" not in texts.lower()
    assert said.splitlines()[-4:] == [
        "    pytest refund_requests",
        "    export COUNTERSIGN_WORKFLOWS=refund_requests/workflow.py",
        "    countersign run refund_requests/cases.jsonl --workflow refund-requests",
        "    countersign charter refund-requests",
    ]


def test_the_next_steps_keep_the_automations_that_are_named_already(empty: CommandLine) -> None:
    said = empty.done("new", "refund-requests", COUNTERSIGN_WORKFLOWS="one.py, two.py").out
    assert "export COUNTERSIGN_WORKFLOWS=one.py,two.py,refund_requests/workflow.py" in said


def test_it_never_overwrites(empty: CommandLine) -> None:
    folder = empty.folder / "refund_requests"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    assert empty("new", "refund-requests").error() == f"{folder} is there already; nothing was changed"
    assert files(empty.folder) == ["refund_requests/notes.txt"]


def test_it_does_not_write_where_a_link_leads(empty: CommandLine) -> None:
    (empty.folder / "refund_requests").symlink_to(empty.folder / "elsewhere")
    assert "is there already" in empty("new", "refund-requests").error()
    assert files(empty.folder) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Refunds", "is not a name for an automation: use lower-case words joined by hyphens, such as refund-requests"),
        ("refund_requests", "lower-case words joined by hyphens"),
        ("refunds--now", "lower-case words joined by hyphens"),
        ("../refunds", "lower-case words joined by hyphens"),
        ("2nd-line", "lower-case words joined by hyphens"),
        ("", "lower-case words joined by hyphens"),
        ("a" * 41, "of 40 characters at most"),
        ("class", "class is Python's own name, or one of something installed; choose another: class-cases"),
        ("email", "email is Python's own name"),
        ("pydantic", "pydantic is Python's own name, or one of something installed"),
        ("workflows", "workflows is Python's own name, or one of something installed"),
        ("support-triage", "support-triage is an automation that comes with Countersign; choose another name"),
        ("intent-triage", "comes with Countersign"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_in_words_and_nothing_is_made(
    empty: CommandLine, name: str, why: str
) -> None:
    assert why in empty("new", name).error()
    assert list(empty.folder.iterdir()) == []
