"""`data-map`: which field of a workflow comes from where, goes to whom, and for how long it is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.parameters import Json
from bot.cli.start import started

commands = typer.Typer()


@commands.command(name="data-map")
def data_map(
    workflow: Annotated[
        str | None, typer.Argument(metavar="WORKFLOW", help="Its name; default: all workflows.")
    ] = None,
    json: Json = False,
) -> None:
    """Show which field comes from where, goes to whom, and for how long it is kept."""
    from bot.cli.screens.output import out, print_json
    from bot.cli.screens.told import tell
    from bot.otel.target import Unsendable, target_of
    from handlers.texts.governance.data_map import data_map as in_words
    from workflows.engine.read.declared.data_map import data_map_view, surroundings_of

    with started() as app:
        registry, settings = app.context.registry, app.settings
        try:
            target = target_of(settings)
        except Unsendable:
            # Nothing is sent; doctor says why.
            target = None
        views = [
            data_map_view(
                app.context,
                one,
                surroundings_of(
                    app.models,
                    app.context,
                    one,
                    collector=target.shown if target is not None else None,
                    spans_content=settings.spans_content,
                ),
            )
            for one in ([registry.get(workflow)] if workflow is not None else registry)
        ]
        if json:
            print_json(views[0] if workflow is not None else views)
            return
        for number, view in enumerate(views):
            if number:
                out.print()
            tell(in_words(view))
