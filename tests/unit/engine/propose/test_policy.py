"""The policy: each reason against takes autonomy away, none can give it, and all of them are told."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

from handlers.texts.review.reasons import in_words
from workflows.engine.declare.proposal import Proposal
from workflows.engine.pauses import Pause
from workflows.engine.propose.policy import Facts, Way, decide
from workflows.engine.reasons import Code, Reason

CERTAIN = Facts(floor=0.8, confidence={"queue": 0.95, "reply": 0.9})

PAUSE = Pause(
    workflow="triage",
    at=datetime(2026, 3, 2, tzinfo=UTC),
    by="U0KIM",
    by_itself=False,
    reason="its queues are wrong",
    holds_deliveries=False,
)
FIELDS = ("queue", "reply", "amount")
sentences = st.sampled_from(["pay alone", "answer a safety report alone", "promise money"])
probabilities = st.floats(0, 1)
floors = st.none() | st.floats(0, 1, exclude_min=True)


def facts(*, confidence: st.SearchStrategy[float] | st.SearchStrategy[float | None]) -> st.SearchStrategy[Facts]:
    """Anything that can be known of a case."""
    return st.builds(
        Facts,
        floor=floors,
        in_scope=st.booleans(),
        proposed=st.booleans(),
        no_proposal=st.none() | st.just("the provider is down"),
        no_proposal_code=st.sampled_from(["no_proposal", "unavailable"]),
        paused=st.none() | st.just(PAUSE),
        confidence=st.dictionaries(st.sampled_from(FIELDS), confidence),
        unfamiliar=st.none() | st.just("another language"),
        nevers=st.lists(sentences, unique=True, max_size=2).map(tuple),
        unchecked_nevers=st.lists(sentences, unique=True, max_size=2).map(tuple),
        second=st.dictionaries(st.sampled_from(FIELDS), probabilities),
        second_below=st.none() | probabilities,
        needs_second=st.booleans(),
        correction=st.booleans(),
        error=st.none() | st.just("it broke"),
    )


EARNED = replace(CERTAIN, floor=None, unearned=Reason(code=Code.NOT_EARNED))


def why_of(known: Facts) -> list[str]:
    return [in_words(reason) for reason in decide(known).reasons]


def test_what_is_not_earned_is_the_reason_in_place_of_a_draft() -> None:
    assert why_of(EARNED) == ["its autonomy is not earned yet"]
    assert why_of(replace(EARNED, unsigned="U0MARIA", missing=("backup",))) == ["its autonomy is not earned yet"]
    assert why_of(replace(CERTAIN, floor=None)) == ["this workflow only drafts; a person decides every case"]


AGAINST = [
    {"nevers": ("pay alone",)},
    {"unchecked_nevers": ("pay alone",)},
    {"in_scope": False},
    {"proposed": False},
    {"proposed": False, "no_proposal": "the provider is down"},
    {"paused": PAUSE},
    {"unfamiliar": "another language"},
    {"second": {"queue": 0.03}, "second_below": 0.15},
    {"second": {"queue": math.nan}, "second_below": 0.15},
    {"second_below": 0.15, "needs_second": True},
    {"correction": True},
    {"error": "it broke"},
    {"floor": None},
    {"confidence": {}},
]
"""Everything that speaks against resolving a case alone, one at a time."""


def expected_codes(known: Facts) -> list[str]:
    """The reasons that apply, by the words of DESIGN.md."""
    codes = ["never"] * len(known.nevers) + ["never_unchecked"] * len(known.unchecked_nevers)
    if known.correction:
        return [*codes, "correction"]
    if known.paused is not None:
        codes.append("paused")
    if not known.in_scope:
        codes.append("out_of_scope")
    elif not known.proposed and known.paused is None:
        codes.append(known.no_proposal_code)
    if not known.proposed:
        return codes
    if known.unfamiliar is not None:
        codes.append("unfamiliar")
    if known.second_below is not None:
        if known.needs_second and not known.second:
            codes.append("no_second_opinion")
        codes += ["second_opinion" for number in known.second.values() if number < known.second_below]
    if not known.confidence or None in known.confidence.values():
        codes.append("no_confidence")
    if known.floor is None:
        codes.append("draft")
    elif any(number is not None and number < known.floor for number in known.confidence.values()):
        codes.append("below_floor")
    return codes


def test_a_sure_case_with_nothing_against_it_is_resolved_alone() -> None:
    verdict = decide(CERTAIN)
    assert verdict.way is Way.ALONE
    assert [in_words(reason) for reason in verdict.reasons] == ["confidence 0.90, the floor is 0.8"]


def test_a_second_opinion_counts_below_its_number_and_is_said_in_words() -> None:
    facts = replace(CERTAIN, second={"queue": 0.15, "reply_language": 0.149, "tone": 0.002}, second_below=0.15)
    texts = [in_words(reason) for reason in decide(facts).reasons]
    assert texts == [
        "the examples speak against the proposed reply language: the local model, which learned from them, gives it a "
        "probability of 15%",
        "the examples speak against the proposed tone: the local model, which learned from them, gives it a "
        "probability of less than 1%",
    ]
    assert decide(replace(facts, second_below=None)).way is Way.ALONE
    assert decide(replace(CERTAIN, second_below=0.15)).way is Way.ALONE
    assert decide(replace(CERTAIN, second_below=0.15, needs_second=True)).way is Way.PERSON


def test_the_floor_itself_is_enough() -> None:
    assert decide(Facts(floor=0.8, confidence={"queue": 0.8})).way is Way.ALONE
    assert decide(Facts(floor=0.8, confidence={"queue": math.nextafter(0.8, 0)})).way is Way.PERSON


@pytest.mark.parametrize("against", AGAINST, ids=lambda against: ",".join(against))
@given(known=facts(confidence=probabilities))
def test_a_reason_against_is_never_outweighed(against: dict[str, object], known: Facts) -> None:
    """Whatever else is known of a case: with any one reason against it, it is not resolved alone."""
    assert decide(replace(known, **against)).way is not Way.ALONE  # type: ignore[arg-type]  # fields by name


@given(facts(confidence=st.none() | probabilities))
def test_only_a_case_with_nothing_at_all_against_it_is_resolved_alone(known: Facts) -> None:
    nothing_against = known.error is None and not expected_codes(known)
    assert (decide(known).way is Way.ALONE) == nothing_against


@given(facts(confidence=probabilities))
def test_every_reason_that_applies_is_given(known: Facts) -> None:
    assume(known.error is None)
    codes = [reason.code for reason in decide(known).reasons]
    assume(known.confidence or not known.proposed)
    assert codes == (expected_codes(known) or ["confident"])


@given(facts(confidence=st.none() | probabilities))
def test_an_unknown_confidence_hides_no_other_reason(known: Facts) -> None:
    """A reviewer wants to know all of them: also that another field is unsure, or that nothing is decided alone."""
    assume(known.error is None)
    codes = [reason.code for reason in decide(known).reasons]
    assert sorted(codes) == (sorted(expected_codes(known)) or ["confident"])


@given(facts(confidence=probabilities), st.data())
def test_a_lower_confidence_never_widens_autonomy(known: Facts, data: st.DataObject) -> None:
    assume(known.confidence)
    name = data.draw(st.sampled_from(sorted(known.confidence)))
    number = known.confidence[name]
    assert number is not None
    lower = replace(known, confidence={**known.confidence, name: data.draw(st.floats(0, number))})
    if decide(known).way is not Way.ALONE:
        assert decide(lower).way is not Way.ALONE


@given(facts(confidence=probabilities), st.sampled_from(FIELDS))
def test_a_confidence_that_is_not_known_never_widens_autonomy(known: Facts, name: str) -> None:
    assert decide(replace(known, confidence={**known.confidence, name: None})).way is not Way.ALONE


def test_an_error_says_that_the_run_cannot_go_on() -> None:
    verdict = decide(replace(CERTAIN, error="the disk is full"))
    assert verdict.way is Way.CANNOT
    assert [in_words(reason) for reason in verdict.reasons] == ["the disk is full"]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (replace(CERTAIN, floor=None), ["this workflow only drafts; a person decides every case"]),
        (replace(CERTAIN, floor=0.925), ["confidence is below 0.925: reply 0.90"]),
        (replace(CERTAIN, floor=1.0), ["confidence is below 1: queue 0.95, reply 0.90"]),
        (replace(CERTAIN, confidence={"queue": None, "reply": 0.9}), ["no usable confidence for queue"]),
        (replace(CERTAIN, confidence={}), ["no usable confidence for any field"]),
        (replace(CERTAIN, in_scope=False, proposed=False), ["it is outside what this workflow may decide"]),
        (replace(CERTAIN, proposed=False), ["there is no proposal"]),
        (replace(CERTAIN, proposed=False, no_proposal="the provider is down"), ["the provider is down"]),
        (replace(CERTAIN, unfamiliar="another language"), ["another language"]),
        (
            replace(CERTAIN, nevers=("pay alone",), unchecked_nevers=("promise money",)),
            ["never: pay alone", "the rule “never promise money” could not be checked"],
        ),
        (
            replace(CERTAIN, nevers=("pay alone",), unfamiliar="another language", floor=0.99),
            ["never: pay alone", "another language", "confidence is below 0.99: queue 0.95, reply 0.90"],
        ),
        (Facts(correction=True, nevers=("pay alone",)), ["never: pay alone", "it corrects what was delivered"]),
    ],
)
def test_the_reasons_to_ask_a_person_are_said_in_plain_words(known: Facts, said: list[str]) -> None:
    verdict = decide(known)
    assert verdict.way is Way.PERSON
    assert [in_words(reason) for reason in verdict.reasons] == said


class Answer(BaseModel):
    queue: str
    reply: str = ""


NO_PROBABILITY = [float("nan"), float("inf"), -float("inf"), 1.7, -0.1, math.nextafter(1, 2), True, False, None, "high"]


@pytest.mark.parametrize("stated", NO_PROBABILITY, ids=repr)
@given(floor=st.floats(0, 1, exclude_min=True), other=probabilities)
def test_what_is_no_probability_never_resolves_a_case_alone(stated: object, floor: float, other: float) -> None:
    """Through the proposal, as the runner gathers the facts: NaN, 1.7, a boolean or a word is no confidence."""
    confidence = {"queue": other, "reply": stated}
    proposal = Proposal(output=Answer(queue="billing"), confidence=confidence)  # type: ignore[arg-type]  # as models do
    assert decide(Facts(floor=floor, confidence=proposal.field_confidence())).way is Way.PERSON
    assert proposal.lowest is None


@given(st.dictionaries(st.sampled_from(["queue", "reply"]), probabilities))
def test_a_field_that_the_model_says_nothing_about_is_never_delivered_alone(stated: dict[str, float]) -> None:
    """Fields with a default are delivered too, so they have to be known as well."""
    assume(len(stated) < 2)
    proposal = Proposal(output=Answer(queue="billing"), confidence=stated)
    assert decide(Facts(floor=0.01, confidence=proposal.field_confidence())).way is Way.PERSON


def test_a_person_reads_what_fields_are_called() -> None:
    labels = {"queue": "Where it goes"}
    unsure = replace(CERTAIN, floor=0.99, confidence={"queue": 0.5, "reply": None}, labels=labels)
    assert [in_words(reason) for reason in decide(unsure).reasons] == [
        "no usable confidence for reply",
        "confidence is below 0.99: Where it goes 0.50",
    ]
