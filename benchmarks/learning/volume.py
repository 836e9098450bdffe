"""A volume test over real messages: what would go alone at which floor, with the recommended one held against the rest.

    python -m benchmarks.learning.volume FOLDER [--write]

FOLDER holds Banking77's train.csv (to learn from) and stream.csv (the history, with known answers). Each label is tried
with the local model by `countersign volume-test`, in a new database. `--size` inputs are drawn by five seeds; what is
recommended from each draw is held against all inputs of the file.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.kit import machine
from benchmarks.kit.report import Part, Section, publish, table, tell

LABELS = ("queue", "intent")
HEADING = "Volume tests"
SEEDS = (1, 2, 3, 4, 5)
DOCS = Path(__file__).resolve().parents[2] / "docs"

Report = Mapping[str, Any]
"""Output of `countersign volume-test report --json`."""


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1_000)
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md and docs/measured.md")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.absolute()
    lines: list[str] = []
    for label in LABELS:
        tell(f"volume test of {label}")
        with TemporaryDirectory() as work:
            lines += _of(label, Path(work), folder, arguments.size)
    lines.append(str(machine.briefly()))
    section = Section(heading=HEADING, lines=lines, parts=[Part(file=DOCS / "measured.md", name="volume", lines=lines)])
    publish(section, written=arguments.write)


def _of(label: str, work: Path, folder: Path, size: int) -> list[str]:
    """Return what came of one label, as Markdown."""
    began = time.perf_counter()
    drawn = [_report(work, folder, label, size=size, seed=seed) for seed in SEEDS]
    each = (time.perf_counter() - began) / len(SEEDS)
    whole = _report(work, folder, label, size=100_000, seed=1)
    true = {row["floor"]: row for row in whole["floors"]}
    first = drawn[0]
    rows = [
        (
            f"{row['floor']:g}",
            f"{row['alone'] / first['tried']:.1%}",
            f"{row['share']:.1%}" if row["share"] is not None else "-",
            f"{row['at_least']:.1%} to {row['at_most']:.1%}",
            f"{true[row['floor']]['share']:.1%}",
        )
        for row in first["floors"]
    ]
    chosen = [f"{one['recommended']:g}" if one["recommended"] is not None else "none" for one in drawn]
    above = sum(one["recommended"] is not None and true[one["recommended"]]["share"] > one["promise"] for one in drawn)
    return [
        f"**{label}**: {'GO' if first['verdict'] == 'go' else 'NO-GO'}. {first['tried']:,} of {first['rows']:,} inputs;"
        f" at best {first['at_best']:.1%} can go alone; {each:.0f} s a test, with the training.",
        "",
        *table(("floor", "go alone", "wrong", "interval", "wrong of all inputs"), rows),
        "",
        f"Recommended by five draws: {', '.join(chosen)}; of these, wrong more often than promised among all inputs: "
        f"{above}.",
        "",
    ]


def _report(work: Path, folder: Path, label: str, *, size: int, seed: int) -> Report:
    _countersign(
        work,
        *("volume-test", "intent-triage", "--file", str(folder / "stream.csv")),
        *("--examples", str(folder / "train.csv"), "--label", label, "--size", str(size), "--seed", str(seed)),
    )
    (newest, *_) = json.loads(_countersign(work, "volume-test", "list", "--json"))
    said: Report = json.loads(_countersign(work, "volume-test", "report", str(newest["test"]), "--json"))
    return said


def _countersign(work: Path, *arguments: str) -> str:
    settings = {**os.environ, "COUNTERSIGN_DATABASE_URL": f"sqlite:///{work / 'volume.sqlite'}"}
    command: Sequence[str] = [sys.executable, "-m", "bot.cli", *arguments]
    ended = subprocess.run(command, cwd=work, env=settings, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    if ended.returncode:
        sys.exit(f"{' '.join(arguments)}: {ended.stderr or ended.stdout}")
    return ended.stdout


if __name__ == "__main__":
    main()
