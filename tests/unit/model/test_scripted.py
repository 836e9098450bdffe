"""The scripted model says what it was told, in order, and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from pydantic import BaseModel

from workflows.model.port import Alternative, Answer, Model, ModelError, ModelUnavailable, Question
from workflows.model.scripted import ScriptedModel, ScriptOver, says


class Triage(BaseModel):
    queue: str
    priority: str = "normal"


def question(text: str = "Where is my parcel?") -> Question:
    return Question(workflow="support-triage", output=Triage, prompt=None, data={"text": text}, text=text)


def test_answers_come_in_the_order_of_the_script_and_of_what_was_added_to_it() -> None:
    model: Model = (scripted := ScriptedModel([says({"queue": "a"}), says({"queue": "b"})]))
    scripted.enqueue(says({"queue": "c"}), says({"queue": "d"}))
    assert [(model.answer(question()).values or {})["queue"] for _ in range(4)] == ["a", "b", "c", "d"]


def test_it_remembers_the_questions_in_order_also_those_that_failed() -> None:
    model = ScriptedModel([says({"queue": "a"}), ModelUnavailable("down")])
    first, second = question("one"), question("two")
    model.answer(first)
    with pytest.raises(ModelUnavailable):
        model.answer(second)
    assert model.questions == (first, second)


def test_an_exception_in_the_script_is_raised_in_its_turn() -> None:
    model = ScriptedModel([ModelUnavailable("the provider is down"), says({"queue": "a"})])
    with pytest.raises(ModelUnavailable, match="the provider is down"):
        model.answer(question())
    assert model.answer(question()).values == {"queue": "a"}


def test_a_function_answers_every_question_from_what_is_asked() -> None:
    model = ScriptedModel(lambda asked: says({"queue": asked.text}))
    assert [model.answer(question(text)).values for text in "ab"] == [{"queue": "a"}, {"queue": "b"}]


def test_turns_added_to_a_function_come_before_it() -> None:
    model = ScriptedModel(lambda _: says({"queue": "usual"}))
    model.enqueue(ModelUnavailable("once"))
    with pytest.raises(ModelUnavailable, match="once"):
        model.answer(question())
    assert model.answer(question()).values == {"queue": "usual"}


def test_a_function_can_be_one_turn_of_many() -> None:
    model = ScriptedModel([lambda asked: says({"queue": asked.text}), says({"queue": "fixed"})])
    assert [model.answer(question("a")).values, model.answer(question("b")).values] == [
        {"queue": "a"},
        {"queue": "fixed"},
    ]


def test_the_end_of_the_script_is_told_with_the_question_s_number_and_workflow() -> None:
    model = ScriptedModel([says({"queue": "a"})])
    model.answer(question())
    with pytest.raises(ScriptOver, match="nothing is left for question 2, asked by 'support-triage'"):
        model.answer(question())


def test_the_end_of_the_script_does_not_pass_for_an_outage() -> None:
    with pytest.raises(ScriptOver) as over:
        ScriptedModel().answer(question())
    assert not isinstance(over.value, ModelError)


def test_each_turn_is_taken_by_one_thread_only() -> None:
    count = 400
    model = ScriptedModel(says({"queue": str(number)}) for number in range(count))

    def ask(number: int) -> str:
        return str((model.answer(question(str(number))).values or {})["queue"])

    with ThreadPoolExecutor(16) as threads:
        queues = list(threads.map(ask, range(count)))
    assert sorted(queues, key=int) == [str(number) for number in range(count)]
    assert len(model.questions) == count


def test_says_is_as_sure_of_every_field_as_it_is_told() -> None:
    answer = says({"queue": "billing", "priority": "high"}, confidence=0.9)
    assert answer == Answer(
        model="scripted",
        values={"queue": "billing", "priority": "high"},
        confidence={"queue": 0.9, "priority": 0.9},
    )


def test_says_can_be_as_wrong_about_confidence_as_a_model() -> None:
    assert says({"queue": "billing"}, confidence="very").confidence == {"queue": "very"}


def test_says_takes_all_that_an_answer_can_hold_as_plain_values() -> None:
    answer = says(
        {"queue": "billing"},
        alternatives={"queue": {"returns": 0.08, "delivery": 0.02}},
        evidence={"queue": "charged twice"},
        reasons=["It is about money."],
        cost=Decimal("0.002"),
        model="claude-small",
    )
    assert answer.alternatives == {
        "queue": (Alternative(value="returns", probability=0.08), Alternative(value="delivery", probability=0.02))
    }
    assert answer.evidence == {"queue": "charged twice"}
    assert answer.reasons == ("It is about money.",)
    assert (answer.cost, answer.model) == (Decimal("0.002"), "claude-small")
