"""`deploy`, `rollback`, `rollouts`, `deployments`: how versions of workflows go live, and are taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.parameters import LARGEST, Json
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.app import App
    from workflows.quality.deployments.views import DeploymentView
    from workflows.quality.evals.eval import Eval
    from workflows.quality.evals.trials import Trial

top = typer.Typer()
commands = typer.Typer(help="Look at deployed versions, and sign them.", no_args_is_help=True, rich_markup_mode=None)

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, max=LARGEST, help="The deployment's number.")]
NumberOrNewest = Annotated[
    int | None, typer.Argument(metavar="[NUMBER]", min=1, max=LARGEST, help="Left out, the newest.")
]


@top.command()
def deploy(
    workflow: Workflow,
    file: Annotated[
        Path | None, typer.Option("--file", help="A prompt to deploy in place of the workflow's own.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="Words for those who sign.")] = None,
    improvement: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, help="The improvement that it carries out.")
    ] = None,
    max_dollars: Annotated[
        float, typer.Option(min=0, max=1_000_000, help="Most that its eval may cost, in US dollars.")
    ] = 5,
    json: Json = False,
) -> None:
    """Propose the present version of a workflow: it is tried against the live one, and waits for signatures."""
    from decimal import Decimal

    from bot.cli.screens.learning.deployments import print_deployment
    from bot.cli.screens.output import print_json
    from workflows.quality.deployments.proposing import Proposer
    from workflows.quality.deployments.reading import deployment_view
    from workflows.quality.evals.bench import EvalInterrupted

    with started() as app:
        proposer = Proposer(
            context=app.context,
            models=app.models,
            workflow=app.context.registry.get(workflow),
            by=operator(),
            dollars=Decimal(str(max_dollars)),
            threads=app.settings.threads,
            watch=_counted,
        )
        try:
            proposed = proposer.propose(file, note=note, improvement=improvement)
        except EvalInterrupted:
            typer.echo("stopped; nothing is proposed", err=True)
            raise typer.Exit(130) from None
        view = deployment_view(app.context, proposed.id)
        print_json(view) if json else print_deployment(view)
        raise typer.Exit(1 if view.refused_for else 0)


def _counted(trying: Eval) -> Iterator[Trial]:
    """Run an eval, and say now and then how far it is, and at its end why examples were not tried."""
    from bot.cli.screens.learning.eval_report import untried
    from bot.cli.screens.output import shown

    trials: list[Trial] = []
    for number, trial in enumerate(trying.run(), start=1):
        if number % 50 == 0:
            typer.echo(f"{number} of {len(trying.examples)} examples tried", err=True)
        trials.append(trial)
        yield trial
    for one in untried(trials, examples=len(trying.examples), unfinished=trying.unfinished):
        typer.echo(shown(one), err=True)


@top.command()
def rollback(
    workflow: Workflow,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    to: Annotated[
        int | None, typer.Option("--to", min=1, max=LARGEST, help="Number of a version that was live once.")
    ] = None,
    json: Json = False,
) -> None:
    """Make the version before the live one live again. What has begun stays with its version."""
    from bot.cli.screens.output import out, print_json
    from workflows.quality.deployments.codes import Ended
    from workflows.quality.deployments.moves import roll_back
    from workflows.quality.deployments.reading import deployment_view

    with started() as app:
        chosen = app.context.registry.get(workflow)
        said = {"said": reason}
        live = roll_back(app.context, chosen, to=to, by=operator(), why=Ended.BY_HAND, figures=said)
        if json:
            print_json(deployment_view(app.context, live.id))
        else:
            out.print(f"live again: {workflow}, deployment {live.number} ({live.name})")


@top.command()
def rollouts(
    workflow: Annotated[str | None, typer.Argument(metavar="WORKFLOW", help="Only this workflow.")] = None,
    json: Json = False,
) -> None:
    """List the versions that are watched, how much is still needed until they go live or end, and the last probes."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.learning.rollouts import listed, planned, probes
    from workflows.quality.rollouts.listing import plan_of, probed, under_way

    with started() as app:
        known = app.context.registry.get(workflow) if workflow is not None else None
        found = under_way(app.context, workflow=workflow)
        if json:
            print_json(found)
            return
        if known is not None and not found and known.rollout.way == "share":
            tell(planned(known.name, plan_of(app.context, known), share=known.rollout.share))
        else:
            tell(listed(found))
        last = probed(app.context, workflow=workflow)
        if last:
            tell(probes(last))


@commands.command("list")
def list_(
    workflow: Annotated[
        str | None, typer.Argument(metavar="[WORKFLOW]", help="The workflow's name; left out, all of them.")
    ] = None,
    json: Json = False,
) -> None:
    """List the deployments of workflows, the newest first."""
    from bot.cli.screens.learning.deployments import print_deployments
    from bot.cli.screens.output import print_json
    from workflows.quality.deployments.reading import deployment_lines

    with started() as app:
        lines = deployment_lines(app.context, workflow)
        print_json(lines) if json else print_deployments(lines)


@commands.command()
def show(
    workflow: Workflow,
    number: NumberOrNewest = None,
    json: Json = False,
) -> None:
    """Show a deployment: what differs, what was measured, and who signed."""
    from bot.cli.screens.learning.deployments import print_deployment
    from bot.cli.screens.output import print_json
    from workflows.quality.deployments.reading import numbered_view
    from workflows.quality.rollouts.listing import with_plan

    with started() as app:
        view = with_plan(app.context, numbered_view(app.context, workflow, number))
        print_json(view) if json else print_deployment(view)


@commands.command()
def diff(
    workflow: Workflow,
    number: NumberOrNewest = None,
) -> None:
    """Show what differs between a deployment's prompt and that of the version before it."""
    from bot.cli.screens.learning.deployments import print_diff
    from workflows.quality.deployments.reading import numbered_view

    with started() as app:
        print_diff(numbered_view(app.context, workflow, number))


@commands.command()
def sign(
    workflow: Workflow,
    number: Number,
    override: Annotated[
        str | None, typer.Option(help="Reason to let it pass in spite of what it is refused for; it is kept.")
    ] = None,
    json: Json = False,
) -> None:
    """Sign a deployment for the workflow's owner, as whoever runs Countersign. It is recorded as such."""
    from bot.cli.screens.output import out, print_json
    from workflows.quality.deployments.codes import As
    from workflows.quality.deployments.signing import sign as sign_it

    with started() as app:
        view = _view(app, workflow, number)
        chosen = app.context.registry.get(workflow)
        signed = sign_it(
            app.context, chosen, view.id, change=view.change, by=operator(), how=As.OPERATOR, override=override
        )
        if json:
            print_json(signed)
        else:
            more = f"; it waits for {signed.missing} more" if signed.missing else ""
            out.print(f"signed: {workflow}, deployment {number}, by {operator()}: it is {signed.state.value}{more}")


@commands.command()
def reject(
    workflow: Workflow,
    number: Number,
    reason: Annotated[str | None, typer.Option(help="Why; it is kept.")] = None,
) -> None:
    """Refuse a deployment."""
    from bot.cli.screens.output import out
    from workflows.quality.deployments.signing import reject as reject_it

    with started() as app:
        view = _view(app, workflow, number)
        chosen = app.context.registry.get(workflow)
        reject_it(app.context, chosen, view.id, change=view.change, by=operator(), reason=reason)
        out.print(f"rejected: {workflow}, deployment {number}")


def _view(app: App, workflow: str, number: int) -> DeploymentView:
    from workflows.quality.deployments.reading import numbered_view

    return numbered_view(app.context, workflow, number)
