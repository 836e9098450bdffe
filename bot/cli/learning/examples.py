"""`labels` and `examples`: what people's decisions say about a workflow, and the examples that are taken from them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from json import dumps
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.advised import advised
from bot.cli.parameters import LARGEST, Json
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from bot.app import App
    from workflows.quality.examples.views import Candidate

commands = typer.Typer()
examples = typer.Typer(
    help="Take examples from what people decided, to learn from and to measure on.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")]
Numbers = Annotated[
    list[int],
    typer.Argument(metavar="EXAMPLE...", min=1, max=LARGEST, help="Numbers of examples, as they are listed."),
]


@commands.command()
def labels(
    workflow: Workflow,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Days up to now.")] = 90,
    json: Json = False,
) -> None:
    """Count what people's decisions say about a workflow's proposals: by kind, by field, by version."""
    from bot.cli.screens.learning.labels import print_labels
    from bot.cli.screens.output import print_json
    from workflows.quality.labels.views import labels_view

    with started() as app:
        app.context.registry.get(workflow)
        view = labels_view(app.context, workflow, since=app.context.clock() - timedelta(days=days))
        if json:
            print_json(view)
        else:
            print_labels(view, days=days)


@examples.command("list")
def list_(
    workflow: Workflow,
    state: Annotated[
        Literal["candidate", "taken", "left"], typer.Option(help="Those that wait, were taken in, or were left.")
    ] = "candidate",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Groups that are shown.")] = 20,
    json: Json = False,
) -> None:
    """List examples, near duplicates together, the newest first. Personal fields are masked."""
    from bot.cli.screens.learning.labels import print_groups
    from bot.cli.screens.output import out, print_json
    from store.states import ExampleState
    from workflows.quality.examples.taking import groups

    with started() as app:
        app.context.registry.get(workflow)
        found = groups(app.context, workflow, state=ExampleState(state))
        _note_read(app, [one for group in found[:limit] for one in group.candidates])
        if json:
            print_json([asdict(group) for group in found[:limit]])
        elif not found:
            out.print(f"no example of {workflow} is {'a candidate' if state == 'candidate' else state}")
        else:
            print_groups(found[:limit], left=len(found) - limit)


@examples.command()
def take(
    workflow: Workflow,
    numbers: Numbers,
    critical: Annotated[bool, typer.Option("--critical", help="Each new version has to have them right.")] = False,
) -> None:
    """Take examples in. The half that is learned from is never measured on."""
    from workflows.quality.examples import taking

    with started() as app:
        _known(app, workflow, numbers)
        done = taking.take(app.context, numbers, by=operator(), critical=critical)
        wait = taking.waiting(app.context, workflow)
        typer.echo(f"{len(done):,} taken in, {wait:,} wait")
        if not wait:
            then = advised(f"countersign deploy {workflow}")
            typer.echo(f"the next version learns from one half of what was taken, and is tried on the other: {then}")


@examples.command()
def leave(workflow: Workflow, numbers: Numbers) -> None:
    """Leave examples, also those that were taken in."""
    from workflows.quality.examples import taking

    with started() as app:
        _known(app, workflow, numbers)
        done = taking.leave(app.context, numbers, by=operator())
        typer.echo(f"{len(done):,} left, {taking.waiting(app.context, workflow):,} wait")


@examples.command()
def export(
    workflow: Workflow,
    half: Annotated[
        Literal["learning", "measuring"] | None, typer.Option(help="Only this half; left out, both.")
    ] = None,
) -> None:
    """Print the examples that were taken in, one JSON line each, as in a file of examples."""
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.quality.examples.split import Half
    from workflows.quality.examples.taking import taken

    with started() as app:
        app.context.registry.get(workflow)
        for each in [Half(half)] if half is not None else list(Half):
            for one in taken(app.context, workflow, each):
                record_reading(app.context, one.case, by=operator(), way=Way.EXAMPLE)
                line = {"input": one.example.input, "output": one.example.output, "half": each}
                typer.echo(dumps({**line, "critical": one.critical}, ensure_ascii=True))


def _known(app: App, workflow: str, numbers: list[int]) -> None:
    """Raise `Refused` for a number that is no example of the workflow."""
    from workflows.engine.errors import Refused
    from workflows.quality.examples.taking import unknown_among

    app.context.registry.get(workflow)
    unknown = unknown_among(app.context, workflow, numbers)
    if unknown:
        raise Refused(f"{workflow} has no example {', '.join(map(str, unknown))}; nothing was changed")


def _note_read(app: App, shown: list[Candidate]) -> None:
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading

    for one in shown:
        record_reading(app.context, one.case, by=operator(), way=Way.EXAMPLE)
