"""Personal values at the command line: the data map, and examples with stand-ins."""

import json
from pathlib import Path

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

LETTERS = """
from typing import Annotated, Literal

from countersign import Ask, Autonomy, FindPersonal, Personal, Proposal, Run, Workflow
from pydantic import BaseModel, Field


class Letter(BaseModel):
    id: int
    customer: Annotated[str, Personal]
    text: Annotated[str, FindPersonal("GB")]


class Reply(BaseModel):
    queue: Literal["claims", "billing"]
    mail: Annotated[str, Personal, Field(pattern="^[^@ ]+@[^@ ]+$")]


letters = Workflow(
    name="letters",
    decision="Who answers?",
    owner="U0MARIA",
    input=Letter,
    output=Reply,
    key=lambda letter: f"letter-{letter.id}",
    autonomy=Autonomy.draft(),
    personal_to_model=False,
)


@letters.propose
def propose(letter: Letter, ask: Ask[Reply]) -> Proposal[Reply]:
    reply = Reply(queue="claims", mail="ana.silva@example.org")
    return Proposal(output=reply, confidence={"queue": 0.9, "mail": 0.9})


@letters.deliver(idempotent=True, target="the ledger")
def deliver(reply: Reply, run: Run[Letter]) -> str:
    return "done"
"""
TEXT = "Ana Silva wants money: 0161 234 5000 or ana.silva@example.org"


@pytest.fixture
def letters(empty: CommandLine) -> CommandLine:
    """A folder with an automation whose cases are about people."""
    file = empty.folder / "letters.py"
    file.write_text(LETTERS)
    return CommandLine(folder=empty.folder, settings={"COUNTERSIGN_WORKFLOWS": str(file)})


def taken_in(countersign: CommandLine) -> None:
    letter = {"id": 1, "customer": "Ana Silva", "text": TEXT}
    countersign.done("submit", json.dumps(letter), "--workflow", "letters")
    countersign.done("approve", "1")


def test_the_data_map_is_printed_and_can_be_read_by_a_program(letters: CommandLine) -> None:
    taken_in(letters)
    told = letters.done("data-map", "letters").out
    assert "Its newest cases came from: command line." in told
    assert "- customer (personal). model: nothing; channel: nothing; target: what its code hands over." in told
    assert "Personal as a whole: customer (input), mail (output)." in told
    assert "- The ledger is told what was decided; the automation's code can hand over the whole input." in told
    read = letters.done("data-map", "letters", "--json").json()
    assert [one["name"] for one in read["fields"]] == ["id", "customer", "text", "queue", "mail"]
    assert read["retention"]["input"] == 365
    assert [one["workflow"] for one in letters.done("data-map", "--json").json()].count("letters") == 1


def test_the_data_map_names_the_vendor_and_the_collector_that_the_settings_choose(letters: CommandLine) -> None:
    settings = {
        "ANTHROPIC_API_KEY": "sk-ant-x",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:secret@collector:4318",
        "COUNTERSIGN_SPANS_CONTENT": "true",
    }
    told = letters.done("data-map", "support-triage", **settings).out
    assert "of anthropic gets what the workflow's own code hands over." in told
    assert "At the vendor of the model: as its terms say. Countersign does not decide it." in told
    assert "secret" not in told


def test_an_example_has_stand_ins_for_personal_values(letters: CommandLine) -> None:
    taken_in(letters)
    file = Path("mine.jsonl")
    said = letters.done("example", "1", "--to", file).out
    assert "stand-ins are in it in place of personal values" in said
    (line,) = file.read_text().splitlines()
    for value in ("Silva", "Ana", "234 5000", "ana.silva@example.org"):
        assert value not in line
    example = json.loads(line)
    assert example["output"]["queue"] == "claims"
    assert example["output"]["mail"] in example["input"]["text"]
    assert example["input"]["customer"] in example["input"]["text"]
    again = letters.done("example", "1", "--to", file).out
    assert "exists already as line 1" in again
    letters.done("example", "1", "--to", "whole.jsonl", "--unmasked")
    assert json.loads(Path("whole.jsonl").read_text())["input"]["text"] == TEXT
