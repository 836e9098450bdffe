"""Recall: how often the decided cases that are told with a case have the right answer, on messages of your own.

    python -m benchmarks.learning.recall FOLDER [--quick] [--write]

FOLDER holds `train.csv`, which was decided, and `stream.csv`, which is measured: columns `text`, `queue` and `intent`.
No model is asked. What a model makes of what it is told lies between never and always taking the right one of them.
"""

import csv
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kit import machine, report
from benchmarks.kit.report import Part, Section, number, table
from workflows.quality.examples.recall.index import Index

HEADING = "Recall"
TOLD = 3
"""Past decisions that are told with a case."""
_DOCUMENT = Path(__file__).parents[2] / "docs" / "measured.md"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message with its right answers."""

    text: str
    answers: dict[str, str]
    """Field -> the right value."""


def measured(folder: Path, *, quick: bool) -> Section:
    """Find the nearest decided messages for each one that is measured."""
    decided, asked = read(folder / "train.csv"), read(folder / "stream.csv")
    if quick:
        asked = asked[:200]
    began = time.perf_counter()
    index = Index.of(decided, [one.text for one in decided])
    made = time.perf_counter() - began
    began = time.perf_counter()
    # A message that stands in both files is the case itself.
    near = [_near(index, one) for one in asked]
    each = (time.perf_counter() - began) / len(asked)
    rows = [_row(field, asked, near) for field in ("queue", "intent")]
    lines = [
        f"{len(asked):,} messages, each told the nearest {TOLD} of {len(decided):,} decided ones. The index is made in",
        f"{made:.2f} seconds; finding them takes {number(each * 1000)} milliseconds.",
        "",
        *table(
            ["answer", "the nearest is right", "one at least is right", "all are right", "their vote is right"], rows
        ),
        "",
        "No paid model was at hand, so no model was asked. One that copied the nearest would be as good as the first",
        "column, and one that always chose the right one of them as the second. Their vote, ties to the nearest, is a",
        "stand-in for a model, and no model.",
    ]
    heading = "`python -m benchmarks.learning.recall FOLDER`: " + machine.described(("scikit-learn",))
    part = Part(file=_DOCUMENT, name="recall", lines=lines)
    return Section(heading=HEADING, lines=[heading, "", *lines], parts=[part])


def read(file: Path) -> list[Message]:
    """Read messages with their answers."""
    with file.open(encoding="utf-8", newline="") as opened:
        return [
            Message(text=row["text"], answers={"queue": row["queue"], "intent": row["intent"]})
            for row in csv.DictReader(opened)
        ]


def _near(index: Index[Message], own: Message) -> list[Message]:
    return [one.item for one in index.nearest(own.text, most=TOLD, may=lambda other: not _same(other, own))]


def _row(field: str, asked: Sequence[Message], near: Sequence[Sequence[Message]]) -> list[str]:
    pairs = zip(asked, near, strict=True)
    told = [[other.answers[field] == one.answers[field] for other in others] for one, others in pairs]
    votes = [_vote([other.answers[field] for other in others]) for others in near]
    right = [vote == one.answers[field] for one, vote in zip(asked, votes, strict=True)]
    shares = [
        [bool(one) and one[0] for one in told],
        [any(one) for one in told],
        [bool(one) and all(one) for one in told],
        right,
    ]
    return [field, *(f"{sum(ones) / len(ones):.1%}" for ones in shares)]


def _vote(answers: Sequence[str]) -> str | None:
    """Return the answer that most have, the nearest one's among those that are as many."""
    counts = Counter(answers)
    return max(answers, key=lambda answer: counts[answer]) if answers else None


def _same(one: Message, other: Message) -> bool:
    return one.text.casefold().split() == other.text.casefold().split()


def main() -> None:
    """Measure, print, and write it where asked."""
    parser = report.command(__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    chosen = parser.parse_args()
    report.publish(measured(chosen.folder, quick=chosen.quick), written=chosen.write)


if __name__ == "__main__":
    main()
