"""No model is examined with what it learned."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.quality.trying import ACCOUNT, sample
from workflows.engine.declare.versions import Version
from workflows.engine.declare.workflow import Example
from workflows.model.port import Answer, ModelError, Question
from workflows.model.scripted import ScriptedModel, says
from workflows.quality.evals.eval import Eval
from workflows.quality.evals.folds import MOST_PARTS, Once, Part, left_out, parts, with_second
from workflows.quality.evals.results import Share, Summary, result_of
from workflows.quality.examples.labelled import Labelled, of_list

WORKFLOW = sample()
QUEUES = ("billing", "delivery", "safety")


class Memory:
    """A model that knows by heart what it was taught, and answers all else with the same."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.known: Mapping[Any, Any] = {one.input["text"]: one.output["queue"] for one in examples}

    def answer(self, question: Question) -> Answer:
        return says({"queue": self.known.get(question.text.removesuffix("\nen"), "billing"), "reply": ""})

    def probabilities(self, text: str, values: Mapping[str, object]) -> Mapping[str, float]:
        known = self.known.get(text.removesuffix("\nen"))
        return {"queue": 0.5 if known is None else float(known == values["queue"])}

    def unfamiliar(self, text: str, values: Mapping[str, object]) -> None:
        return None


def example(id: int, text: str, queue: str = "billing") -> Example:
    return Example(input={"id": id, "text": text}, output={"queue": queue})


def examples(number: int, *, first: int = 0) -> list[Example]:
    return [example(id, f"text {id}", QUEUES[id % 3]) for id in range(first + 1, first + number + 1)]


def usable(found: Sequence[Example]) -> list[Labelled]:
    return of_list(WORKFLOW, found).labelled


def share_right(tried: Sequence[Example], learned: Sequence[Example]) -> float | None:
    ready = usable(tried)
    dealt = parts(WORKFLOW, ready, learned, model=lambda: Memory(learned), learn=Memory)
    eval = Eval(workflow=WORKFLOW, version=Version(), account=ACCOUNT, examples=ready, parts=dealt)
    return result_of(list(eval.run()), examples=len(ready), floor=None).summary.whole.share


def test_a_model_that_memorises_is_seen_through() -> None:
    taught = examples(90)
    assert Memory(taught).known["text 7"] == QUEUES[7 % 3], "asked what it was taught, it would be right each time"
    assert share_right(taught, taught) == pytest.approx(1 / 3)


def test_it_is_seen_through_where_a_text_is_only_written_otherwise() -> None:
    class Careless(Memory):
        def answer(self, question: Question) -> Answer:
            text = question.text.removesuffix("\nen").lower().strip()
            return says({"queue": self.known.get(text, "billing"), "reply": ""})

    taught = examples(60)
    shouted = [example(100 + id, f" TEXT  {id} ".replace("  ", " "), QUEUES[id % 3]) for id in range(1, 61)]
    dealt = parts(WORKFLOW, usable(shouted), taught, model=lambda: Careless(taught), learn=Careless)
    assert sum(len(part.places) for part in dealt) == 60
    for part in dealt:
        known = part.model().known  # type: ignore[attr-defined]  # it is a Memory
        assert all(f"text {shouted[place].input['id'] - 100}" not in known for place in part.places)  # type: ignore[operator]  # its ids are numbers


def test_examples_that_it_did_not_learn_are_tried_with_the_model_as_it_is() -> None:
    taught, new = examples(60), examples(10, first=100)
    (part,) = parts(WORKFLOW, usable(new), taught, model=lambda: Memory(taught), learn=Memory)
    assert not part.learned_without
    assert len(part.places) == 10
    assert len(part.model().known) == 60  # type: ignore[attr-defined]  # it is a Memory


def test_a_model_that_does_not_learn_is_asked_as_it_is() -> None:
    (part,) = parts(WORKFLOW, usable(examples(10)), [], model=lambda: Memory([]), learn=Memory)
    assert not part.learned_without


def test_where_few_stand_on_both_sides_one_model_learns_without_them() -> None:
    taught = examples(60)
    dealt = parts(
        WORKFLOW, usable([*taught[:3], *examples(10, first=100)]), taught, model=lambda: Memory(taught), learn=Memory
    )
    assert left_out(dealt) == 1
    assert sorted(len(part.places) for part in dealt) == [3, 10]


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(QUEUES)), min_size=1, max_size=60), st.integers(0, 60))
def test_every_example_is_tried_once_and_none_with_a_model_that_learned_its_text(
    drawn: list[tuple[int, str]], cut: int
) -> None:
    """Whatever stands twice, under one answer or two."""
    every = [example(id, f"text {text}", queue) for id, (text, queue) in enumerate(drawn, start=1)]
    ready = usable(every)
    dealt = parts(WORKFLOW, ready, every[:cut], model=lambda: Memory(every[:cut]), learn=Memory)
    assert sorted(place for part in dealt for place in part.places) == list(range(len(ready)))
    assert left_out(dealt) <= MOST_PARTS
    for part in dealt:
        known = part.model().known  # type: ignore[attr-defined]  # it is a Memory
        assert not any(ready[place].input.text in known for place in part.places)  # type: ignore[attr-defined]  # a Ticket


def test_a_second_opinion_is_asked_of_one_that_did_not_learn_the_example() -> None:
    """One that knows all answers would speak against each wrong one. It is asked about nothing that it knows."""
    taught, careless = examples(90), ScriptedModel(lambda _: says({"queue": "billing", "reply": ""}))
    ready = usable(taught)

    def tried(parts: Sequence[Part]) -> Summary:
        eval = Eval(workflow=WORKFLOW, version=Version(), account=ACCOUNT, examples=ready, parts=parts)
        return result_of(list(eval.run()), examples=len(ready), floor=None).summary

    fair = tried(with_second(WORKFLOW, ready, taught, model=lambda: careless, learn=Memory))
    knowing = Part(places=range(90), model=lambda: careless, second=lambda: Memory(taught))
    assert fair.second is None
    assert tried([knowing]).second == Share(right=0, of=60)


def test_one_answer_is_spread_evenly_over_the_parts() -> None:
    taught = examples(90)
    ready = usable(taught)
    for part in parts(WORKFLOW, ready, taught, model=lambda: Memory(taught), learn=Memory):
        queues = [str(ready[place].truth["queue"]) for place in part.places]
        assert all(5 <= queues.count(queue) <= 7 for queue in QUEUES)


def test_a_model_is_made_once_and_so_is_the_reason_why_it_cannot_be() -> None:
    made = []

    def fail() -> Memory:
        made.append(1)
        raise ModelError("too few")

    once = Once(fail)
    for _ in range(3):
        with pytest.raises(ModelError, match="too few"):
            once()
    assert made == [1]


def test_what_cannot_be_learned_from_the_rest_says_so() -> None:
    def fail(rest: Sequence[Example]) -> Memory:
        raise ModelError("label at least 10")

    taught = examples(3)
    dealt = parts(WORKFLOW, usable(taught), taught, model=lambda: Memory(taught), learn=fail)
    with pytest.raises(ModelError, match="the model has to learn without these examples: label at least 10"):
        dealt[0].model()
