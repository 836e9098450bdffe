"""Sample answers answer the very case that they were written for, marked as what they are, and no other."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import BaseModel

from tests.unit.model.attached import attached
from workflows.model.port import Model, ModelUnavailable, Question
from workflows.model.sample_answers import MODEL, Sample, SampleAnswers


class Triage(BaseModel):
    queue: str


ENVELOPE = {
    "evidence": [{"field": "queue", "quote": "my parcel"}],
    "reasons": ["It asks where a parcel is."],
    "answer": {"queue": "delivery"},
    "confidence": {"queue": 0.9},
}
TEXT = "Where is my parcel? ü \ud800"
SAMPLES: Model = SampleAnswers([Sample(text=TEXT, envelope=json.dumps(ENVELOPE))])


def question(text: str) -> Question:
    return Question(workflow="triage", output=Triage, prompt=None, data={}, text=text)


def test_of_cases_with_the_same_text_each_is_known_by_its_documents() -> None:
    """Two scans that nobody could read say the same, and are two invoices."""
    envelopes = [json.dumps(ENVELOPE), json.dumps({**ENVELOPE, "reasons": ["Another scan."]})]
    files = [frozenset({f"{number:064x}"}) for number in (1, 2)]
    samples = [Sample(text=TEXT, envelope=said, documents=found) for said, found in zip(envelopes, files, strict=True)]
    asked = [replace(question(TEXT), documents=(attached(number),)) for number in (1, 2, 3)]
    model = SampleAnswers(samples)
    assert [model.answer(one).reasons for one in asked[:2]] == [("It asks where a parcel is.",), ("Another scan.",)]
    assert model.answer(asked[0]).shown == (1,)
    with pytest.raises(ModelUnavailable):
        model.answer(asked[2])


def test_a_case_that_somebody_answered_gets_this_answer_marked_as_a_sample() -> None:
    answer = SAMPLES.answer(question(TEXT))
    assert (answer.sample, answer.model, answer.cost) == (True, MODEL, Decimal(0))
    assert answer.values == {"queue": "delivery"}
    assert answer.confidence == {"queue": 0.9}
    assert answer.evidence == {"queue": "my parcel"}
    assert answer.reasons == ("It asks where a parcel is.",)


def test_a_case_that_differs_by_one_character_gets_none_and_says_what_to_do() -> None:
    with pytest.raises(
        ModelUnavailable, match=r"this case has no sample answer, .*: set ANTHROPIC_API_KEY .*; triage has 1 of them"
    ):
        SAMPLES.answer(question(f"{TEXT} "))


def test_an_answer_that_cannot_be_read_is_no_answer_and_says_why() -> None:
    answer = SampleAnswers([Sample(text="a", envelope="{}")]).answer(question("a"))
    assert (answer.values, answer.sample) == (None, True)
    assert answer.problem == "the sample answer cannot be read: the reply is JSON, but it holds no answer"
