"""Commands by which a person decides, or has a case run again."""

from typing import Annotated, Literal

import typer

from bot.cli.commands.parameters import Assignments, CaseReference, Version

app = typer.Typer()
Confirm = Annotated[bool, typer.Option("--confirm", help="Yes, although it runs into a never.")]


@app.command()
def claim(case: CaseReference) -> None:
    """Say that you work on a case's review. Others may still decide it."""
    from bot.cli.decisions import claim_review

    raise typer.Exit(claim_review(case))


@app.command()
def approve(case: CaseReference, confirm: Confirm = False, version: Version = None) -> None:
    """Approve what is proposed for a case, and deliver it."""
    from bot.cli.decisions import approve_case

    raise typer.Exit(approve_case(case, confirmed=confirm, version=version))


@app.command()
def edit(
    case: CaseReference,
    set: Assignments = None,
    confirm: Confirm = False,
    version: Version = None,
) -> None:
    """Decide a case with your own values, and deliver them. Fields left out keep what is proposed."""
    from bot.cli.decisions import edit_case

    raise typer.Exit(edit_case(case, set or [], confirmed=confirm, version=version))


@app.command()
def reject(
    case: CaseReference,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the case.")],
    then: Annotated[
        Literal["by-hand", "close", "propose-again"],
        typer.Option(help="What follows: an empty form, nothing at all, or a new proposal."),
    ] = "by-hand",
    version: Version = None,
) -> None:
    """Reject what is proposed for a case."""
    from bot.cli.decisions import reject_case

    raise typer.Exit(reject_case(case, reason=reason, then=then, version=version))


@app.command()
def rerun(
    case: CaseReference,
    from_step: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="A step's name, start, or deliver.")
    ] = None,
) -> None:
    """Run a case again, by default from the step that failed."""
    from bot.cli.maintenance import rerun_case

    raise typer.Exit(rerun_case(case, from_step=from_step))


@app.command()
def correct(
    case: CaseReference,
    set: Assignments = None,
    reason: Annotated[str, typer.Option(help="What was wrong.")] = "",
) -> None:
    """Propose other values for a delivered case; a person decides them like any proposal."""
    from bot.cli.maintenance import correct_case

    raise typer.Exit(correct_case(case, set or [], reason=reason))


@app.command()
def settle(
    case: CaseReference,
    outcome: Annotated[Literal["happened", "not-happened"], typer.Argument(help="What you found when you looked.")],
    key: Annotated[str | None, typer.Option(help="Which delivery, where several of the case are in doubt.")] = None,
) -> None:
    """Say whether a delivery in doubt happened. One that did not can be run again."""
    from bot.cli.maintenance import settle_case

    raise typer.Exit(settle_case(case, happened=outcome == "happened", key=key))
