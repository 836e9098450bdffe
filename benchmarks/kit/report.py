"""RESULTS.md and the documents beside it: a section for each benchmark, and marked parts, which it alone writes."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
DOCS = Path(__file__).parents[2] / "docs"
TITLE = "# Measured"
ORDER = (
    "Throughput",
    "Intake over HTTP",
    "Growth",
    "Waiting",
    "Clicks",
    "Size",
    "Documents",
    "Home",
    "Commands",
    "Reviewing",
    "Asking a model",
    "Real messages",
    "Support tickets",
    "Unfamiliar messages",
    "Files of invoices",
    "Volume tests",
    "The promise",
    "Soak",
)
"""Headings of the sections, in order."""
TRIAL = "**Small numbers of a trial, on a machine that did other work: they show the form, and nothing else.**"
"""First line of what a quick run writes into a document."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a document, between two marks that stand in it."""

    file: Path
    name: str
    lines: Sequence[str]
    """Markdown."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The result of one benchmark."""

    heading: str
    lines: Sequence[str]
    """Markdown."""
    parts: Sequence[Part] = ()
    pictures: Mapping[Path, str] = field(default_factory=dict)
    """File -> its whole content."""

    def __str__(self) -> str:
        return "\n".join([f"## {self.heading}", "", *self.lines, ""])


Measure = Callable[[bool], Section | Iterable[Section]]
"""A benchmark, which is told whether to be quick. One that takes long may give its section after each of its rounds."""


class Unmarked(ValueError):
    """A document has no marks for the part."""


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


def inserted(text: str, part: Part) -> str:
    """Return the text of a document with these lines between the marks of the part. Raise `Unmarked` without marks."""
    begin, end = f"<!-- measured: {part.name} -->", f"<!-- end of {part.name} -->"
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise Unmarked(f"{part.file.name} has no part {begin} ... {end}")
    return "\n".join([f"{head}{begin}", "", *part.lines, "", f"{end}{tail}"])


def write(section: Section) -> None:
    """Write a section to RESULTS.md, and its parts and pictures to their documents."""
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else f"{TITLE}\n"
    RESULTS.write_text(merged(before, section), encoding="utf-8")
    for part in section.parts:
        part.file.write_text(inserted(part.file.read_text(encoding="utf-8"), part), encoding="utf-8")
    for file, content in section.pictures.items():
        file.write_text(content, encoding="utf-8")


def tell(progress: str) -> None:
    """Report the progress on standard error."""
    sys.stderr.write(f"{progress}\n")
    sys.stderr.flush()


def command(description: str | None) -> argparse.ArgumentParser:
    """Return the command line that all benchmarks have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it runs")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md and the documents")
    return parser


def main(description: str | None, *measures: Measure) -> None:
    """Run the command of benchmarks."""
    arguments = command(description).parse_args()
    run(measures, quick=arguments.quick, written=arguments.write)


def run(measures: Sequence[Measure], *, quick: bool, written: bool) -> None:
    """Run benchmarks, one after the other. What is written is written as soon as it is measured."""
    for measure in measures:
        found = measure(quick)
        last: Section | None = None
        for section in [found] if isinstance(found, Section) else found:
            last = section
            if written:
                write(section)
        if last:
            publish(last, written=False)


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
