"""Discovery of workflows; the words for a person where one is missing are tested at the command line."""

from pathlib import Path

import pytest
from pydantic import JsonValue

from bot import discovery
from tests.integration.bot.commandline import PARCELS
from workflows import BadDeclaration
from workflows.engine.declare.workflow_files import in_file

OPTIONS: dict[str, JsonValue] = {
    "made_by": "intent-triage",
    "label": "queue",
    "labels": ["cards", "loans"],
    "examples": "/nowhere/examples.csv",
    "floor": 0.9,
}


def test_all_workflows_of_a_file_are_found_once_in_their_order() -> None:
    assert [workflow.name for workflow in in_file(PARCELS)] == ["parcels", "letters"]


def test_a_workflow_with_two_names_in_its_file_is_one(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(f"{PARCELS.read_text()}\nsame = parcels\n")
    assert [workflow.name for workflow in in_file(path)] == ["parcels", "letters"]


def test_a_workflow_is_made_from_its_options_without_reading_a_file() -> None:
    workflow = discovery.make(OPTIONS)
    assert workflow.name == "intent-triage-queue"
    assert workflow.autonomy.at_least == 0.9


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"made_by": "nobody"},
        {"made_by": "intent-triage"},
        {**OPTIONS, "label": "Not a column"},
        {**OPTIONS, "labels": ["one"]},
        {**OPTIONS, "floor": 7},
        {**OPTIONS, "an_option_of_another_version": True},
        {name: value for name, value in OPTIONS.items() if name != "examples"},
    ],
    ids=["nothing", "no maker", "no options", "label", "one value", "floor", "unknown option", "option missing"],
)
def test_options_that_make_nothing_are_refused_as_a_bad_declaration(options: dict[str, JsonValue]) -> None:
    """Kept options may be of another version: that must cost one workflow, not every command."""
    with pytest.raises(BadDeclaration):
        discovery.make(options)
