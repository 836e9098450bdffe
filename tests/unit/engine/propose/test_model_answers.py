"""A model's answer is read with suspicion: a usable proposal, or none with the reason, and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from tests.sample import Triage
from workflows import NoProposal, Proposal
from workflows.engine.propose.model_answers import keepable, read_answer
from workflows.engine.propose.proposer import proposal_body
from workflows.engine.text.canonical_json import to_body
from workflows.model.port import Answer
from workflows.model.scripted import says

GOOD: Mapping[str, JsonValue] = {"queue": "billing", "reply": "Hello"}

anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.just(10**400)
    | st.text(st.characters(codec=None, categories=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_an_answer_that_fits_is_a_proposal() -> None:
    answer = says(GOOD, confidence=0.9, reasons=["it says invoice"], evidence={"queue": "my invoice"})
    proposal = read_answer(answer, Triage)
    assert proposal.output == Triage(queue="billing", reply="Hello")
    assert proposal.lowest == 0.9
    assert (proposal.reasons, proposal.evidence) == (("it says invoice",), {"queue": "my invoice"})
    assert proposal.model == "scripted"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "queue: is missing"),
        ({"queue": "lost"}, "queue: has to be billing, delivery or safety"),
        ({"queue": None}, "queue: has to be"),
        ({"queue": ["billing"]}, "queue: has to be"),
        ({**GOOD, "reply": 7}, "reply: has to be text"),
        ({**GOOD, "reply": "a\0b"}, "reply: holds a NUL character"),
        ({**GOOD, "reply": "a\ud800"}, "reply: is not valid UTF-8"),
        ({**GOOD, "other": "a\0b"}, "other: holds a NUL character"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_an_answer_that_does_not_fit_is_told(values: Mapping[str, JsonValue], said: str) -> None:
    with pytest.raises(NoProposal, match=said):
        read_answer(keepable(says(values)), Triage)


def test_no_answer_is_told_with_the_models_reason() -> None:
    with pytest.raises(NoProposal, match="cut off at 1,024 tokens"):
        read_answer(Answer(model="m", problem="cut off at 1,024 tokens"), Triage)
    with pytest.raises(NoProposal, match="the model gave no answer"):
        read_answer(Answer(model="m"), Triage)


@pytest.mark.parametrize(
    "stated",
    [None, True, "high", "0.99", 1.7, -0.2, float("nan"), float("inf"), [0.9], {"p": 0.9}, 2, 10**400],
    ids=lambda stated: repr(stated)[:12],
)
def test_what_is_no_confidence_counts_as_not_known(stated: JsonValue) -> None:
    proposal = read_answer(says(GOOD, confidence=stated), Triage)
    assert proposal.field_confidence() == {"queue": None, "reply": None}


@given(values=st.none() | st.dictionaries(st.sampled_from(["queue", "reply", "x"]), anything), stated=anything)
def test_garbage_is_a_proposal_that_can_be_kept_or_none_with_a_reason(
    values: dict[str, JsonValue] | None, stated: JsonValue
) -> None:
    answer = Answer(model="m", values=values, confidence={"queue": stated, "reply": stated})
    try:
        proposal: Proposal[Any] = read_answer(answer, Triage)
    except NoProposal as none:
        kept = str(none)
    else:
        kept = proposal_body(proposal, to_body(proposal.output))
    assert kept.encode()
