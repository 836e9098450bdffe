"""Cases with real scores: what the product's local model says of messages that it did not learn from.

Each case is a row [score, confidence, error, intent]. The score is what the product gives it: the confidence, or 0
where the message is unfamiliar. The intent is a number, or -1 where it has no examples.
"""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, create_model

from benchmarks.kit.report import tell
from workflows.model.local.local_model import Example, LocalModel
from workflows.model.port import Question

FOLDS = 5
"""Parts of Banking77: each is answered by a model that learned from the others."""
LEFT_OUT = 12
"""Of 77 intents, those without examples in the mixture: their messages are out of scope."""
MIXTURES = 3
"""Choices of intents that are left out."""
CACHE = Path("build/promise")

Row = tuple[float, float, int, int]
Messages = Sequence[tuple[str, str]]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Cases that runs draw from."""

    name: str
    scores: Numbers
    errors: Numbers
    """1 where the proposal is wrong, else 0."""
    intents: NDArray[np.int64]

    def wrong_from(self, floor: float) -> float:
        """Return the share of wrong ones among the cases at or above a floor."""
        chosen = self.scores >= floor
        return float(self.errors[chosen].mean()) if chosen.any() else 0.0

    def best(self, wrong: float) -> float:
        """Return the greatest share of cases that can go alone with at most this share of wrong ones."""
        shares = [(self.wrong_from(floor), float((self.scores >= floor).mean())) for floor in np.unique(self.scores)]
        return max((share for found, share in shares if found <= wrong), default=0.0)


def pools(folder: Path) -> Iterator[Pool]:
    """Yield the pools of Banking77. `folder`: that of its train.csv and stream.csv. They are kept in build/promise."""
    known, mixed = _rows(folder, "known"), _rows(folder, "mixed")
    yield _pool("Banking77", known, column=1)
    yield _pool("Banking77, unfamiliar messages to people", known, column=0)
    yield _pool("Banking77 with messages out of scope, unfamiliar ones to people", mixed, column=0)


def stand_in(seed: int = 7, number: int = 6_000) -> Pool:
    """Return made-up cases whose errors are about as frequent, score by score, as those of Banking77."""
    draw = np.random.default_rng(seed)
    scores = 1 - draw.beta(0.5, 2.0, number)
    errors = (draw.random(number) < 0.55 * (1 - scores) ** 1.3).astype(float)
    return Pool(name="made up", scores=scores, errors=errors, intents=draw.integers(0, 77, number))


def _pool(name: str, rows: Sequence[Row], *, column: int) -> Pool:
    table = np.array(rows, dtype=float)
    return Pool(name=name, scores=table[:, column], errors=table[:, 2], intents=table[:, 3].astype(np.int64))


def _rows(folder: Path, kind: Literal["known", "mixed"]) -> list[Row]:
    file = CACHE / f"{kind}.json"
    if not file.exists():
        messages = [pair for name in ("train.csv", "stream.csv") for pair in _read(folder / name)]
        random.Random(1).shuffle(messages)  # noqa: S311  # an order that can be made again
        rows = list(_known(messages) if kind == "known" else _mixed(messages))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(rows), encoding="utf-8")
    return [tuple(row) for row in json.loads(file.read_text(encoding="utf-8"))]


def _known(messages: Messages) -> Iterator[Row]:
    intents = _intents(messages)
    for fold in range(FOLDS):
        tell(f"Banking77, part {fold + 1} of {FOLDS}")
        others = [pair for number, pair in enumerate(messages) if number % FOLDS != fold]
        yield from _answered(others, messages[fold::FOLDS], intents)


def _mixed(messages: Messages) -> Iterator[Row]:
    intents = _intents(messages)
    for seed in range(MIXTURES):
        tell(f"with intents left out, {seed + 1} of {MIXTURES}")
        left_out = set(random.Random(seed).sample(intents, LEFT_OUT))  # noqa: S311  # a choice that can be made again
        known = [intent for intent in intents if intent not in left_out]
        others = [pair for number, pair in enumerate(messages) if number % FOLDS and pair[1] not in left_out]
        yield from _answered(others, messages[::FOLDS], known)


def _answered(examples: Messages, asked: Messages, intents: Sequence[str]) -> Iterator[Row]:
    choice: Any = Literal[tuple(intents)]
    output: type[BaseModel] = create_model("Intent", intent=(choice, ...))
    model = LocalModel.train([Example(text=text, labels={"intent": intent}) for text, intent in examples], output)
    for text, intent in asked:
        question = Question(workflow="intents", output=output, prompt=None, data={}, text=text, templates={})
        answer = model.answer(question)
        said = answer.confidence["intent"]
        confidence = float(said) if isinstance(said, float) else 0.0
        score = confidence if answer.unfamiliar is None else 0.0
        is_error = (answer.values or {}).get("intent") != intent
        yield score, confidence, int(is_error), intents.index(intent) if intent in intents else -1


def _intents(messages: Messages) -> list[str]:
    return sorted({intent for _, intent in messages})


def _read(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["intent"]) for row in csv.DictReader(lines)]
