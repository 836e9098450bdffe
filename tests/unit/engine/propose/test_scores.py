"""The score of a proposal: what is stated, capped or weighed; what is not known is a person's."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.texts.review.reasons import in_words
from tests.sample import Triage
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.weighing import Feature, Weighing
from workflows.engine.propose.policy import Facts, Score, Way, decide
from workflows.engine.propose.proposer import proposal_body
from workflows.engine.propose.scores import highest_floor, known_in, known_of, score_of
from workflows.model.port import Alternative

OUTPUT = Triage(queue="billing", reply="Hello")
SURE: Proposal[Any] = Proposal(output=OUTPUT, confidence={"queue": 0.95, "reply": 0.99})
WEIGHING = Weighing(bias=-1.0, weights={Feature.STATED: 0.5, Feature.SECOND: 0.8, Feature.DOUBTS: -0.7})
numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 1)


def test_before_anything_is_weighed_the_stated_confidence_counts_and_never_more_than_the_second_opinion() -> None:
    assert score_of(SURE, None) == 0.95
    assert score_of(replace(SURE, second={"queue": 0.4}), None) == 0.4
    assert score_of(replace(SURE, second={"queue": 0.99}), None) == 0.95
    assert score_of(replace(SURE, confidence={"queue": 0.95}), None) is None, "a field without confidence"


def test_a_weighing_is_a_logistic_sum_of_what_is_known() -> None:
    odds = -1.0 + 0.5 * math.log(0.95 / 0.05) + 0.8 * math.log(0.9 / 0.1)
    known = replace(SURE, second={"queue": 0.9})
    assert score_of(known, WEIGHING) == pytest.approx(1 / (1 + math.exp(-odds)))
    doubted = score_of(replace(known, doubts=("it does not add up",)), WEIGHING)
    assert doubted is not None
    assert doubted < 1 / (1 + math.exp(-odds))
    assert Weighing.read(WEIGHING.kept()) == WEIGHING, "it is kept as plain numbers"


def test_the_features_of_a_proposal() -> None:
    others = {"queue": (Alternative(value="delivery", probability=0.05),)}
    known = replace(SURE, alternatives=others, second={"queue": 0.6, "reply": 0.3}, evidence={"queue": "my bill"})
    found = known_of(known)
    assert found is not None
    assert known_in(json.loads(proposal_body(known, OUTPUT.model_dump_json()))) == found, "as it is kept, too"
    features = found.features
    assert features[Feature.MARGIN] == pytest.approx(0.9)
    assert features[Feature.AGREES] == -1, "it gives a proposed value less than one half"
    assert features[Feature.EVIDENCE] == 0.5
    alone = known_of(SURE)
    assert alone is not None
    assert alone.features[Feature.AGREES] == 0, "there is no second opinion"


@given(
    st.dictionaries(st.sampled_from(["queue", "reply"]), numbers), st.dictionaries(st.just("queue"), numbers), numbers
)
def test_a_score_is_a_probability_or_nothing(
    confidence: dict[str, float], second: dict[str, float], weight: float
) -> None:
    proposal = replace(SURE, confidence=confidence, second=second)
    for weighing in (None, replace(WEIGHING, weights={Feature.STATED: weight})):
        score = score_of(proposal, weighing)
        assert score is None or 0 <= score <= 1
        if len(proposal.confidence) < 2:
            assert score is None


@given(numbers | st.none(), st.floats(0, 1, exclude_min=True), st.booleans())
def test_what_goes_alone_by_its_score_is_at_or_above_the_floor(
    number: float | None, floor: float, is_weighed: bool
) -> None:
    facts = Facts(floor=floor, confidence={"queue": 1.0}, score=Score(number=number, is_weighed=is_weighed))
    is_alone = decide(facts).way is Way.ALONE
    assert is_alone is (number is not None and floor <= number <= 1)
    highest = highest_floor(facts)
    assert highest == (number if number is not None and 0 < number <= 1 else 0)
    assert highest_floor(replace(facts, nevers=("pay alone",))) == 0


def test_the_reasons_name_what_is_weighed_and_what_is_stated() -> None:
    known = {"queue": 0.95, "reply": 0.99}
    weighed = Facts(floor=0.8, confidence=known, score=Score(number=0.83, is_weighed=True))
    assert in_words(decide(weighed).reasons[0]) == "confidence 0.83 weighed; stated 0.95, the floor is 0.8"
    low = decide(replace(weighed, floor=0.9))
    assert (low.way, in_words(low.reasons[0])) == (Way.PERSON, "confidence is below 0.9: 0.83 weighed; stated 0.95")
    capped = decide(replace(weighed, score=Score(number=0.4)))
    assert "0.40 by the local model" in in_words(capped.reasons[0])
    # A low stated confidence does not speak against what is weighed from more than that.
    assert decide(replace(weighed, confidence={"queue": 0.5})).way is Way.ALONE
