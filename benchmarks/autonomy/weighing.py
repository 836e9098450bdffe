"""Confidence weighed from labels, for a stand-in of a paid model that is too sure of itself.

    python -m benchmarks.autonomy.weighing FOLDER [--splits 5] [--write]

FOLDER holds Banking77's train.csv and stream.csv. No paid model is asked. Each split deals the messages anew:

- 4,000 teach the stand-in: a local model, whose answers are spoilt by a rule. Its odds are squared, and what it states
  is rounded to .05 and is at most .95, as a model says it that talks of itself. One message in 25, by a hash of its
  text, gets the second-best answer and is stated as surely as the best one: carelessness, which no confidence shows.
- 1,200 others teach the classifier that gives the second opinion.
- The rest arrive, one after the other. Of the first 3,000, people's labels are known: half of them is learned from, and
  the other half decides whether that is used, as when a version is proposed. The figures are of those that come after.
"""

import argparse
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from pydantic import BaseModel, create_model

from benchmarks.kit.report import DOCS, Part, Section, publish, table
from workflows.engine.declare.proposal import Proposal
from workflows.engine.propose.scores import known_of, weighed
from workflows.model.local.local_model import Example, LocalModel
from workflows.model.port import Alternative, Question
from workflows.quality.deployments.weighed import Lesson, area, fit
from workflows.quality.examples.split import Half, half_of

STAND_IN, SECOND, PAST = 4_000, 1_200, 3_000
CARELESS = 25
"""Messages, of which one gets the second-best answer."""
WRONG = 0.05
HEADING = "Weighed confidence"


@dataclass(frozen=True, kw_only=True)
class Quality:
    """A measure of how well a confidence tells right from wrong."""

    area: float
    """Area under the curve (AUROC)."""
    alone: float
    """The greatest share of the messages at or above a floor of which at most 5 % are wrong, chosen in hindsight."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The result of one split."""

    labels: int
    future: int
    wrong: float
    """Share of the stand-in's answers that are wrong, of those that come after."""
    is_used: bool
    """True if the weighing was used, as measured on the half of the labels that was not learned from."""
    stated: Quality
    capped: Quality
    """The stated one, and never more than the second opinion."""
    weighed: Quality


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write docs/measured.md and benchmarks/RESULTS.md")
    arguments = parser.parse_args()
    messages = [one for name in ("train.csv", "stream.csv") for one in _read(arguments.folder / name)]
    lines = report([measure(messages, seed=seed) for seed in range(arguments.splits)])
    part = Part(file=DOCS / "measured.md", name="weighing", lines=lines)
    publish(Section(heading=HEADING, lines=lines, parts=[part]), written=arguments.write)


def measure(messages: Sequence[tuple[str, str]], *, seed: int) -> Measured:
    """Measure one split. `messages`: pairs of a text and its intent."""
    dealt = random.Random(seed).sample(messages, len(messages))  # noqa: S311  # a split that can be made again
    intents = tuple(sorted({intent for _, intent in messages}))
    output: type[BaseModel] = create_model("Intent", intent=(_choice(intents), ...))
    taught = [Example(text=text, labels={"intent": intent}) for text, intent in dealt[: STAND_IN + SECOND]]
    stand_in = LocalModel.train(taught[:STAND_IN], output)
    second = LocalModel.train(taught[STAND_IN:], output)
    arrived = [(text, _lesson(text, intent, stand_in, second, output)) for text, intent in dealt[len(taught) :]]
    halves: dict[Half, list[Lesson]] = {half: [] for half in Half}
    for text, lesson in arrived[:PAST]:
        halves[half_of("intents", text)].append(lesson)
    fitted = fit(halves[Half.LEARNING], halves[Half.MEASURING])
    future = [lesson for _, lesson in arrived[PAST:]]
    weighing = fitted.weighing
    return Measured(
        labels=fitted.told.labels,
        future=len(future),
        wrong=sum(not one.is_right for one in future) / len(future),
        is_used=weighing is not None,
        stated=_quality([(min(one.known.confidence.values()), one.is_right) for one in future]),
        capped=_quality([(one.known.stated, one.is_right) for one in future]),
        weighed=_quality(
            [
                (one.known.stated if weighing is None else weighed(one.known, weighing) or 0.0, one.is_right)
                for one in future
            ]
        ),
    )


def report(measured: Sequence[Measured]) -> list[str]:
    """Return the results as Markdown: means over the splits, and the range."""
    of = {
        "as it is stated": [one.stated for one in measured],
        "never more than the second opinion": [one.capped for one in measured],
        "weighed": [one.weighed for one in measured],
    }
    rows = [
        [name, _range([one.area for one in each], 3), _range([one.alone for one in each], 2)]
        for name, each in of.items()
    ]
    used = sum(one.is_used for one in measured)
    return [
        f"{len(measured)} splits of Banking77: a stand-in for a paid model that is too sure of itself, wrong in "
        f"{fmean(one.wrong for one in measured):.1%} of {measured[0].future:,} messages that come after "
        f"{measured[0].labels:,} labels. The weighing was used in {used} of the splits.",
        "",
        *table(["confidence", "AUROC", "alone at most 5 % wrong, at best"], rows),
        "",
        "Means, with the lowest and the highest split. The rule by which the stand-in is spoilt is ours "
        "(`benchmarks/autonomy/weighing.py`): the figures show that the way works, and not how much it brings with a "
        "model of yours.",
    ]


def _range(numbers: Sequence[float], digits: int) -> str:
    low, high = min(numbers), max(numbers)
    return f"{fmean(numbers):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _lesson(text: str, intent: str, stand_in: LocalModel, second: LocalModel, output: type[BaseModel]) -> Lesson:
    """Return what the stand-in proposes for a message, and whether it is right."""
    question = Question(workflow="intents", output=output, prompt=None, data={}, text=text, templates={})
    answer = stand_in.answer(question)
    assert answer.values is not None
    sure = answer.confidence["intent"]
    assert isinstance(sure, float)
    said, others = str(answer.values["intent"]), list(answer.alternatives["intent"])
    if int.from_bytes(sha256(text.encode()).digest()[:4]) % CARELESS == 0:
        said, others[0] = others[0].value, Alternative(value=said, probability=others[0].probability)
    stated = _stated(sure)
    left = (1 - stated) / max(sum(one.probability for one in others), 1e-9)
    proposal: Proposal[Any] = Proposal(
        output=output(intent=said),
        confidence={"intent": stated},
        alternatives={
            "intent": tuple(
                Alternative(value=one.value, probability=min(1.0, one.probability * left)) for one in others
            )
        },
        second=second.probabilities(text, {"intent": said}),
    )
    known = known_of(proposal)
    assert known is not None
    return Lesson(known=known, is_right=said == intent)


def _stated(sure: float) -> float:
    odds = (sure / max(1 - sure, 1e-9)) ** 2
    return min(0.95, round(odds / (1 + odds) * 20) / 20)


def _quality(scored: Sequence[tuple[float, bool]]) -> Quality:
    ordered = sorted(scored, key=lambda one: -one[0])
    best, wrong = 0, 0
    for place, (score, is_right) in enumerate(ordered, start=1):
        wrong += not is_right
        # A floor lies between two scores, not within those that are the same.
        is_last = place == len(ordered) or ordered[place][0] < score
        if is_last and wrong <= WRONG * place:
            best = place
    return Quality(area=area(scored), alone=best / len(ordered))


def _choice(intents: tuple[str, ...]) -> Any:  # Any: a form that is made here
    return Literal[intents]


def _read(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["intent"]) for row in csv.DictReader(lines)]


if __name__ == "__main__":
    main()
