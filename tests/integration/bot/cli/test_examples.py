"""`countersign example`: a person's decision becomes an example, and nothing else does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


def kept(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def file(countersign: CommandLine) -> Path:
    """The file for the examples of the test."""
    return countersign.folder / "mine.jsonl"


def test_a_decided_case_becomes_an_example_once_and_can_be_tried(countersign: CommandLine, file: Path) -> None:
    countersign.submit(1, "unsure")
    countersign.done("edit", "1", "--set", "queue=lost")
    said = countersign.done("example", "1", "--to", file)
    assert said.out == f"parcel-1 was added as line 1 of {file}\n"
    (example,) = kept(file)
    assert example == {
        "input": {"id": 1, "text": "unsure"},
        "output": {"queue": "lost", "note": "sender of 1: unsure"},
    }
    again = countersign.done("example", "parcel-1", "--to", file)
    assert again.out == f"parcel-1 exists already as line 1 of {file}\n"
    assert len(kept(file)) == 1
    tried = countersign.done("eval", "parcels", "--file", file, "--json").json()["summary"]
    assert {name: share["right"] for name, share in tried["fields"].items()} == {"queue": 0, "note": 1}


def test_a_correction_is_what_was_right_in_the_end(countersign: CommandLine, file: Path) -> None:
    countersign.submit(1, "unsure")
    countersign.done("approve", "1")
    countersign.done("example", "1", "--to", file)
    countersign.done("correct", "1", "--set", "queue=shop")
    waits = countersign("example", "1", "--to", file).error()
    assert waits == "case 1 (parcel-1) cannot become an example yet: a correction of it is waiting"
    countersign.done("approve", "1")
    refused = countersign("example", "1", "--to", file).error()
    assert refused == (f"line 1 of {file} has this input with other values; --replace writes the new ones over them")
    assert kept(file)[0]["output"]["queue"] == "home"
    said = countersign.done("example", "1", "--to", file, "--replace")
    assert said.out == f"parcel-1 as corrected took the place of line 1 of {file}\n"
    assert [example["output"]["queue"] for example in kept(file)] == ["shop"]


def test_a_correction_that_was_rejected_leaves_what_a_person_decided(countersign: CommandLine, file: Path) -> None:
    countersign.submit(1, "unsure")
    countersign.done("approve", "1")
    countersign.done("correct", "1", "--set", "queue=shop")
    countersign.done("reject", "1", "--reason", "it was right", "--then", "close")
    countersign.done("example", "1", "--to", file)
    assert kept(file)[0]["output"]["queue"] == "home"


def test_what_nobody_decided_is_no_example(countersign: CommandLine, file: Path) -> None:
    countersign.submit(1, "for the door")
    alone = countersign("example", "1", "--to", file).error()
    assert alone.startswith("case 1 (parcel-1) was resolved alone, and nobody has confirmed its answer")
    countersign.submit(2, "unsure")
    waiting = countersign("example", "2", "--to", file).error()
    assert waiting == "case 2 (parcel-2) cannot become an example yet: it is waiting"
    countersign.done("reject", "2", "--reason", "no", "--then", "close")
    assert "was rejected: that shows a wrong answer, but not the right one" in countersign("example", "2").error()
    countersign.submit(3, "unsure")
    countersign.place("closed", "for stocktaking")
    countersign("approve", "3")
    assert countersign("example", "3", "--to", file).error().endswith("cannot become an example yet: it is failed")
    assert "there is no case" in countersign("example", "99").error()
    assert not file.exists()


def test_a_newer_revision_has_to_be_decided_anew(countersign: CommandLine, file: Path) -> None:
    countersign.submit(1, "unsure")
    countersign.done("approve", "1")
    countersign.submit(1, "unsure, and changed")
    assert countersign("example", "1", "--to", file).error().endswith("cannot become an example yet: it is waiting")
    countersign.done("approve", "1")
    countersign.done("example", "1", "--to", file)
    assert kept(file)[0]["input"]["text"] == "unsure, and changed"


def test_it_goes_beside_the_workflow_where_no_file_is_named(empty: CommandLine) -> None:
    """There the local model learns from it, and `eval` tries it."""
    folder = empty.folder / "mine"
    folder.mkdir()
    (folder / "things.py").write_text(
        "from pydantic import BaseModel\nfrom workflows import Proposal, Workflow\n"
        "class Thing(BaseModel):\n    id: int\nclass Answer(BaseModel):\n    good: bool\n"
        "things = Workflow(name='things', decision='?', owner='U0', input=Thing, output=Answer,"
        " key=lambda thing: f'thing-{thing.id}')\n"
        "things.propose(lambda thing, ask: Proposal(output=Answer(good=True), confidence={'good': 0.5}))\n"
        "things.deliver(lambda answer, run: 'done')\n"
    )
    empty.settings["COUNTERSIGN_WORKFLOWS"] = "mine/things.py"
    empty.done("submit", '{"id": 1}', "--workflow", "things")
    empty.done("edit", "1", "--set", "good=no")
    empty.done("example", "1")
    assert kept(folder / "examples.jsonl") == [{"input": {"id": 1}, "output": {"good": False}}]
    tried = empty.done("eval", "things", "--json").json()["summary"]
    assert (tried["whole"], tried["tried"]) == ({"right": 0, "of": 1}, 1)
