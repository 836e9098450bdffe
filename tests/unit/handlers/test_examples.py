"""Candidates in words: what was proposed beside what is right, cut, and in few words why it is one."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from bot.cli.screens.learning.labels import print_groups
from handlers.slack.blocks.learning.examples import group as drawn
from handlers.slack.blocks.parts.transcript import transcript
from store.states import ExampleState
from workflows.quality.examples.split import Half
from workflows.quality.examples.views import Candidate, Group, Why


def candidate(
    output: dict[str, JsonValue], otherwise: Mapping[str, JsonValue] | None, *, why: Why = Why.EDITED
) -> Candidate:
    return Candidate(
        id=12,
        case=7,
        key="ticket-7",
        half=Half.LEARNING,
        why=why,
        state=ExampleState.CANDIDATE,
        critical=False,
        found_at=datetime(2026, 11, 20, tzinfo=UTC),
        input={"id": 7, "text": "My kettle broke"},
        output=output,
        otherwise=otherwise,
    )


def in_slack(one: Candidate) -> str:
    shown = drawn("triage", Group(alike="m", candidates=[one]), waiting=1, generation=0)
    return transcript(shown.blocks)


def test_what_was_proposed_stands_before_what_is_right_and_first() -> None:
    said = in_slack(candidate({"reply": "Hello", "queue": "delivery", "refund": None}, {"queue": "billing"}))
    assert "ticket-7: edited by a person, to learn from." in said
    assert said.index("queue: billing → delivery") < said.index("reply: Hello")
    assert "refund" not in said


def test_what_was_added_or_left_out_is_a_change_from_or_to_nothing() -> None:
    said = in_slack(candidate({"queue": "delivery", "refund": None}, {"queue": "", "refund": 5}))
    assert "queue: nothing → delivery" in said
    assert "refund: 5 → nothing" in said


def test_a_right_proposal_and_none_at_all_are_told_apart() -> None:
    output: dict[str, JsonValue] = {"queue": "delivery"}
    assert "Right as it was proposed" in in_slack(candidate(output, {}, why=Why.SAMPLE))
    assert "proposed" not in in_slack(candidate(output, None, why=Why.ANSWERED))


def test_long_values_are_cut_and_of_many_fields_the_rest_is_counted() -> None:
    many: dict[str, JsonValue] = {f"field_{number}": "y" * 5_000 for number in range(30)}
    said = in_slack(candidate(many, dict.fromkeys(many, "x" * 5_000)))
    assert len(said) < 4_000
    assert "and 21 more fields" in said


def test_the_terminal_shows_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    one = candidate({"queue": "delivery", "reply": "Hello"}, {"queue": "billing\x1b[2J", "reply": "x" * 500})
    print_groups([Group(alike="m", candidates=[one])], left=0)
    said = capsys.readouterr().out
    assert "12  ticket-7  edited, learning half" in said
    assert "    queue: billing" in said
    assert "-> delivery" in said
    assert "\x1b" not in said
    assert "x" * 61 not in said
