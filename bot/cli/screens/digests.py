"""A digest at the terminal, and as a file for a spreadsheet or a program."""

import csv
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from json import dumps
from pathlib import Path

from pydantic_core import to_jsonable_python

from bot.cli.screens.output import out, print_json, shown
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.blocks.parts.transcript import transcript
from workflows.engine.digests.jobs import Cell, job_called
from workflows.engine.digests.numbers.definitions import DEFINITIONS, NumberName
from workflows.engine.digests.views import DigestView
from workflows.engine.errors import Refused

_EXECUTED = ("=", "+", "-", "@", "\t", "\r")
"""The beginnings of a field that a spreadsheet takes for a formula (OWASP, "CSV Injection")."""
_TRIMMED = " \n"
"""Characters that some spreadsheets leave out before it."""


def print_digest(view: DigestView) -> None:
    """Print a digest as it is posted where Slack draws no pictures."""
    drawn = digest(view)
    for line in transcript((drawn.plain() if drawn.plain is not None else drawn).blocks).splitlines():
        out.print(shown(line))


def print_digest_json(view: DigestView) -> None:
    """Print all figures of a digest as JSON."""
    print_json(to_jsonable_python(view))


def print_definitions(names: Sequence[NumberName]) -> None:
    """Print what numbers are, and what they do not mean."""
    for place, name in enumerate(names):
        definition = DEFINITIONS[name]
        if place:
            out.print()
        out.print(shown(f"{definition.title} ({name})"))
        out.print(shown(definition.is_))
        out.print(shown(definition.is_not))


def as_json(view: DigestView) -> str:
    """Return all figures of a digest as JSON."""
    return dumps(to_jsonable_python(view), indent=2, ensure_ascii=False) + "\n"


def as_csv(view: DigestView) -> str:
    """Return the figures of a digest as a table with a line of names, for a spreadsheet."""
    records = job_called(view.job).records(view.figures)
    columns = list(dict.fromkeys(name for record in records for name in record))
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["first", "last", *columns])
    for record in records:
        writer.writerow([view.first, view.last, *(_cell(record.get(name)) for name in columns)])
    return text.getvalue()


def write(text: str, to: Path | None) -> None:
    """Write a text into a new file, or to standard output. Raise `Refused` where the file cannot be written."""
    if to is None:
        sys.stdout.write(text)
        return
    try:
        with to.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"{to} was not written: {error.strerror}") from error
    out.print(shown(f"{to} is written"))


def _cell(value: Cell) -> object:
    """Return a value as it may stand in a spreadsheet: a text that would be executed there gets a quotation mark."""
    match value:
        case str():
            return f"'{value}" if value.lstrip(_TRIMMED).startswith(_EXECUTED) else value
        case datetime():
            return value.isoformat()
        case None | bool() | int() | float() | Decimal() | date():
            return value
