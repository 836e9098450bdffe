"""States what my-automation does, on the real engine, with a model that follows the test."""

import json
from pathlib import Path

from countersign.testing import ModelUnavailable, Testbed, says

from .workflow import Answer, Message, routing, send


def test_a_sure_answer_is_delivered_alone() -> None:
    sent: list[str] = []

    def note(message: int, queue: str, key: str) -> str:
        sent.append(queue)
        return "noted"

    with Testbed(routing, says({"queue": "billing"}, confidence=0.95)) as bed:
        bed.instead(send, note)
        case = bed.submit(Message(id=1, text="You charged me twice"))
        assert case.delivered == Answer(queue="billing")
        assert sent == ["billing"]


def test_an_unsure_answer_goes_to_a_person_whose_word_counts() -> None:
    with Testbed(routing, says({"queue": "other"}, confidence=0.5)) as bed:
        case = bed.submit(Message(id=1, text="It never came"))
        assert "Queue: other · 50% sure" in case.card
        assert case.delivered is None
        case.edit(queue="delivery")
        assert case.delivered == Answer(queue="delivery")


def test_a_lawyers_letter_goes_to_a_person_however_sure_the_model_is() -> None:
    with Testbed(routing, says({"queue": "billing"}, confidence=1.0)) as bed:
        case = bed.submit(Message(id=1, text="My lawyer will write to you"))
        assert "Never: sort a lawyer's letter alone" in case.card
        case.reject("the lawyers have it", then="close")
        assert case.state == "closed"


def test_a_person_gets_the_case_when_the_model_is_down() -> None:
    with Testbed(routing, ModelUnavailable("the provider is down")) as bed:
        case = bed.submit(Message(id=1, text="Where is my parcel?"))
        assert "there is no proposal" in case.card


def test_every_example_fits_the_forms() -> None:
    lines = Path(__file__).with_name("examples.jsonl").read_text(encoding="utf-8")
    for example in map(json.loads, lines.splitlines()):
        Message.model_validate(example["input"])
        Answer.model_validate(example["output"])
