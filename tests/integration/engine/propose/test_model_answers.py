"""Whatever the model says or fails to say: a usable answer is a proposal, anything else a person's case."""

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import JsonValue

from tests.conftest import MakeWorld
from tests.integration.engine.scene import sample
from tests.world import why
from workflows.model.port import Answer, ModelUnavailable
from workflows.model.scripted import says

GOOD: dict[str, JsonValue] = {"queue": "billing", "reply": "Hello"}
DEEP: JsonValue = []
for _ in range(60):
    DEEP = [DEEP]

GARBAGE: dict[str, tuple[Answer, str]] = {
    "nothing": (Answer(model="m", problem="the answer was cut off"), "the answer was cut off"),
    "refused": (Answer(model="m", problem="the model refused", raw="I'm sorry"), "the model refused"),
    "silent": (Answer(model="m"), "the model gave no answer"),
    "empty": (says({}), "the model's answer does not fit the form: queue: is missing"),
    "wrong word": (says({**GOOD, "queue": "lost"}), "the model's answer does not fit the form: queue: has to be"),
    "wrong type": (says({**GOOD, "reply": {"a": 1}}), "the model's answer does not fit the form: reply: has to be"),
    "nul": (says({**GOOD, "reply": "a\0b"}), "the model's answer cannot be kept: reply: holds a NUL character"),
    "surrogate": (says({**GOOD, "reply": "\ud800"}), "the model's answer cannot be kept: reply: is not valid UTF-8"),
    "deep": (says({**GOOD, "x": DEEP}), "the model's answer cannot be kept: x: nested more than 50 deep"),
}


@pytest.mark.parametrize("case", GARBAGE)
def test_garbage_is_a_persons_case_with_an_empty_form_and_the_reason(make_sqlite_world: MakeWorld, case: str) -> None:
    answer, reason = GARBAGE[case]
    scene = sample(make_sqlite_world, lambda _: replace(answer, confidence={"queue": 0.99, "reply": 0.99}))

    number = scene.worked()

    review = scene.review(number)
    assert not review.has_proposal
    assert [said[: len(reason)] for said in why(review)] == [reason]
    assert scene.run(number).proposal is None
    assert scene.desk.attempts == []


CONFIDENCES: list[JsonValue] = [None, True, "high", "0.99", 1.7, -0.1, float("nan"), float("inf"), [0.99], {}, 10**400]


@pytest.mark.parametrize("stated", CONFIDENCES, ids=lambda stated: repr(stated)[:8])
def test_what_is_no_confidence_is_a_persons_case_with_the_proposal(
    make_sqlite_world: MakeWorld, stated: JsonValue
) -> None:
    scene = sample(make_sqlite_world, lambda _: says(GOOD, confidence=stated))

    case = scene.worked()

    review = scene.review(case)
    assert review.has_proposal
    assert why(review) == ["no usable confidence for Queue, Reply"]
    proposal = scene.run(case).proposal
    assert proposal is not None
    assert proposal.confidence == {"queue": None, "reply": None}
    assert scene.desk.attempts == []


def test_a_confidence_that_is_left_out_is_a_persons_case(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, lambda _: replace(says(GOOD), confidence={"queue": 0.99}))
    case = scene.worked()
    assert why(scene.review(case)) == ["no usable confidence for Reply"]


def test_a_default_that_the_model_did_not_state_is_not_delivered_alone(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, lambda _: says({"queue": "billing"}, confidence=0.99))
    case = scene.worked()
    assert why(scene.review(case)) == ["no usable confidence for Reply"]


def test_a_model_that_is_not_to_be_had_leaves_the_case_to_a_person(make_world: MakeWorld) -> None:
    """The business goes on when the AI does not."""
    scene = sample(make_world)
    scene.world.model.enqueue(ModelUnavailable("the provider is down"))

    case = scene.worked()

    review = scene.review(case)
    assert not review.has_proposal
    assert why(review) == ["the provider is down"]
    (attempt,) = scene.attempts(case, "ask")
    assert (attempt.state, attempt.error) == ("failed", "ModelUnavailable: the provider is down")

    scene.edit(case, queue="delivery", reply="By hand")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.desk.applied["sample/ticket-1"].reply == "By hand"
    assert scene.decided(case).decisions[0].kind == "answered"


def test_an_error_that_is_not_the_models_stops_the_run(make_sqlite_world: MakeWorld) -> None:
    """A fault in the gateway is no reason to ask a person: it would be hidden in a thousand reviews."""
    scene = sample(make_sqlite_world)
    scene.world.model.enqueue(RuntimeError("the gateway is broken"))

    case = scene.worked()

    assert scene.run(case).state == "failed"
    assert scene.run(case).problem == {"step": "ask", "type": "RuntimeError", "message": "the gateway is broken"}


def test_what_the_model_says_beside_its_values_is_kept_for_the_reviewer(make_world: MakeWorld) -> None:
    answer = says(
        GOOD,
        confidence=0.5,
        alternatives={"queue": {"delivery": 0.3, "safety": 0.2}},
        evidence={"queue": "charged twice"},
        reasons=["it is about money"],
        cost=Decimal("0.0125"),
        model="m-1",
    )
    scene = sample(make_world, lambda _: replace(answer, prompt_version="abc123", unfamiliar="short"))

    case = scene.worked()

    proposal = scene.run(case).proposal
    assert proposal is not None
    assert proposal.confidence == {"queue": 0.5, "reply": 0.5}
    assert proposal.alternatives == {
        "queue": [{"value": "delivery", "probability": 0.3}, {"value": "safety", "probability": 0.2}]
    }
    assert proposal.evidence == {"queue": "charged twice"}
    assert proposal.reasons == ["it is about money"]
    assert (proposal.model, proposal.prompt_version, proposal.unfamiliar) == ("m-1", "abc123", "short")
    assert [line.cost for line in scene.attempts(case, "ask")] == [Decimal("0.0125")]
