"""Keeps a model that learns from being examined with what it learned.

Where examples that are tried stand among those that the local model learned from, they are dealt into parts, and each
part is tried with a model that learned without it (k-fold cross-validation; Stone, "Cross-validatory choice and
assessment of statistical predictions", J. R. Stat. Soc. B 36, 1974). Equal texts go into one part, since one would give
the other away. The figure is rather too low than too high: each of these models knows fewer examples than the real one.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Example
from workflows.engine.propose.proposer import Classifier
from workflows.engine.text.canonical_json import content_hash
from workflows.model.port import Model, ModelError
from workflows.quality.examples import Labelled

MOST_PARTS = 5


@dataclass(frozen=True, kw_only=True)
class Part:
    """Examples that are tried with one model."""

    places: Sequence[int]
    """Which ones, by their place among all."""
    model: Callable[[], Model]
    """Raise `ModelError`."""
    learned_without: bool = False
    """Did the model learn without these, being of a kind that would have learned from them?"""
    second: Callable[[], Classifier] | None = None
    """Who is asked what it makes of the model's proposals, having learned without these; None: nobody.

    Raise `ModelError`.
    """


ModelT = TypeVar("ModelT")
LearnerT = TypeVar("LearnerT")


class Once(Generic[ModelT]):
    """A model that is made when it is first asked for, or why it cannot be had. May be shared between threads."""

    def __init__(self, make: Callable[[], ModelT]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: ModelT | ModelError | None = None

    def __call__(self) -> ModelT:
        """The model. Raise `ModelError`."""
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
    """Deal out what is to be tried, so that no model is asked what it learned.

    `learned`: what the local model learns from; empty for a model that does not. `learn`: makes one from fewer.
    Of so many parts that each leaves out no more than a fifth of what there is to learn from: five at most, and one
    where only a few stand on both sides.
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
    """Places of examples that are tried together, each with what may be learned for them."""
    texts = [_alike(workflow.text_of(one.input)) for one in examples] if learned else []
    known = [_text_of(workflow, one) for one in learned]
    both = set(texts) & {text for text in known if text is not None}
    # Each right answer spread evenly over the parts, by a chance that is the same each time.
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
    """Deal out what is to be tried with a model that learns nothing, so that no second opinion knows the answer."""
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
            raise ModelError(f"to be tried fairly, it has to learn without these, and then {error}") from error

    return make


def _text_of(workflow: AnyWorkflow, example: Example) -> str | None:
    try:
        return _alike(workflow.text_of(workflow.input.model_validate(example.input)))
    except Exception:  # noqa: BLE001  # the author's code, and an input of any kind; learning names the row
        return None


def _alike(text: str) -> str:
    return " ".join(text.lower().split())


def left_out(found: Iterable[Part]) -> int:
    """How many models learn without a part."""
    return sum(part.learned_without for part in found)
