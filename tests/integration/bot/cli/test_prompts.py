"""`prompts`: the versions of what a model is told, each as it was."""

import sqlite3
from contextlib import closing

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

AUTOMATION = """
from pydantic import BaseModel
from workflows import Run, Workflow

class Thing(BaseModel):
    text: str
    size: int = 1

asking = Workflow(
    name="asking", decision="What is it?", owner="U0MARIA", input=Thing, output=Thing, key=lambda thing: thing.text,
    prompt="ask.md",
)

@asking.deliver
def deliver(thing: Thing, run: Run[Thing]) -> str:
    return "done"
"""


@pytest.fixture
def asking(empty: CommandLine) -> CommandLine:
    """An automation with a prompt of its own."""
    (empty.folder / "asking.py").write_text(AUTOMATION)
    (empty.folder / "prompts").mkdir()
    empty.settings["COUNTERSIGN_WORKFLOWS"] = "asking.py"
    write(empty, "{{ decision }} Be quick.")
    return empty


def write(asking: CommandLine, body: str) -> None:
    (asking.folder / "prompts" / "ask.md").write_text(f"---\neffort: low\nmax_tokens: 500\n---\n{body}\n")


def versions(asking: CommandLine) -> list[tuple[str, bool]]:
    """The automation's versions, oldest first, and which of them is in use."""
    listed = asking.done("prompts", "list", "--json").json()
    return [(line["version"], line["in_use"]) for line in listed if line["workflow"] == "asking"]


def rows(asking: CommandLine) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(asking.folder / "countersign.sqlite")) as database:
        return database.execute("SELECT * FROM prompt_versions WHERE workflow = 'asking' ORDER BY id").fetchall()


def test_each_version_is_kept_when_it_is_first_known_and_never_changed(asking: CommandLine) -> None:
    ((first, _),) = versions(asking)
    kept = rows(asking)
    write(asking, "{{ decision }} Take your time.")
    assert [in_use for _, in_use in versions(asking)] == [False, True]
    write(asking, "{{ decision }} Be quick.")
    again = versions(asking)
    assert [(version == first, in_use) for version, in_use in again] == [(True, True), (False, False)]
    assert rows(asking)[:1] == kept
    assert len(rows(asking)) == 2


def test_a_version_is_shown_as_its_file_was_and_two_are_told_apart(asking: CommandLine) -> None:
    ((first, _),) = versions(asking)
    write(asking, "{{ decision }} Take your time.")
    shown = asking.done("prompts", "show", "asking", "--version", first[:6]).out
    assert shown == "---\neffort: low\nmax_tokens: 500\n---\n{{ decision }} Be quick.\n"
    lines = asking.done("prompts", "diff", "asking").out.splitlines()
    assert lines[0] == f"--- {first}"
    assert lines[-2:] == ["-{{ decision }} Be quick.", "+{{ decision }} Take your time."]
    (asking.folder / "new.md").write_text("{{ decision }} Take your time.")
    assert "-effort: low" in asking.done("prompts", "diff", "asking", "--file", "new.md").out


def test_what_a_model_would_be_told_is_shown_word_for_word_with_what_it_may_cost(asking: CommandLine) -> None:
    said = asking.done("prompts", "render", "asking", "--input", '{"text": "a <b>"}', "--json").json()
    request = said["request"]
    assert request["system"] == "What is it? Be quick."
    assert '<case>\n{"thing": {"text": "a \\u003cb\\u003e", "size": 1}}\n</case>' in request["user"]
    assert (request["model"], request["effort"], request["max_tokens"]) == ("claude-haiku-5-5", "low", 500)
    assert list(request["form"]["properties"]) == ["evidence", "reasons", "answer", "confidence"]
    assert said["worst_case_dollars"].startswith("$0.000")
    assert "one request, at most" in asking.done("prompts", "render", "asking").out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("show", "nothing"), "there is no workflow 'nothing'"),
        (("show", "asking", "--version", "zz"), "asking has no version whose number begins with 'zz'"),
        (("diff", "asking"), "asking has only one version of its prompt"),
        (("diff", "asking", "aa", "--file", "new.md"), "give two versions, or a file"),
        (("render", "asking", "--file", "gone.md"), "the prompt gone.md cannot be read"),
        (("render", "asking", "--input", "{"), "the input is not valid JSON"),
        (("render", "asking", "--input", '{"size": 1}'), "text"),
        (("render", "support-triage", "--input", "{}"), "name a case that it asked about, with --case"),
    ],
)
def test_what_cannot_be_shown_is_said_so(asking: CommandLine, arguments: tuple[str, ...], why: str) -> None:
    assert why in asking("prompts", *arguments).error()
