"""Commands for authors of automations."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.parameters import CaseReference
from bot.cli.people import operator
from bot.cli.start import started

commands = typer.Typer()


@commands.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case words joined by hyphens: refund-requests.")],
) -> None:
    """Make a new automation in a folder of its own, with examples and a test that passes."""
    from bot.cli.scaffold import make_automation

    raise typer.Exit(make_automation(name))


@commands.command()
def pull(
    case: CaseReference,
    to: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The file of the test, or - to print it; default: one in the folder tests."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    unmasked: Annotated[
        bool,
        typer.Option("--unmasked", help="Keep personal values and mail addresses; never secrets."),
    ] = False,
) -> None:
    """Write a test that fails as a case did: mend the code, see it green, run the cause again."""
    from pathlib import Path

    from bot.cli.pulled_files import FOLDER, write
    from bot.cli.screens.output import out, shown
    from bot.cli.screens.pulled_test import named, pulled_test
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.errors import Refused
    from workflows.engine.read.history import find_case
    from workflows.engine.read.pulled.pulled_cases import pulled

    if to not in (None, "-") and not str(to).endswith(".py"):
        raise typer.BadParameter("a test is a Python file, such as test_refund.py", param_hint="--to")
    with started() as app:
        number = find_case(app.context, case)
        record_reading(app.context, number, by=operator(), way=Way.PULL)
        view = pulled(app.context, number, masked=not unmasked)
        workflow = app.context.registry.get(view.workflow)
        if to == "-":
            typer.echo(pulled_test(view, workflow, folder=None).text, nl=False)
            return
        path = FOLDER / f"{named(view)}.py" if to is None else Path(to)
        test = pulled_test(view, workflow, folder=path.parent)
        if len(path.name.encode()) > 200:
            raise Refused("the name of the file is too long; nothing was written")
        files = {path.with_suffix(".json"): test.beside} if test.beside is not None else {}
        write({**files, path: test.text}, force=force)
        out.print(shown(f"wrote {' and '.join(map(str, [path, *files]))}: {view.error} in {view.where}"))
        if not view.is_newest:
            out.print("the case went on since it failed; this is the run that failed last")
        for note in view.notes:
            out.print(shown(f"- {note}"))
        again = f"cause {view.cause}" if view.cause is not None else f"'#{view.case}'"
        out.print("next:")
        out.print(shown(f"    pytest {path}"))
        out.print(shown(f"    countersign rerun {again}    # once it is mended"))
