"""`charter`, `changes`: commands that show a workflow in plain words, sign it, and list what changed in it."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.parameters import Json
from bot.cli.people import operator
from bot.cli.start import started

commands = typer.Typer()


@commands.command()
def charter(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")],
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign it for its owner, as whoever runs Countersign. It is recorded as such.")
    ] = False,
    exception: Annotated[
        str | None,
        typer.Option(help="--sign: why it goes alone without a volume test or a baseline. It is kept and shown."),
    ] = None,
    json: Json = False,
) -> None:
    """Show the charter of a workflow, or sign it: nothing goes alone before."""
    from bot.cli.screens.output import out, print_json
    from bot.cli.screens.told import tell
    from handlers.texts.governance.charter import charter as said
    from workflows.engine.charters.signing import sign as sign_charter
    from workflows.engine.declare.charter import How
    from workflows.engine.errors import Refused
    from workflows.engine.read.declared.charters import charter_view

    with started() as app:
        chosen = app.context.registry.get(workflow)
        if not sign:
            view = charter_view(app.context, chosen)
            print_json(view) if json else tell(said(view))
            return
        app.charters.begin(chosen)
        terms = charter_view(app.context, chosen).terms
        if terms is None or terms.id is None:
            raise Refused(f"{workflow} has no terms to sign")
        signed = sign_charter(app.context, chosen, terms.id, by=operator(), how=How.OPERATOR, exception=exception)
        if json:
            print_json(signed)
        else:
            out.print(f"signed: {workflow}, terms {signed.version}, by {operator()} for its owner {chosen.owner}")


@commands.command()
def changes(
    workflow: Annotated[
        str | None, typer.Argument(metavar="[WORKFLOW]", help="The workflow's name; left out, all of them.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 20,
    json: Json = False,
) -> None:
    """List what changed in the terms of workflows, the newest first, and who signed."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.governance.changes import listed
    from workflows.engine.read.declared.changes import changes_view

    with started() as app:
        view = changes_view(app.context, workflow, limit=limit)
        print_json(view) if json else tell(listed(view))
