"""Receipts of decisions: `receipt`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.parameters import CaseReference, Json
from bot.cli.people import operator
from bot.cli.start import started

commands = typer.Typer()


@commands.command()
def receipt(
    case: CaseReference,
    json: Json = False,
    with_content: Annotated[
        bool,
        typer.Option(
            "--with-content",
            help="As JSON: with key, values and salt, so that anybody who has it can make the hashes again.",
        ),
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it as JSON to a new file that only you can read."),
    ] = None,
) -> None:
    """Prove a decision: who decided what on which evidence, and whether proposed, approved and delivered fit."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.receipts import write_receipt
    from bot.cli.screens.told import tell
    from handlers.texts.governance import receipts as texts
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.proof.receipts.document import document
    from workflows.engine.proof.receipts.receipt import receipt_view
    from workflows.engine.read.history import find_case

    with started() as app:
        number = find_case(app.context, case)
        view = receipt_view(app.context, number)
        record_reading(app.context, number, by=operator(), way=Way.RECEIPT)
        if to is not None:
            write_receipt(document(view, with_content=with_content), to)
        elif json or with_content:
            print_json(document(view, with_content=with_content))
        else:
            tell(texts.receipt(view))
