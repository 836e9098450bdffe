"""Workflows from outside: files that the settings name, and installed packages."""

import sys
from pathlib import Path

import pytest

from tests.integration.bot.commandline import PARCELS, CommandLine
from workflows.engine.declare.workflow_files import in_file

pytestmark = pytest.mark.slow

AUTOMATION = """
from pydantic import BaseModel
from workflows import Proposal, Workflow
class Thing(BaseModel):
    id: int
class Answer(BaseModel):
    good: bool
def key(thing):
    return f"thing-{{thing.id}}"
{name} = Workflow(name="{name}", decision="?", owner="U0", input=Thing, output=Answer, key=key)
{name}.propose(lambda thing, ask: Proposal(output=Answer(good=True), confidence={{"good": 0.5}}))
{name}.deliver(lambda answer, run: "{name} had it")
"""


def automation(folder: Path, name: str, file: str | None = None) -> Path:
    path = folder / (file or f"{name}.py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(AUTOMATION.format(name=name))
    return path


def test_files_are_named_relative_or_absolute_and_separated_by_commas(empty: CommandLine) -> None:
    automation(empty.folder, "one")
    other = automation(empty.folder, "two", "elsewhere/two.py")
    empty.settings["COUNTERSIGN_WORKFLOWS"] = f" one.py , {other},"
    for name in ("one", "two"):
        empty.done("submit", '{"id": 1}', "--workflow", name)
    assert len(empty.done("queue", "--json").json()) == 2


def test_files_of_the_same_name_in_two_folders_are_two_files(empty: CommandLine) -> None:
    first = automation(empty.folder, "one", "a/triage.py")
    second = automation(empty.folder, "two", "b/triage.py")
    empty.settings["COUNTERSIGN_WORKFLOWS"] = f"{first},{second}"
    for number, name in enumerate(("one", "two"), start=1):
        empty.done("submit", f'{{"id": {number}}}', "--workflow", name)
    assert "one had it" in empty.done("approve", "thing-1").out
    assert "two had it" in empty.done("approve", "thing-2").out


def test_a_file_in_a_package_finds_what_lies_beside_it_also_under_a_name_of_ours(empty: CommandLine) -> None:
    """The folder is on no path, and hides nothing."""
    file = automation(empty.folder, "one", "workflows/triage.py")
    file.with_name("__init__.py").touch()
    file.with_name("words.py").write_text("DECISION = 'Which queue, please?'\n")
    text = file.read_text().replace('decision="?"', "decision=DECISION")
    file.write_text(f"from .words import DECISION\n{text}")
    empty.settings["COUNTERSIGN_WORKFLOWS"] = "workflows/triage.py"
    assert "waiting" in empty.done("submit", '{"id": 1}', "--workflow", "one").out
    (workflow,) = in_file(file)
    assert workflow.decision == "Which queue, please?"


def test_settings_may_stand_in_a_file(empty: CommandLine) -> None:
    automation(empty.folder, "one")
    (empty.folder / ".env").write_text("COUNTERSIGN_WORKFLOWS=one.py\n")
    empty.done("--env-file", ".env", "submit", '{"id": 1}', "--workflow", "one")
    assert empty("submit", '{"id": 2}', "--workflow", "one").err.splitlines() == [
        "note: .env in this folder is not read; --env-file .env reads it",
        "error: there is no workflow 'one'; known: agent-approval, agent-question, invoice-intake, support-triage",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "there is no file {path} to load workflows from"),
        ("", "{path} declares no workflow"),
        ("x = 1\n", "{path} declares no workflow"),
        ("def broken(:\n", "{path} cannot be loaded: SyntaxError: "),
        ("import nothing_of_this_name\n", "{path} cannot be loaded: ModuleNotFoundError: "),
        ("raise RuntimeError('two\\nlines \\x1b[2J')\n", "{path} cannot be loaded: RuntimeError: two lines \\u001b[2J"),
        ("x = '\0'\n", "{path} cannot be loaded: "),
        (
            "class Wordless(Exception):\n    def __str__(self):\n        raise ValueError\nraise Wordless\n",
            "{path} cannot be loaded: Wordless: Wordless",
        ),
        (
            AUTOMATION.format(name="one").replace('"one"', '"Not A Name"'),
            "a name is lower-case words joined by hyphens",
        ),
        (AUTOMATION.format(name="one").split("one.deliver")[0], "workflow one delivers nothing"),
        (AUTOMATION.format(name="one") + AUTOMATION.format(name="one").replace("one =", "two ="), "workflow"),
        (AUTOMATION.format(name="one").replace('"one"', '"support-triage"'), "two workflows named support-triage"),
        (AUTOMATION.format(name="one").replace("owner=", "prompt='../x.md', owner="), "is not the name of a prompt"),
        (
            AUTOMATION.format(name="one").replace("owner=", "prompt='gone.md', owner="),
            "the prompt gone.md cannot be read",
        ),
        ("import sys\nsys.exit(0)\n", "{path} cannot be loaded: SystemExit"),
    ],
    ids=[
        "missing",
        "empty",
        "no workflow",
        "syntax",
        "import",
        "raises",
        "NUL",
        "wordless",
        "name",
        "no effect",
        "two of one name",
        "name of a shipped one",
        "prompt outside",
        "no prompt",
        "exits",
    ],
)
def test_a_file_that_cannot_be_used_is_said_so_in_one_line(empty: CommandLine, content: str | None, why: str) -> None:
    path = empty.folder / "automation.py"
    if content is not None:
        path.write_text(content)
    error = empty("cases", COUNTERSIGN_WORKFLOWS="automation.py").error()
    assert why.format(path=path) in error


def test_one_name_in_two_files_is_refused(empty: CommandLine) -> None:
    automation(empty.folder, "one")
    automation(empty.folder, "one", "again.py")
    error = empty("cases", COUNTERSIGN_WORKFLOWS="one.py,again.py").error()
    assert error == "there are two workflows named one; rename one of them"


def test_a_package_brings_workflows_by_its_entry_points(empty: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip leaves it: a module, and beside it the distribution's metadata."""
    site = empty.folder / "site"
    automation(site, "packaged", "packaged_automation.py")
    metadata = site / "packaged_automation-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: packaged-automation\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[countersign.workflows]\nmine = packaged_automation:packaged\n")
    monkeypatch.syspath_prepend(site)
    try:
        empty.done("submit", '{"id": 1}', "--workflow", "packaged")
        (metadata / "entry_points.txt").write_text("[countersign.workflows]\nmine = packaged_automation:Thing\n")
        assert empty("cases").error() == "the entry point mine = packaged_automation:Thing is not a Workflow"
        (metadata / "entry_points.txt").write_text("[countersign.workflows]\nmine = packaged_automation:gone\n")
        assert "the entry point mine = packaged_automation:gone cannot be loaded: " in empty("cases").error()
        (metadata / "entry_points.txt").write_text("[countersign.workflows]\nmine = no_such_module:x\n")
        assert "the entry point mine = no_such_module:x cannot be loaded: " in empty("cases").error()
    finally:
        sys.modules.pop("packaged_automation", None)


def test_cases_of_a_workflow_that_is_gone_are_listed_and_their_decision_is_refused_in_words(
    countersign: CommandLine,
) -> None:
    countersign.submit(1, "unsure")
    without = {"COUNTERSIGN_WORKFLOWS": ""}
    assert len(countersign.done("cases", "--json", **without).json()) == 1
    assert "parcel-1" in countersign.done("case", "1", **without).out
    error = countersign("approve", "1", **without).error()
    assert error.startswith("the workflow parcels is not known to this Countersign any more")
    countersign.done("approve", "1")


def test_a_proposal_that_no_longer_fits_the_changed_form_is_said_to_be_that(countersign: CommandLine) -> None:
    """It is no setting; the person is told which field, and can still decide by hand."""
    countersign.submit(1, "unsure")
    changed = countersign.folder / "changed.py"
    changed.write_text(PARCELS.read_text().replace('Literal["home", "shop", "lost"]', 'Literal["shop", "lost"]'))
    countersign.settings["COUNTERSIGN_WORKFLOWS"] = str(changed)
    error = countersign("edit", "1", "--set", "note=hello").error()
    assert "settings" not in error
    assert "queue" in error
    countersign.done("edit", "1", "--set", "queue=shop")
    assert countersign.effects()["parcels/parcel-1"]["queue"] == "shop"
