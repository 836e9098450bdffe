"""Messages of intents that no example has, and what the local model would do with them alone.

    python -m benchmarks.learning.unfamiliar FOLDER [--splits 10] [--first 0] [--write]

FOLDER holds Banking77's train.csv and stream.csv. Each split leaves 12 of the 77 intents out of the examples. Messages
of these intents have no right answer, so whichever of them goes alone is wrong. The familiarity was chosen on the
splits 100 and 101 (`--first 100`), which are none of those that are reported.
"""

import argparse
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, create_model

from benchmarks.kit.report import DOCS, Part, Section, publish
from workflows.model.local.local_model import Example, LocalModel
from workflows.model.port import Question

FLOOR = 0.85
LEFT_OUT = 12
"""Intents that a split leaves out."""
HEADING = "Unfamiliar messages"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Messages, and how many of them go alone."""

    known: int
    """Messages of an intent that has examples."""
    known_sure: int
    """Those of them with a confidence of the floor."""
    known_alone: int
    """Those of them that are familiar, too."""
    right: int
    """Those of them whose intent is right."""
    other: int
    """Messages of an intent that was left out."""
    other_sure: int
    other_alone: int


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="write docs/measured.md and benchmarks/RESULTS.md")
    arguments = parser.parse_args()
    train, stream = (_read(arguments.folder / name) for name in ("train.csv", "stream.csv"))
    seeds = range(arguments.first, arguments.first + arguments.splits)
    lines = report([measure(train, stream, seed=seed) for seed in seeds])
    part = Part(file=DOCS / "measured.md", name="unfamiliar", lines=lines)
    publish(Section(heading=HEADING, lines=lines, parts=[part]), written=arguments.write)


def measure(train: Sequence[Sequence[str]], stream: Sequence[Sequence[str]], *, seed: int) -> Counted:
    """Measure one split. `train` and `stream`: pairs of a text and its intent."""
    intents = sorted({intent for _, intent in train})
    left_out = set(random.Random(seed).sample(intents, LEFT_OUT))  # noqa: S311  # a split that can be made again
    known = tuple(intent for intent in intents if intent not in left_out)
    output = _output(known)
    examples = [Example(text=text, labels={"intent": intent}) for text, intent in train if intent in known]
    model = LocalModel.train(examples, output)
    seen: dict[bool, list[tuple[bool, bool, bool]]] = {True: [], False: []}
    for text, intent in stream:
        question = Question(workflow="intents", output=output, prompt=None, data={}, text=text, templates={})
        answer = model.answer(question)
        confidence = answer.confidence["intent"]
        sure = isinstance(confidence, float) and confidence >= FLOOR
        alone = sure and answer.unfamiliar is None
        seen[intent in known].append((sure, alone, alone and (answer.values or {})["intent"] == intent))
    (known_sure, known_alone, right), (other_sure, other_alone, _) = (
        tuple(map(sum, zip(*seen[kind], strict=True))) for kind in (True, False)
    )
    return Counted(
        known=len(seen[True]),
        known_sure=known_sure,
        known_alone=known_alone,
        right=right,
        other=len(seen[False]),
        other_sure=other_sure,
        other_alone=other_alone,
    )


def report(counted: Sequence[Counted]) -> list[str]:
    """Return the results as Markdown."""
    known, other = sum(one.known for one in counted), sum(one.other for one in counted)
    known_sure, known_alone = sum(one.known_sure for one in counted), sum(one.known_alone for one in counted)
    other_sure, other_alone = sum(one.other_sure for one in counted), sum(one.other_alone for one in counted)
    shares = sorted(one.other_alone / one.other for one in counted)
    return [
        f"{len(counted)} splits of Banking77, each with {LEFT_OUT} of 77 intents left out of the examples; what goes"
        f" alone at the floor {FLOOR:g}:",
        "",
        "| messages | of them | by confidence only | familiar, too |",
        "|---|---|---|---|",
        f"| of known intents | {known:,} | {known_sure / known:.1%} | {known_alone / known:.1%} |",
        f"| of intents left out | {other:,} | {other_sure / other:.1%} | {other_alone / other:.1%} |",
        "",
        f"Between {shares[0]:.1%} and {shares[-1]:.1%} of those left out, by split. Of those of known intents that go"
        f" alone, {sum(one.right for one in counted) / known_alone:.1%} are right.",
    ]


def _output(intents: tuple[str, ...]) -> type[BaseModel]:
    choice: Any = Literal[intents]
    return create_model("Intent", intent=(choice, ...))


def _read(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["intent"]) for row in csv.DictReader(lines)]


if __name__ == "__main__":
    main()
