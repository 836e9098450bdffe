"""`volume-test`: past inputs go through everything but delivery, people judge a part, and a report says go or no-go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from bot.cli.advised import advised
from bot.cli.parameters import LARGEST, Encoding, Json, Mapped
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from bot.app import App
    from workflows.engine.declare.registry import AnyWorkflow
    from workflows.quality.evals.eval import Eval
    from workflows.quality.evals.trials import Trial
    from workflows.quality.volume.history import History

Test = Annotated[int, typer.Argument(metavar="TEST", min=1, max=LARGEST, help="The volume test's number.")]
_SHOWN = 20
"""Rows that are named as unusable; the others are counted."""


class _RunByDefault(TyperGroup):
    """A group in which the name of a workflow means `run`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # Any: typer's own context has no public name
        """Read the words; a first one that is no command is a workflow to run."""
        is_named = bool(args) and not args[0].startswith("-") and args[0] not in self.commands
        return super().parse_args(ctx, ["run", *args] if is_named else args)


commands = typer.Typer(
    cls=_RunByDefault,
    help="Try a workflow on past inputs, before it goes alone. `volume-test WORKFLOW` is `volume-test run WORKFLOW`.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command()
def run(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow to try.")],
    file: Annotated[Path | None, typer.Option(help="Past inputs: .csv, .tsv, .jsonl, .json, or documents.")] = None,
    examples: Annotated[Path | None, typer.Option(help="intent-triage: a CSV with labelled examples.")] = None,
    label: Annotated[str | None, typer.Option(help="intent-triage: the column to propose.")] = None,
    map: Mapped = None,
    encoding: Encoding = None,
    size: Annotated[int, typer.Option(min=1, max=100_000, help="Inputs that are drawn from the file.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Seed of the draws.")] = 1,
    max_dollars: Annotated[float, typer.Option(min=0, max=1_000_000, help="Most that it may cost, in US dollars.")] = 5,
    random: Annotated[int, typer.Option(min=0, max=100_000, help="Random cases in the pack, on average.")] = 100,
    low: Annotated[int, typer.Option(min=0, max=100_000, help="Low-confidence cases in the pack, on average.")] = 300,
    per_day: Annotated[float | None, typer.Option(min=0, help="Cases of a day; default: by dates in the file.")] = None,
    batch: Annotated[bool, typer.Option("--batch", help="Ask in batches: half the price, answers in a day.")] = False,
    resume: Annotated[
        int | None, typer.Option(metavar="TEST", min=1, max=LARGEST, help="Go on with a test that broke off.")
    ] = None,
    send_again: Annotated[
        bool,
        typer.Option(
            "--send-again", help="With --resume: ask again what a lost batch asked; that may be paid for twice."
        ),
    ] = False,
) -> None:
    """Try a workflow on past inputs, and draw the pack that people judge. Nothing is delivered, and no case is made."""
    from decimal import Decimal

    from bot.app import opened
    from bot.cli.screens.output import one_line_errors, out, shown
    from bot.cli.workflow_choice import named, options_for
    from bot.settings import settings
    from workflows.engine.errors import Refused
    from workflows.quality.volume.trying import Interrupted, PackSize, Trying

    with one_line_errors():
        if (file is None) == (resume is None):
            raise Refused("give --file with past inputs, or --resume TEST")
        if batch and resume is not None:
            raise Refused("leave --batch out: a test goes on as it began")
        if send_again and resume is None:
            raise Refused("--send-again goes with --resume TEST")
        options = options_for(workflow, examples=examples, label=label)
        with opened(settings(), make=options) as app:
            chosen = named(app, workflow, options)
            trying = Trying(
                context=app.context,
                models=app.models,
                workflow=chosen,
                dollars=Decimal(str(max_dollars)),
                threads=app.settings.threads,
                options=app.made.get(chosen.name),
                pack=PackSize(random=random, most_low=low),
                watch=_watched,
                tell=lambda said: typer.echo(shown(said), err=True),
                send_again=send_again,
            )
            app.prepare_models()
            test = resume
            if file is not None:
                history = _history(app, chosen, file, map, encoding)
                test = trying.begin(
                    history, file, size=size, seed=seed, by=operator(), per_day=per_day, in_batches=batch
                )
            assert test is not None
            typer.echo(f"volume test {test} of {workflow}", err=True)
            try:
                why = trying.run(test)
            except (Interrupted, KeyboardInterrupt):
                for name in trying.under_way(test):
                    typer.echo(f"batch {name} goes on at its vendor, and is paid for", err=True)
                typer.echo(advised(f"stopped; countersign volume-test {workflow} --resume {test} goes on"), err=True)
                raise typer.Exit(130) from None
            if why is not None:
                then = advised(f"countersign volume-test {workflow} --resume {test}")
                out.print(shown(f"not finished: {why}. {then} goes on"))
                raise typer.Exit(1)
            out.print(f"volume test {test} is tried; next:")
            out.print(f"  /countersign volume-test {workflow}, in Slack: people go through its review pack")
            out.print(advised(f"  countersign volume-test pack {test} --out pack.csv, to do it in a file"))
            out.print(advised(f"  countersign volume-test report {test}"))


@commands.command("list")
def list_(
    workflow: Annotated[str | None, typer.Option("--workflow", help="Only this workflow's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 20,
    json: Json = False,
) -> None:
    """List the volume tests, newest first."""
    from bot.cli.screens.output import moment, out, print_json, print_table, shown
    from workflows.quality.volume.reports import listed

    with started() as app:
        found = listed(app.context, workflow, limit=limit)
        if json:
            print_json(found)
        elif not found:
            out.print(advised("no volume test was made yet; countersign volume-test WORKFLOW --file history.csv"))
        else:
            print_table(
                ("test", "workflow", "file", "inputs", "began", "asked", "tried", "report"),
                [
                    (
                        one.test,
                        one.workflow,
                        shown(one.file),
                        f"{one.size:,}",
                        moment(one.began_at),
                        "in batches" if one.in_batches else "live",
                        "all" if one.ended_at else "in part",
                        {"go": "go", "no_go": "no-go"}.get(one.verdict or "", "-"),
                    )
                    for one in found
                ],
            )


@commands.command()
def pack(test: Test, to: Annotated[Path, typer.Option("--out", metavar="FILE", help="The new CSV file.")]) -> None:
    """Write the cases that people have yet to judge into a CSV file. It is recorded who read them."""
    from bot.cli.screens.output import out, shown
    from workflows.quality.volume import judging, pack_files

    with started() as app:
        if to.exists():
            from workflows.engine.errors import Refused

            raise Refused(f"{to} is there already")
        cases = judging.pack(app.context, test, by=operator())
        if not cases:
            out.print(f"nothing of volume test {test} waits to be judged")
            return
        pack_files.write_pack(judging.workflow_of(app.context, test), cases, to)
        out.print(shown(f"cases in {to}: {len(cases):,}; fill in right or wrong, and the right values"))


@commands.command()
def judge(
    test: Test,
    file: Annotated[Path, typer.Option(metavar="FILE", help="The pack, filled in.")],
    json: Json = False,
) -> None:
    """Read a pack that people filled in. What is wrong with a row is told of that row, and the rest counts."""
    from bot.cli.screens.output import out, print_json, shown
    from workflows.quality.volume import pack_files
    from workflows.quality.volume.news import finish

    with started() as app:
        made = pack_files.read_judged(app.context, test, file, by=operator())
        if json:
            print_json(made)
        else:
            for row in made.bad[:_SHOWN]:
                out.print(shown(f"line {row.line}: {row.why}"))
            if len(made.bad) > _SHOWN:
                out.print(f"... and {len(made.bad) - _SHOWN:,} more rows cannot be used")
            out.print(f"judged: {made.judged:,}; without a verdict: {made.blank:,}")
        if finish(app.context, test, by=operator()) is not None and not json:
            out.print(advised(f"all are judged: countersign volume-test report {test}"))
        raise typer.Exit(1 if made.bad else 0)


@commands.command()
def report(
    test: Test,
    wrong: Annotated[float, typer.Option(help="Share of wrong cases that may not be passed, 0 to 1.")] = 0.05,
    per_day: Annotated[float | None, typer.Option(min=0, help="Cases of a day.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table of floors into a new file.")] = None,
    json: Json = False,
) -> None:
    """Report what would go alone at each floor and how wrong, what it would cost, and go or no-go. It is kept."""
    from bot.cli.screens.learning import volume_report
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.learning.volume_tests import told
    from workflows.quality.volume.reports import report as make_report

    with started() as app:
        made = make_report(app.context, test, promise=wrong, by=operator(), per_day=per_day)
        if csv is not None:
            volume_report.write_csv(made, csv)
        if json:
            print_json(made.model_dump(mode="json"))
        else:
            tell(told(made))
        raise typer.Exit(0)


@commands.command()
def forget(test: Test) -> None:
    """Remove the inputs and proposals of a volume test. Its figures stay."""
    from bot.cli.screens.output import out
    from workflows.engine.privacy.volume_tests import forget as remove

    with started() as app:
        number = remove(app.context, test, by=operator())
        out.print(f"inputs of volume test {test} that were removed: {number:,}")


def _history(app: App, workflow: AnyWorkflow, file: Path, map: list[str] | None, encoding: str | None) -> History:
    from bot.cli.screens.output import out, shown
    from workflows.engine.case.files.columns import read_named, reading_for
    from workflows.engine.documents.arrivals import by_form
    from workflows.engine.documents.keeping import in_folder
    from workflows.engine.sources.files.documents import are_documents, rows_of
    from workflows.quality.volume.history import read_history

    reading = reading_for(workflow, named=read_named(map or []), encoding=encoding)

    def read(rows: Path, folder: Path) -> History:
        return read_history(workflow, rows, reading, arrived=by_form(workflow.input, in_folder(app.context, folder)))

    if are_documents([file]):
        with rows_of(workflow, [file]) as (rows, folder):
            found = read(rows, folder)
    else:
        found = read(file, file.parent)
    for row in found.unusable[:_SHOWN]:
        out.print(shown(f"line {row.line} cannot be tried: {row.why}"))
    if len(found.unusable) > _SHOWN:
        out.print(f"... and {len(found.unusable) - _SHOWN:,} more cannot be tried")
    return found


def _watched(trying: Eval) -> Iterator[Trial]:
    """Run the trials under a bar that tells how far they have come."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bot.cli.screens.output import progress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=progress) as bar:
        task = bar.add_task("trying", total=len(trying.examples))
        for trial in trying.run(doing=lambda doing: bar.update(task, description=doing)):
            yield trial
            bar.advance(task)
