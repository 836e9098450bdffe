"""Real messages through the whole pipeline: the `countersign run` of docs/measured.md, measured.

    python -m benchmarks.learning.real_messages FOLDER [--runs 3] [--write]

FOLDER holds Banking77's train.csv (to learn from) and stream.csv (the incoming work). Each run is a new process on a
new SQLite file (WAL, synchronous=FULL), and is repeated on the same file to see that it takes in nothing new.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.kit import machine
from benchmarks.kit.report import Section, publish

LABELS = ("queue", "intent")
HEADING = "Real messages"

Numbers = Mapping[str, Any]
"""Output of `countersign run --json`."""


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.absolute()
    measured = {label: [measure(folder, label) for _ in range(arguments.runs)] for label in LABELS}
    publish(Section(heading=HEADING, lines=report(measured)), written=arguments.write)


def measure(folder: Path, label: str) -> Numbers:
    """Measure one run on a new database. Exit where it does not end properly."""
    with TemporaryDirectory() as work:
        first = _run(Path(work), folder, label)
        again = _run(Path(work), folder, label)
    if again["taken_in"] or again["runs"] or again["tally"] != first["tally"]:
        sys.exit(f"the second run over the same file was no repetition: {again}")
    if first["tally"]["failed"] or first["tally"]["unfinished"] or first["refused"]:
        sys.exit(f"not every message came to an end: {first}")
    return first


def report(measured: Mapping[str, Sequence[Numbers]]) -> list[str]:
    """Return the results as Markdown."""
    runs = len(next(iter(measured.values())))
    columns = {label: _column(label, numbers) for label, numbers in measured.items()}
    rows = list(next(iter(columns.values())))
    table = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    table += [f"| {row} | {' | '.join(column[row] for column in columns.values())} |" for row in rows]
    return [
        "`make real MESSAGES=FOLDER`: the 2,003 messages of Banking77's stream.csv, after learning from the 8,000",
        "of train.csv with the local model. Learning is not part of the cases per second.",
        machine.described(("scikit-learn", "sqlalchemy", "pydantic")),
        "SQLite with WAL and synchronous=FULL, 8 threads, one process. "
        + (f"Medians of {runs} runs." if runs > 1 else "One run."),
        "",
        *table,
    ]


def _column(label: str, numbers: Sequence[Numbers]) -> dict[str, str]:
    first, tally = numbers[0], numbers[0]["tally"]
    learned = next(iter(first["learned"].values()))["fields"][label]
    alone, everything = tally["right_alone"][label], tally["right_of_all"][label]
    return {
        "taken in": f"{first['taken_in']:,}",
        "resolved alone": f"{tally['alone']:,}",
        "to review": f"{tally['to_review']:,}",
        "failed": f"{tally['failed']:,}",
        f"right, of those resolved alone at floor {first['floor']:g}": f"{alone['right'] / alone['of']:.1%}",
        "right, of all": f"{everything['right'] / everything['of']:.1%}",
        "right, held out of the examples": f"{learned['accuracy']:.1%}",
        "calibration error, held out": f"{learned['calibration_error']:.3f}",
        "cases per second": f"{median(one['cases_per_second'] for one in numbers):.0f}",
        "rows taken in per second": f"{median(one['rows'] / one['intake_seconds'] for one in numbers):,.0f}",
        "dollars": tally["cost"],
    }


def _run(work: Path, folder: Path, label: str) -> Numbers:
    command = [sys.executable, "-m", "bot.cli", "run", str(folder / "stream.csv"), "--workflow", "intent-triage"]
    command += ["--examples", str(folder / "train.csv"), "--label", label, "--json"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "COUNTERSIGN_MODEL": "local"}
    done = subprocess.run(  # noqa: S603  # our own command
        command, cwd=work, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"countersign run ended with {done.returncode}")
    numbers: Numbers = json.loads(done.stdout)
    return numbers


if __name__ == "__main__":
    main()
