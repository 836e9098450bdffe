"""Commands for authors of automations."""

from typing import Annotated

import typer

commands = typer.Typer()


@commands.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case words joined by hyphens: refund-requests.")],
) -> None:
    """Make a new automation in a folder of its own, with examples and a test that passes."""
    from bot.cli.scaffold import make_automation

    raise typer.Exit(make_automation(name))
