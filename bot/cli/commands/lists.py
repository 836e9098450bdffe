"""Commands that only look."""

from typing import Annotated

import typer

from bot.cli.commands.parameters import CaseReference, Json, WorkflowName

app = typer.Typer()


@app.command()
def cases(
    workflow: WorkflowName = None,
    state: Annotated[str | None, typer.Option(help="Only cases in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: Json = False,
) -> None:
    """List cases, the newest first."""
    from bot.cli.lists import list_cases

    raise typer.Exit(list_cases(workflow=workflow, state=state, limit=limit, as_json=json))


@app.command()
def show(case: CaseReference, json: Json = False) -> None:
    """Show all that is known of a case: input, steps, proposal, reasons, decisions, delivery."""
    from bot.cli.show import show_case

    raise typer.Exit(show_case(case, as_json=json))


@app.command()
def reviews(
    workflow: WorkflowName = None, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, json: Json = False
) -> None:
    """List what waits for a person, the earliest deadline first."""
    from bot.cli.lists import list_reviews

    raise typer.Exit(list_reviews(workflow=workflow, limit=limit, as_json=json))


@app.command()
def doctor(json: Json = False) -> None:
    """Check the set-up, and say what to do."""
    from bot.cli.doctor import check

    raise typer.Exit(check(as_json=json))
