"""Commands about webhooks: `source secret` and `source redeliver`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.intake.sources import Name
from bot.cli.people import operator
from bot.cli.start import started

commands = typer.Typer(rich_markup_mode=None)


@commands.command()
def secret(
    name: Name,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make the next one first. The one before signs too for 24 hours.")
    ] = False,
) -> None:
    """Print the secret by which a source verifies what it is sent. Standard output holds the secret alone."""
    from bot.cli.screens.intake.sources import print_secret
    from workflows.engine.sources.told import webhooks

    with started() as app:
        keys = app.webhook_keys()
        if rotate:
            webhooks.rotate(app.context, name, by=operator())
        print_secret(name, webhooks.secret(app.context, name, keys, by=operator()), rotated=rotate)


@commands.command()
def redeliver(
    meant: Annotated[str, typer.Argument(metavar="NAME|CASE", help="A source, or a case as its number: '#17'.")],
) -> None:
    """Send again what was given up for a source or waits for another attempt, or all that was sent of a case."""
    from bot.cli.screens.output import out, shown
    from workflows.engine.read.history import find_case
    from workflows.engine.sources.told import webhooks

    with started() as app:
        if meant.removeprefix("#").isdigit():
            case = find_case(app.context, meant)
            number = webhooks.redeliver_case(app.context, case, by=operator())
            what = f"webhooks about case {case}"
        else:
            number = webhooks.redeliver(app.context, meant, by=operator())
            what = f"webhooks to {meant}"
        out.print(shown(f"{what} that are sent again by serve: {number}"))
