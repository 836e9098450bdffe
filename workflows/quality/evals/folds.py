"""Folds: a model that learns is never tried on examples that it learned from.

Where the local model learned from examples that are tried, they are dealt into parts, and each part is tried with a
model that learned without it (k-fold cross-validation; Stone, "Cross-validatory choice and assessment of statistical
predictions", J. R. Stat. Soc. B 36, 1974). Equal texts go into one part, because one would give the other away. The
result is too low rather than too high: each of these models knows fewer examples than the real one.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Classifier
from workflows.engine.declare.workflow import Example
from workflows.engine.propose.examples.example_inputs import input_of
from workflows.engine.text.canonical_json import content_hash
from workflows.model.port import Model, ModelError
from workflows.quality.examples.labelled import Labelled

MOST_PARTS = 5


@dataclass(frozen=True, kw_only=True)
class Part:
    """Examples that are tried with one model."""

    places: Sequence[int]
    """Positions of these examples among all."""
    model: Callable[[], Model]
    """Function that returns the model. Raise `ModelError`."""
    learned_without: bool = False
    """True if the model would usually have learned from these examples, and did not."""
    second: Callable[[], Classifier] | None = None
    """Function that returns the model for a second opinion, which learned without these examples; None: there is none.

    Raise `ModelError`.
    """


ModelT = TypeVar("ModelT")
LearnerT = TypeVar("LearnerT")


class Once(Generic[ModelT]):
    """A model that is made when it is first asked for, or the error that prevented it. Threads may share it."""

    def __init__(self, make: Callable[[], ModelT]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: ModelT | ModelError | None = None

    def __call__(self) -> ModelT:
        """Return the model. Raise `ModelError`."""
        with self._lock:
            if self._made is None:
                try:
                    self._made = self._make()
                except ModelError as error:
                    self._made = error
            if isinstance(self._made, ModelError):
                raise self._made
            return self._made


def parts(
    workflow: AnyWorkflow,
    examples: Sequence[Labelled],
    learned: Sequence[Example],
    *,
    model: Callable[[], Model],
    learn: Callable[[Sequence[Example]], Model],
) -> list[Part]:
    """Deal the examples into parts, so that no model is tried on an example that it learned from.

    `learned`: the examples that the local model learns from; empty for a model that does not learn. `learn`: trains a
    model from fewer examples. Each part leaves out at most a fifth of the examples to learn from. There are at most
    five parts, and one where only a few examples are on both sides.
    """
    found = []
    for places, rest in _dealt(workflow, examples, learned):
        is_whole = len(rest) == len(learned)
        made = Once(model) if is_whole else Once(_learner(learn, rest))
        found.append(Part(places=places, model=made, learned_without=not is_whole))
    return found


def _dealt(
    workflow: AnyWorkflow, examples: Sequence[Labelled], learned: Sequence[Example]
) -> list[tuple[Sequence[int], Sequence[Example]]]:
    """Return the positions of examples that are tried together, each with the examples to learn from."""
    texts = [_alike(workflow.text_of(one.input)) for one in examples] if learned else []
    known = [_text_of(workflow, one) for one in learned]
    both = set(texts) & {text for text in known if text is not None}
    # Each right answer is spread evenly over the parts, in a pseudo-random order that is the same each time.
    answers = {text: examples[place].truth_hash for place, text in enumerate(texts) if text in both}
    order = sorted(both, key=lambda text: (answers[text], content_hash(text)))
    count = min(MOST_PARTS, math.ceil(len(both) * MOST_PARTS / max(1, len(set(known)))))
    dealt = {text: turn % count for turn, text in enumerate(order)}
    found: list[tuple[Sequence[int], Sequence[Example]]] = []
    unknown = [place for place in range(len(examples)) if not both or texts[place] not in dealt]
    if unknown:
        found.append((unknown, learned))
    for part in range(count):
        rest = [one for one, text in zip(learned, known, strict=True) if text is None or dealt.get(text) != part]
        places = [place for place, text in enumerate(texts) if dealt.get(text) == part]
        found.append((places, rest))
    return found


def with_second(
    workflow: AnyWorkflow,
    examples: Sequence[Labelled],
    learned: Sequence[Example],
    *,
    model: Callable[[], Model],
    learn: Callable[[Sequence[Example]], Classifier],
) -> list[Part]:
    """Deal the examples into parts for a model that does not learn, so that no second opinion knows the answer."""
    asked = Once(model)
    return [
        Part(places=places, model=asked, second=Once(_learner(learn, rest)) if learned else None)
        for places, rest in _dealt(workflow, examples, learned)
    ]


def _learner(learn: Callable[[Sequence[Example]], LearnerT], rest: Sequence[Example]) -> Callable[[], LearnerT]:
    def make() -> LearnerT:
        try:
            return learn(rest)
        except ModelError as error:
            raise ModelError(f"for a fair trial the model has to learn without these examples: {error}") from error

    return make


def _text_of(workflow: AnyWorkflow, example: Example) -> str | None:
    try:
        return _alike(workflow.text_of(input_of(workflow, example.input)))
    except Exception:  # noqa: BLE001  # the author's code, and an input of any kind; training will name the row
        return None


def _alike(text: str) -> str:
    return " ".join(text.lower().split())


def left_out(found: Iterable[Part]) -> int:
    """Count the parts whose model learned without them."""
    return sum(part.learned_without for part in found)
