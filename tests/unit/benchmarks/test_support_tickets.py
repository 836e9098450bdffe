"""The tickets that the local model is measured on and those it is tuned on: labelled, and no text in two places."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from workflows.library.support_triage.workflow import Ticket, Triage

ROOT = Path(__file__).parents[3]
WORKFLOW = ROOT / "workflows" / "library" / "support_triage"


def rows(file: Path) -> list[dict[str, Any]]:
    """Return a file's rows."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def bare(text: str) -> str:
    """Return a text without case and spaces."""
    return "".join(text.split()).casefold()


MEASURE = rows(ROOT / "benchmarks" / "learning" / "support_tickets.jsonl")
TUNE = rows(ROOT / "benchmarks" / "learning" / "support_tickets_dev.jsonl")
BOTH = pytest.mark.parametrize("tickets", [MEASURE, TUNE], ids=["measure", "tune"])


@pytest.mark.parametrize(("of", "first", "count"), [(MEASURE, 9401, 300), (TUNE, 6001, 760)], ids=["measure", "tune"])
def test_there_are_as_many_tickets_as_are_told_and_the_workflow_takes_them(
    of: list[dict[str, Any]], first: int, count: int
) -> None:
    """Each is English, and its id, its customer and its text occur once."""
    tickets = [Ticket.model_validate(row["input"], extra="forbid") for row in of]
    assert [ticket.id for ticket in tickets] == list(range(first, first + count))
    assert len({ticket.customer for ticket in tickets}) == count
    assert len({bare(ticket.text) for ticket in tickets}) == count
    assert {ticket.language for ticket in tickets} == {"en"}


@BOTH
def test_each_label_is_one_that_the_workflow_may_give_and_all_of_them_occur(tickets: list[dict[str, Any]]) -> None:
    """Six queues and four priorities; replies are not measured, so there are none."""
    assert {frozenset(row["output"]) for row in tickets} == {frozenset({"queue", "priority"})}
    for field, kinds in (("queue", 6), ("priority", 4)):
        labels = set(get_args(Triage.model_fields[field].annotation))
        assert len(labels) == kinds
        assert {row["output"][field] for row in tickets} == labels


@BOTH
def test_no_text_stands_in_the_examples_or_the_sample_tickets(tickets: list[dict[str, Any]]) -> None:
    """Neither whole nor as a part of one: case and spaces do not count."""
    known = [row["input"]["text"] for row in rows(WORKFLOW / "examples.jsonl")]
    known += [row["text"] for row in rows(WORKFLOW / "tickets.jsonl")]
    assert shared(tickets, known) == []


def test_the_tickets_for_tuning_share_no_id_customer_or_text_with_those_for_measuring() -> None:
    """Tuning on a measured ticket would make the measure worthless."""
    for field in ("id", "customer"):
        assert {row["input"][field] for row in TUNE}.isdisjoint(row["input"][field] for row in MEASURE)
    assert shared(TUNE, [row["input"]["text"] for row in MEASURE]) == []


def shared(tickets: list[dict[str, Any]], known: list[str]) -> list[int]:
    """Return the ids of the tickets whose text stands in a known one, or holds one of more than 20 letters."""
    texts = [text for text in map(bare, known) if len(text) > 20]
    shown = "\n".join(map(bare, known))
    own = {row["input"]["id"]: bare(row["input"]["text"]) for row in tickets}
    return [id_ for id_, text in own.items() if text in shown or any(each in text for each in texts)]
