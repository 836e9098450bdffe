"""RESULTS.md: a section for each benchmark, which it alone writes."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
TITLE = "# Measured"
ORDER = ("Throughput", "Waiting", "Clicks", "Size", "Asking a model", "Real messages")
"""Headings of the sections, in order."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The result of one benchmark."""

    heading: str
    lines: Sequence[str]
    """Markdown."""

    def __str__(self) -> str:
        return "\n".join([f"## {self.heading}", "", *self.lines, ""])


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return a Markdown table; its first column holds words, the others figures."""
    lines = [columns, ["---", *("---:" for _ in columns[1:])], *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]


def number(value: float) -> str:
    """Return a figure with a sensible number of digits."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def merged(text: str, section: Section) -> str:
    """Return the text of RESULTS.md with this section in place of the one with its heading."""
    sections = _sections(text)
    sections[section.heading] = f"{section}\n"
    known = [heading for heading in ORDER if heading in sections]
    others = [heading for heading in sections if heading not in ORDER]
    return f"{TITLE}\n\n" + "\n".join(sections[heading].rstrip() + "\n" for heading in [*known, *others])


def write(section: Section) -> None:
    """Write a section to RESULTS.md."""
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else f"{TITLE}\n"
    RESULTS.write_text(merged(before, section), encoding="utf-8")


def tell(progress: str) -> None:
    """Report the progress on standard error."""
    sys.stderr.write(f"{progress}\n")
    sys.stderr.flush()


def main(description: str | None, *measures: Callable[[bool], Section]) -> None:
    """Run the command of benchmarks. Each of `measures` is told whether to be quick."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it runs")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    arguments = parser.parse_args()
    for measure in measures:
        publish(measure(arguments.quick), written=arguments.write)


def publish(section: Section, *, written: bool) -> None:
    """Print a section, and write it where asked."""
    sys.stdout.write(f"{section}\n")
    sys.stdout.flush()
    if written:
        write(section)


def _sections(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    heading: str | None = None
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip()
            found[heading] = ""
        if heading is not None:
            found[heading] += f"{line}\n"
    return found
