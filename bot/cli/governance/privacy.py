"""Privacy at the command line: `forget`, `retention` and `legal-hold`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.parameters import CaseReference, Json
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.app import App
    from workflows.engine.privacy.subjects import Found, Words

commands = typer.Typer()
holds = typer.Typer(help="Legal holds: content that is kept, whoever asks for its removal.")

Held = Annotated[str | None, typer.Argument(metavar="CASE", help="The case's number or key.")]
OfWorkflow = Annotated[str | None, typer.Option("--workflow", metavar="NAME", help="All cases of this workflow.")]


@commands.command()
def forget(
    case: Held = None,
    subject: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORDS",
            help="All cases in whose content these words stand; - reads them from standard input. May be repeated.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without, only say what would be removed.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look again whether anything is left of CASE.")] = False,
    json: Json = False,
) -> None:
    """Remove the content of a case, or of all cases of a person. Without --yes: say what would be removed."""
    from bot.cli.screens import removals
    from bot.cli.screens.output import print_json
    from workflows.engine.errors import Refused
    from workflows.engine.privacy import plans
    from workflows.engine.privacy.forgetting import left_over
    from workflows.engine.privacy.reach import reach_of, take_out
    from workflows.engine.read.history import find_case

    if (case is None) == (not subject):
        raise typer.BadParameter("name a case, or words with --subject")
    if check and (case is None or yes):
        raise typer.BadParameter("--check looks again at one CASE, and removes nothing")
    with started() as app:
        context = app.context
        if check and case is not None:
            left = left_over(context, find_case(context, case))
            print_json(left) if json else removals.print_checked([left])
            raise typer.Exit(0 if left.is_nothing else 1)
        words, found = _searched(app, subject) if subject else (None, None)
        meant = found.cases if found is not None else [find_case(context, case or "")]
        if not yes:
            planned = plans.plan(context, meant, words=words, found=found)
            with _counting("looking elsewhere") as read:
                beside = reach_of(context, meant, words=words, read=read)
            if json:
                print_json({"plan": planned, "beside": beside})
            else:
                removals.print_plan(planned, beside)
            raise typer.Exit(0 if all(one.bar is None for one in planned.cases) else 1)
        planned = plans.plan(context, meant, words=words, found=found)
        with _counting("removing") as done:
            made = plans.carry_out(context, meant, by=operator(), words=words, found=found, done=lambda: done(1))
        with _counting("looking elsewhere") as read:
            beside = reach_of(context, meant, words=words, read=read)
        take_out(context, beside, by=operator())
        is_clear = plans.clear_free_places(context)
        left_of = [left_over(context, one.case) for one in made if one.bar is None]
        if json:
            print_json({"done": made, "left": left_of, "beside": beside, "free_places_cleared": is_clear})
        else:
            removals.print_done(made, left_of, planned, beside, is_clear=is_clear)
        if any(one.bar is not None for one in made) or not all(one.is_nothing for one in left_of):
            raise Refused("something is left: see above")


@commands.command()
def retention(json: Json = False) -> None:
    """Show for how long each kind of content is kept, how much there is, and what is due to be removed."""
    from bot.cli.screens import removals
    from bot.cli.screens.output import print_json
    from workflows.engine.privacy import retention as kept

    with started() as app:
        lines = kept.lines(app.context)
        print_json(lines) if json else removals.print_retention(lines)


@holds.command()
def place(
    case: Held = None,
    workflow: OfWorkflow = None,
    reason: Annotated[str, typer.Option(help="The reason; it is shown to whoever wants the content removed.")] = "",
) -> None:
    """Keep the content of a case, or of all cases of a workflow, until the hold is lifted."""
    from bot.cli.screens.output import out, shown
    from workflows.engine.privacy import legal_holds

    with started() as app:
        of = _case(app, case)
        placed = legal_holds.place(app.context, case=of, workflow=workflow, reason=reason, by=operator())
        out.print(shown(f"legal hold {placed} on {_named(of, workflow)}: its content is kept until the hold is lifted"))


@holds.command()
def lift(case: Held = None, workflow: OfWorkflow = None) -> None:
    """Lift all legal holds on a case, or on a workflow."""
    from bot.cli.screens.output import out, shown
    from workflows.engine.privacy import legal_holds

    with started() as app:
        of = _case(app, case)
        number = legal_holds.lift(app.context, case=of, workflow=workflow, by=operator())
        said = f"{number:,} legal {'hold' if number == 1 else 'holds'} on {_named(of, workflow)} lifted"
        out.print(shown(f"{said}; serve removes what is due within the hour"))


@holds.command(name="list")
def list_(json: Json = False) -> None:
    """List the legal holds that are not lifted."""
    from bot.cli.screens import removals
    from bot.cli.screens.output import print_json
    from workflows.engine.privacy import legal_holds

    with started() as app:
        found = legal_holds.active(app.context)
        print_json(found) if json else removals.print_holds(found)


def _case(app: App, reference: CaseReference | None) -> int | None:
    from workflows.engine.read.history import find_case

    return find_case(app.context, reference) if reference is not None else None


def _named(case: int | None, workflow: str | None) -> str:
    return f"case {case}" if case is not None else f"the workflow {workflow}"


def _searched(app: App, subjects: Sequence[str]) -> tuple[Words, Found]:
    """Search all content for words. They are read from standard input for `-`, so that no shell keeps them."""
    from workflows.engine.privacy.subjects import Words, search

    given = [one for named in subjects for one in (sys.stdin.read().splitlines() if named == "-" else [named])]
    words = Words.of([one for one in given if one.strip()])
    with _counting("searching") as read:
        return words, search(app.context, words, read=read)


@contextmanager
def _counting(what: str) -> Iterator[Callable[[int], None]]:
    """Show how far something has come; yields what counts on."""
    from rich.progress import Progress, TextColumn

    from bot.cli.screens.output import progress

    with Progress(TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), console=progress) as bar:
        task = bar.add_task(what, total=None)
        yield lambda number: bar.advance(task, number)
