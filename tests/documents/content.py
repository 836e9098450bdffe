"""The forty sample invoices as rows of cells, cut into the parts that a layout puts in its places."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import workflows.library.invoice_intake
from workflows.library.invoice_intake.invoice import Invoice
from workflows.library.invoice_intake.labels import is_head_of_lines
from workflows.library.invoice_intake.layout import level
from workflows.tools.amounts import amounts_in
from workflows.tools.characters import plain

FOLDER = Path(workflows.library.invoice_intake.__file__).parent
_CELL = re.compile(r"[^\s](?:[^\s]|[ \u00a0](?=\S))*")
_RULE = re.compile(r"[\s\-_=|:+]*[-_=]{3,}[\s\-_=|:+]*")
_MISREAD = {
    "lnh.": "Inh.",
    "Dorfstr. O, O0000": "Dorfstr. 0, 00000",
    "3O7": "307",
    "1O ": "10 ",
    " l  ": " 1  ",
    "Vo1ksbank, 1BAN": "Volksbank, IBAN",
    "zah1bar": "zahlbar",
    "              ,     .": "",
    "            .                   ": "                                ",
}
"""The scan among the texts, as its paper was before it was misread."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A piece of a row."""

    text: str
    start: int
    end: int

    @property
    def is_figure(self) -> bool:
        """True if it is a number with at most a currency, which a layout puts to the right."""
        letters = sum(char.isalpha() for char in self.text)
        if letters and "%" in self.text:
            return False  # a rate with its tax
        return any(map(str.isdigit, self.text)) and letters <= 3 and not re.search(r"\d[-./]\d+[-./]\d", self.text)


Row = tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Content:
    """An invoice, to be laid out."""

    id: str
    truth: Invoice
    head: tuple[Row, ...]
    titles: tuple[Row, ...]
    """The heads of the columns of its lines."""
    lines: tuple[Row, ...]
    sums: tuple[Row, ...]
    foot: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of it."""
        return (*self.head, *self.titles, *self.lines, *self.sums, *self.foot)


@lru_cache(maxsize=1)
def contents() -> Mapping[str, Content]:
    """Return the forty by id."""
    rows = map(json.loads, (FOLDER / "examples.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["input"]["id"]: _content(row) for row in rows}


def typed(text: str) -> tuple[Row, ...]:
    """Return a text as rows of cells."""
    return tuple(
        tuple(Cell(text=found[0], start=found.start(), end=found.end()) for found in _CELL.finditer(line))
        for line in text.splitlines()
    )


def _content(row: Mapping[str, Mapping[str, object]]) -> Content:
    id, text = str(row["input"]["id"]), plain(str(row["input"]["text"]))
    truth = Invoice.model_validate({**row["output"], "account": "as on file", "booked_before": False})
    if id.startswith("scan"):
        for misread, right in _MISREAD.items():
            text = text.replace(misread, right)
    rows = typed(_without_marks(id, text))
    kept = [each for each in rows if not _RULE.fullmatch(" ".join(cell.text for cell in each))]
    first, last = _span(kept, truth)
    titles = next(
        (at for at in range(first - 1, max(first - 3, -1), -1) if len(kept[at]) > 1 and _is_head(kept[at])), first
    )
    end = max(
        (at + 1 for at, each in enumerate(kept) if at >= last and _has(each, truth.total, truth.due)), default=last
    )
    return Content(
        id=id,
        truth=truth,
        head=tuple(kept[:titles]),
        titles=tuple(kept[titles:first]),
        lines=tuple(kept[first:last]),
        sums=tuple(kept[last:end]),
        foot=tuple(kept[end:]),
    )


def _without_marks(id: str, text: str) -> str:
    """Return the text of another notation than plain text as it is shown."""
    if id.endswith(".html"):
        rows = re.sub(r"</tr>|<br>|</p>|</h1>", "\n", text).replace("</td>", "\t").replace("</th>", "\t")
        return _tabled(html.unescape(re.sub(r"<[^>]+>", "", line)).split("\t") for line in rows.splitlines())
    if id.endswith(".md"):
        bare = text.replace("**", "").replace("`", "")
        return _tabled([part.strip() for part in line.strip("|").split("|")] for line in bare.splitlines())
    if id.endswith(".csv"):
        return _tabled(line.split(";") for line in text.splitlines())
    return text


def _tabled(rows: object) -> str:
    """Return rows of a table as text in columns."""
    listed = [[part.strip() for part in row] for row in rows]  # type: ignore[attr-defined]  # lines of any iterable
    listed = [row for row in listed if not all(set(part) <= {"-", ":"} for part in row) or not any(row)]
    wide = [row for row in listed if len([part for part in row if part]) > 1]
    widths = [max((len(row[at]) for row in wide if at < len(row)), default=0) for at in range(max(map(len, listed)))]
    return "\n".join(
        "  ".join(part.ljust(widths[at]) for at, part in enumerate(row)).rstrip() if row in wide else " ".join(row)
        for row in listed
    )


def _span(rows: Sequence[Row], truth: Invoice) -> tuple[int, int]:
    """Return the first row of the lines, and the one after the last."""
    found, at = list[int](), 0
    for line in truth.lines:
        place = next((number for number in range(at, len(rows)) if _has(rows[number], line.amount)), None)
        if place is None:
            break
        found.append(place)
        at = place + 1
    return (found[0], found[-1] + 1) if found else (len(rows), len(rows))


def _has(row: Row, *values: Decimal) -> bool:
    stated = {abs(one.value) for cell in row for one in amounts_in(cell.text)}
    return any(abs(value) in stated for value in values)


def _is_head(row: Row) -> bool:
    words = " ".join(cell.text for cell in row)
    return is_head_of_lines(level(words)) and not any(map(str.isdigit, words))
