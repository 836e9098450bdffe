"""Each counter counts: what it is there for, and nothing else."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from tests.chaos.counting import CaseNow, Counts, Decided, Effect, Evidence, Intent, Shown, Stop, count

INPUT: JsonValue = {"id": 1}
VALUES: JsonValue = {"queue": "billing"}
CLEAN = Evidence(
    accepted=[(1, INPUT)],
    cases={1: CaseNow(input=INPUT, state="delivered", open_reviews=0)},
    clicks=[(1, 1)],
    decisions=[Decided(review=1, version=1, kind="approved", key="w/1", stopped=False)],
    applied={"w/1": VALUES},
    effects=[Effect(key="w/1", values=VALUES)],
    entitled={"w/1": [VALUES]},
    messages=[Shown(channel="C1", rows=frozenset({1}))],
    intents=[Intent(row=1, key="card:review:1:C1", state="sent")],
    questions=1,
    asks=1,
)
"""A case that was approved and delivered, with its card."""


def case_now(state: str, *, reviews: int = 0, input: JsonValue = None) -> dict[int, CaseNow]:
    """The case in another state."""
    return {1: CaseNow(input=input or INPUT, state=state, open_reviews=reviews)}


def test_what_went_as_it_should_counts_nothing() -> None:
    assert count(CLEAN) == Counts()
    assert count(Evidence()) == Counts()


@pytest.mark.parametrize(
    "evidence",
    [
        replace(CLEAN, cases={}),
        replace(CLEAN, cases=case_now("delivered", input={"id": 2})),
        *(replace(CLEAN, cases=case_now(state)) for state in ("ready", "running", "delivering", "superseded")),
        replace(CLEAN, cases=case_now("waiting")),
        replace(CLEAN, decisions=[]),
        replace(CLEAN, effects=[], applied={}),
        replace(CLEAN, effects=[], decisions=[], clicks=[]),
        replace(CLEAN, intents=[Intent(row=1, key="card:review:1:C1", state="due")]),
        replace(CLEAN, intents=[Intent(row=1, key="card:review:1:C1", state="attempting")]),
    ],
)
def test_what_is_not_there_is_lost(evidence: Evidence) -> None:
    """An input without an end, a decision or a receipt without its effect, a message that is still due."""
    counts = count(evidence)
    assert counts.lost
    assert not counts.doubled


@pytest.mark.parametrize(
    "evidence",
    [
        replace(CLEAN, cases=case_now("waiting", reviews=1)),
        replace(CLEAN, cases=case_now("failed"), stops=[Stop(run=1, told=True)]),
        replace(
            CLEAN,
            decisions=[Decided(review=1, version=1, kind="approved", key="w/1", stopped=True)],
            effects=[],
            applied={},
            stops=[Stop(run=1, told=True)],
        ),
        replace(CLEAN, intents=[Intent(row=1, key="card:review:1:C1", state="held")]),
    ],
)
def test_what_waits_for_a_person_or_stopped_visibly_is_not_lost(evidence: Evidence) -> None:
    assert count(evidence).clean


@pytest.mark.parametrize(
    "evidence",
    [
        replace(CLEAN, messages=[*CLEAN.messages, *CLEAN.messages]),
        replace(CLEAN, effects=[*CLEAN.effects, *CLEAN.effects]),
        replace(CLEAN, decisions=[*CLEAN.decisions, *CLEAN.decisions]),
        replace(
            CLEAN,
            decisions=[*CLEAN.decisions, Decided(review=2, version=1, kind="edited", key="w/1", stopped=False)],
        ),
        replace(CLEAN, cases=case_now("waiting", reviews=2)),
        replace(CLEAN, digests=["failures 2026-11-19", "failures 2026-11-19"]),
        replace(CLEAN, heard=["heard.app_uninstalled"] * 2),
    ],
)
def test_what_is_there_twice_is_doubled(evidence: Evidence) -> None:
    assert count(evidence).doubled


def test_two_messages_in_two_channels_are_not_doubled() -> None:
    """A card that moved is taken away in the one, and may still be about to be."""
    moved = [*CLEAN.messages, Shown(channel="C2", rows=frozenset({1}))]
    assert count(replace(CLEAN, messages=moved)).clean


@pytest.mark.parametrize(
    "evidence",
    [
        replace(CLEAN, entitled={}),
        replace(CLEAN, entitled={"w/1": [{"queue": "delivery"}]}),
        replace(CLEAN, applied={"w/1": {"queue": "delivery"}}),
    ],
)
def test_a_value_that_nobody_decided_or_that_is_not_recorded_is_wrong(evidence: Evidence) -> None:
    assert count(evidence).wrong


@pytest.mark.parametrize(
    "evidence",
    [
        replace(CLEAN, stops=[Stop(run=1, told=False)]),
        replace(CLEAN, stops=[Stop(run=1, told=True, asked=False)]),
        replace(CLEAN, intents=[Intent(row=1, key="card:review:1:C1", state="dead", told=False)]),
    ],
)
def test_what_stopped_and_nobody_was_told_of_is_silent(evidence: Evidence) -> None:
    assert count(evidence).silent


def test_calls_of_the_model_that_were_made_again_are_counted_beside() -> None:
    counts = count(replace(CLEAN, questions=3))
    assert counts.extra_calls == 2
    assert counts.clean
