"""Parameters that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workflows.engine.declare.registry import AnyWorkflow

LARGEST = 2**62
"""Largest number of anything that may be named: a database refuses one that it cannot hold."""
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
CaseReference = Annotated[str, typer.Argument(metavar="CASE", help="The case's number or key.")]
Assignments = Annotated[
    list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field of the output. May be repeated.")
]
Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN", help="The column that holds a field, or #3. May be repeated."),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding", help="Encoding of the file, such as cp1252; default: UTF-8, or the one that it declares."
    ),
]
Version = Annotated[
    int | None,
    typer.Option("--version", max=LARGEST, help="The version that you were shown; default: the present one."),
]
WorkflowArgument = Annotated[
    str | None, typer.Argument(metavar="WORKFLOW", help="Its name; without it, the state of all workflows is shown.")
]
WorkflowName = Annotated[str | None, typer.Option("--workflow", help="Only this workflow's.")]


_FIRST, _LAST = date(1970, 1, 1), date(2999, 12, 31)
"""The days that an option may name: the weeks around each can be reckoned, in any time zone."""


def day_named(option: str, given: datetime) -> date:
    """Return the day that an option names. Raise `Refused` for one that no record can be of."""
    from workflows.engine.errors import Refused

    day = given.date()
    if not _FIRST <= day <= _LAST:
        raise Refused(f"{option} has to be a day from {_FIRST} to {_LAST}, not {day}")
    return day


def assigned(workflow: AnyWorkflow, assignments: Sequence[str]) -> dict[str, str]:
    """Read FIELD=VALUE arguments; a field of several values may be named once for each.

    Raise `InvalidOutput` for an argument without a name, and for one value too many.
    """
    from workflows.engine.errors import InvalidOutput
    from workflows.engine.text.form_fields import SEVERAL, form_of

    several = {field.name for field in form_of(workflow.output) if field.kind in SEVERAL}
    values: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InvalidOutput({assignment: "has to be FIELD=VALUE"})
        if name in values and name not in several:
            raise InvalidOutput({name: "is set twice"})
        values[name] = f"{values[name]}\n{value}" if name in values else value
    return values
