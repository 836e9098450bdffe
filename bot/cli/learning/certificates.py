"""`certificate`, `let`, `withdraw`: what a workflow may do alone, by its evidence and by somebody's word."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.parameters import Json
from bot.cli.people import operator
from bot.cli.start import started
from store.states import Level

commands = typer.Typer()

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")]


@commands.command()
def certificate(workflow: Workflow, json: Json = False) -> None:
    """Show what a workflow promises of what it resolves alone, and the evidence."""
    from bot.cli.screens.learning.certificates import print_certificate
    from bot.cli.screens.output import print_json
    from workflows.quality.autonomy.certificates import certificate_view

    with started() as app:
        view = certificate_view(app.context, app.context.registry.get(workflow))
        print_json(view) if json else print_certificate(view)


@commands.command()
def let(
    workflow: Workflow,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Let more of a workflow go alone, as far as the evidence permits. It signs for the owner, and is recorded so."""
    from bot.cli.screens.learning.certificates import print_question
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.learning.autonomy import let as said
    from workflows.quality.autonomy.answers import let_shown
    from workflows.quality.autonomy.certificates import question_of
    from workflows.quality.autonomy.views import Reach

    with started() as app:
        view = question_of(app.context, app.context.registry.get(workflow))
        if not yes:
            print_question(view)
            typer.confirm("Allow it?", abort=True, err=True)
        moved = let_shown(app.context, view.epoch, view.shown, by=operator())
        to = Reach(level=moved.level, floor=moved.floor, share=moved.share)
        print_json(moved) if json else tell(said(moved.workflow, to))


@commands.command()
def withdraw(
    workflow: Workflow,
    reason: Annotated[str, typer.Option(help="Why; it is kept, and told to the workflow's people.")],
    to: Annotated[
        Level, typer.Option("--to", help="Level from now on: draft, or shadow.", case_sensitive=False)
    ] = Level.DRAFT,
    anew: Annotated[
        bool, typer.Option("--anew", help="Count nothing that was looked at so far: it is from another time.")
    ] = False,
    json: Json = False,
) -> None:
    """Take back what a workflow does alone: people decide all its cases, at once."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.learning.autonomy import taken_back
    from workflows.quality.autonomy.answers import withdraw_now

    with started() as app:
        chosen = app.context.registry.get(workflow)
        moved = withdraw_now(app.context, chosen, by=operator(), reason=reason, to=to, anew=anew)
        print_json(moved) if json else tell(taken_back(moved.workflow, moved.level))
