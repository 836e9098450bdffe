"""Parameters that several commands share."""

from typing import Annotated

import typer

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
    int | None, typer.Option("--version", help="The version that you were shown; default: the present one.")
]
WorkflowArgument = Annotated[
    str | None, typer.Argument(metavar="WORKFLOW", help="Its name; without it, the state of all workflows is shown.")
]
WorkflowName = Annotated[str | None, typer.Option("--workflow", help="Only this workflow's.")]
