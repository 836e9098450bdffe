"""`improvements`: patterns in what people corrected, and what becomes of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.parameters import Json
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from bot.app import App
    from workflows.quality.improvements.views import ImprovementView

commands = typer.Typer(
    help="Look at patterns in what people corrected, and take them or leave them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The improvement's number, as it is listed.")]


@commands.command()
def find(workflow: Workflow) -> None:
    """Look for patterns in the corrections of the last 90 days now; `serve` does so once a day."""
    from bot.cli.screens.improvements import print_improvements
    from bot.cli.screens.output import out
    from workflows.quality.improvements import finding

    with started() as app:
        found = finding.find(app.context, workflow)
        if not found:
            out.print(f"no new pattern in the corrections of {workflow}")
        print_improvements(found)


@commands.command("list")
def list_(
    workflow: Workflow,
    state: Annotated[
        Literal["draft", "taken", "left", "live"], typer.Option(help="Those that wait, or what became of them.")
    ] = "draft",
    json: Json = False,
) -> None:
    """List the improvements of a workflow, newest first."""
    from bot.cli.screens.improvements import print_improvements
    from bot.cli.screens.output import out, print_json
    from store.states import ImprovementState
    from workflows.quality.improvements.reading import listed

    with started() as app:
        app.context.registry.get(workflow)
        found = listed(app.context, workflow, state=ImprovementState(state))
        if json:
            print_json([asdict(one) for one in found])
        elif not found:
            out.print(f"no improvement of {workflow} is {'a draft' if state == 'draft' else state}")
        else:
            print_improvements(found)


@commands.command()
def show(workflow: Workflow, number: Number, json: Json = False) -> None:
    """Show an improvement, with the lines of Python for a never."""
    from bot.cli.screens.improvements import print_improvement
    from bot.cli.screens.output import print_json

    with started() as app:
        view = _known(app, workflow, number)
        print_json(asdict(view)) if json else print_improvement(view)


@commands.command()
def take(workflow: Workflow, number: Number) -> None:
    """Take an improvement. Where corrections agree, its cases are taken in as examples."""
    from bot.cli.screens.improvements import print_improvement
    from bot.cli.screens.output import out
    from workflows.quality.improvements import taking

    with started() as app:
        view = _known(app, workflow, number)
        done = taking.take(app.context, number, shown=view.change, by=operator())
        print_improvement(_known(app, workflow, number))
        if done:
            out.print(f"{len(done):,} examples taken in")
        out.print(f"when it is written: countersign deploy {workflow} --improvement {number}")


@commands.command()
def leave(workflow: Workflow, number: Number) -> None:
    """Leave an improvement. The same pattern is not proposed again."""
    from workflows.quality.improvements import taking

    with started() as app:
        view = _known(app, workflow, number)
        taking.leave(app.context, number, shown=view.change, by=operator())
        typer.echo(f"{number} left")


def _known(app: App, workflow: str, number: int) -> ImprovementView:
    """Return an improvement of the workflow. Raise `Refused`."""
    from workflows.engine.errors import Refused, Unknown
    from workflows.quality.improvements.reading import view_of

    app.context.registry.get(workflow)
    try:
        view = view_of(app.context, number)
    except Unknown:
        view = None
    if view is None or view.workflow != workflow:
        raise Refused(f"{workflow} has no improvement {number}")
    return view
