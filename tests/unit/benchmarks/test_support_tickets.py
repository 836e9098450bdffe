"""The tickets that the local model is measured on: 300, labelled, and none that it learns from or is shown."""

import json
from pathlib import Path
from typing import Any, get_args

from workflows.library.support_triage.workflow import Ticket, Triage

ROOT = Path(__file__).parents[3]
WORKFLOW = ROOT / "workflows" / "library" / "support_triage"


def rows(file: Path) -> list[dict[str, Any]]:
    """Return a file's rows."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def bare(text: str) -> str:
    """Return a text without case and spaces."""
    return "".join(text.split()).casefold()


MEASURE = rows(ROOT / "benchmarks" / "support_tickets.jsonl")


def test_there_are_300_tickets_as_the_workflow_takes_them() -> None:
    """Each is English, and its id, its customer and its text occur once."""
    tickets = [Ticket.model_validate(row["input"], extra="forbid") for row in MEASURE]
    assert [ticket.id for ticket in tickets] == list(range(5001, 5301))
    assert len({ticket.customer for ticket in tickets}) == 300
    assert len({bare(ticket.text) for ticket in tickets}) == 300
    assert {ticket.language for ticket in tickets} == {"en"}


def test_each_label_is_one_that_the_workflow_may_give_and_all_of_them_occur() -> None:
    """Six queues and four priorities; replies are not measured, so there are none."""
    assert {frozenset(row["output"]) for row in MEASURE} == {frozenset({"queue", "priority"})}
    for field, kinds in (("queue", 6), ("priority", 4)):
        labels = set(get_args(Triage.model_fields[field].annotation))
        assert len(labels) == kinds
        assert {row["output"][field] for row in MEASURE} == labels


def test_no_text_stands_in_the_examples_or_the_sample_tickets() -> None:
    """Neither whole nor as a part of one: case and spaces do not count."""
    known = [row["input"]["text"] for row in rows(WORKFLOW / "examples.jsonl")]
    known += [row["text"] for row in rows(WORKFLOW / "tickets.jsonl")]
    shown = "\n".join(map(bare, known))
    assert [row["input"]["id"] for row in MEASURE if bare(row["input"]["text"]) in shown] == []
    measured = "\n".join(bare(row["input"]["text"]) for row in MEASURE)
    assert [text for text in known if len(bare(text)) > 20 and bare(text) in measured] == []
