"""`improvements`: patterns in what people corrected, and what becomes of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.advised import advised
from bot.cli.parameters import LARGEST, Json
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
Number = Annotated[
    int, typer.Argument(metavar="NUMBER", min=1, max=LARGEST, help="The improvement's number, as it is listed.")
]


@commands.command()
def find(workflow: Workflow) -> None:
    """Look for patterns in the corrections of the last 90 days now; `serve` does so once a day."""
    from bot.cli.screens.learning.improvements import print_improvements
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
    from bot.cli.screens.learning.improvements import print_improvements
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
    """Show an improvement, with the lines of Python for a never, and what a draft of the prompt changes."""
    from bot.cli.screens.learning.improvements import print_improvement
    from bot.cli.screens.output import print_json

    with started() as app:
        view = _known(app, workflow, number)
        prompt = app.context.registry.prompt(workflow)
        print_json(asdict(view)) if json else print_improvement(view, prompt.source if prompt is not None else None)


@commands.command()
def take(workflow: Workflow, number: Number) -> None:
    """Take an improvement. Where corrections agree, its cases are taken in as examples."""
    from bot.cli.screens.learning.improvements import print_improvement
    from bot.cli.screens.output import out
    from workflows.quality.improvements import taking

    with started() as app:
        view = _known(app, workflow, number)
        done = taking.take(app.context, number, shown=view.change, by=operator())
        print_improvement(_known(app, workflow, number))
        if done:
            out.print(f"examples taken in: {len(done):,}")
        out.print(advised(f"when it is written: countersign deploy {workflow} --improvement {number}"))


@commands.command()
def leave(workflow: Workflow, number: Number) -> None:
    """Leave an improvement. The same pattern is not proposed again."""
    from workflows.quality.improvements import taking

    with started() as app:
        view = _known(app, workflow, number)
        taking.leave(app.context, number, shown=view.change, by=operator())
        typer.echo(f"{number} left")


@commands.command()
def draft(
    workflow: Workflow,
    number: Number,
    model: Annotated[str | None, typer.Option(help="Model to ask; left out, the one that the prompt names.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; left out, one beside the prompt, named after the number.")
    ] = None,
    max_dollars: Annotated[
        float, typer.Option(min=0, max=1_000_000, help="Most that drafts of a day may cost, in US dollars.")
    ] = 1,
    json: Json = False,
) -> None:
    """Have a paid model draft a change to the prompt, of the cases of an improvement. Nothing is deployed."""
    from decimal import Decimal

    from bot.cli.screens.learning.improvements import print_draft
    from bot.cli.screens.output import print_json
    from workflows.quality.improvements.draft_files import place_of, write
    from workflows.quality.improvements.drafting import Drafter

    with started() as app:
        chosen = app.context.registry.get(workflow)
        file = place_of(chosen, number, out=out)
        dollars = Decimal(str(max_dollars))
        drafter = Drafter(context=app.context, models=app.models, by=operator(), model=model, dollars=dollars)
        made = drafter.draft(chosen, number)
        write(file, made.text)
        before = app.context.registry.prompt(workflow)
        assert before is not None
        if json:
            print_json({"file": str(file), **asdict(made)})
        else:
            print_draft(made, before.source, file=file, workflow=workflow, number=number)


def _known(app: App, workflow: str, number: int) -> ImprovementView:
    """Return an improvement of the workflow. Raise `Unknown`."""
    from workflows.quality.improvements.reading import numbered

    return numbered(app.context, app.context.registry.get(workflow).name, number)
