"""`run`, `submit`, `eval`, `example`: commands that take cases in, and try what would become of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.advised import advised
from bot.cli.parameters import LARGEST, CaseReference, Encoding, Json, Mapped
from bot.cli.people import operator
from bot.cli.start import started, tell_prompts

if TYPE_CHECKING:
    from bot.app import App
    from bot.cli.screens.run_report import Worked
    from workflows.engine.case.files.intake import FileTaken
    from workflows.engine.case.files.rows import Reading
    from workflows.engine.declare.registry import AnyWorkflow
    from workflows.model.local.local_model import TrainingReport
    from workflows.quality.evals.eval import Eval
    from workflows.quality.evals.trials import Trial

commands = typer.Typer()

PATIENCE = 60.0
"""Seconds to wait for another process without progress."""
_LOOK = 0.5
"""Seconds between two looks at the progress of another process."""
_LOCK = "examples"
"""The lock of whoever writes a file of examples."""


@commands.command()
def run(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="A .csv, .tsv, .jsonl or .json file of inputs; or documents, or a folder of them, a case for each.",
        ),
    ],
    workflow: Annotated[str, typer.Option("--workflow", help="The workflow that takes them in.")],
    examples: Annotated[Path | None, typer.Option(help="intent-triage: a CSV with labelled examples.")] = None,
    label: Annotated[str | None, typer.Option(help="intent-triage: the column to propose.")] = None,
    floor: Annotated[float | None, typer.Option(help="intent-triage: resolve alone from this confidence on.")] = None,
    map: Mapped = None,
    encoding: Encoding = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="NAME", help="Keep --map and --encoding under this name, or use what is kept."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be taken in; nothing is written.")
    ] = False,
    post: Annotated[bool, typer.Option("--post", help="Then post the cases that wait for people to Slack.")] = False,
    json: Json = False,
) -> None:
    """Take in a file and work on it until only people are left to act.

    A column named like a field of the output counts as the right answer: it is kept from the model, and used to measure
    how often the model was right. Rows name documents by their path from the folder of the file.
    """
    from bot.app import opened
    from bot.cli.screens.output import one_line_errors, print_json
    from bot.cli.screens.run_report import as_json, print_taken
    from bot.cli.screens.waiting_deliveries import tell_waiting
    from bot.cli.workflow_choice import named, options_for
    from bot.settings import settings
    from workflows.engine.case.files.columns import read_named
    from workflows.engine.errors import Refused
    from workflows.engine.read.tally import tally

    with one_line_errors():
        if dry_run and post:
            raise Refused("give --dry-run or --post, not both")
        options = options_for(workflow, examples=examples, label=label, floor=floor)
        with opened(settings(), make=options) as app, ExitStack() as held:
            chosen = named(app, workflow, options)
            columns = read_named(map) if map else None
            file, folder = held.enter_context(_rows(chosen, files))
            reading = _reading(app, chosen, file, source, columns, encoding=encoding, keep=not dry_run)
            if dry_run:
                raise typer.Exit(_preview(app, chosen, file, reading, folder, as_json=json))
            app.prepare_models()
            posting = _posting(app, chosen) if post else None
            taken = _take_in(app, chosen, file, reading, folder)
            worked = _work(app, chosen)
            if worked.elsewhere:
                _watch(app, taken.cases)
            numbers = tally(app.context, taken.cases, taken.truth)
            if json:
                print_json(as_json(chosen, taken, worked, numbers))
            else:
                print_taken(chosen, taken, worked, numbers)
                tell_waiting(app, chosen.name)
            if app.is_first:
                tell_prompts(app)
            posted = posting() if posting is not None else True
            raise typer.Exit(1 if taken.refused or taken.left_out or numbers.failed or not posted else 0)


@commands.command()
def submit(
    input: Annotated[str, typer.Argument(metavar="INPUT", help="A JSON object, or - to read it from standard input.")],
    workflow: Annotated[str, typer.Option("--workflow", help="The workflow that takes it in.")],
    document: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=PATH", help="A document for a field of the input. May be repeated."),
    ] = None,
    json: Json = False,
) -> None:
    """Take in one case and work on it until it is done or a person is asked."""
    from bot.cli.completion import finish
    from bot.cli.documents import with_documents
    from bot.cli.screens.case import show_case_in
    from store.states import STOPPED
    from workflows.engine.case.intake import accept, take_in
    from workflows.engine.errors import InvalidInput
    from workflows.engine.read.history import case_view

    with started() as app:
        app.prepare_models()
        chosen = app.context.registry.get(workflow)
        try:
            values = loads(sys.stdin.read() if input == "-" else input)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"the input is not valid JSON: {error}") from error
        if not isinstance(values, dict):
            raise InvalidInput("the input has to be a JSON object")
        arrived = with_documents(app.context, chosen, values, document or ())
        (receipt,) = take_in(
            app.context,
            chosen,
            [accept(chosen, values, arrived=arrived)],
            source="command line",
            actor=operator(),
            options=app.made.get(chosen.name),
        )
        if receipt.why is not None:
            raise InvalidInput(receipt.why)
        finish(app, receipt.case)
        show_case_in(app, receipt.case, as_json=json)
        raise typer.Exit(1 if case_view(app.context, receipt.case).newest.state in STOPPED else 0)


@commands.command("eval")
def evaluate(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow to try.")],
    examples: Annotated[Path | None, typer.Option(help="intent-triage: a CSV with labelled examples.")] = None,
    label: Annotated[str | None, typer.Option(help="intent-triage: the column to propose.")] = None,
    file: Annotated[Path | None, typer.Option(help="Other examples to try it on: .jsonl, .json or .csv.")] = None,
    map: Mapped = None,
    encoding: Encoding = None,
    prompt: Annotated[Path | None, typer.Option(help="A file with another prompt to try.")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The version to compare with: of a prompt or a model, or '#EVAL'."),
    ] = None,
    documents: Annotated[
        str | None,
        typer.Option(metavar="WAYS", help="Ways to give a model documents, to compare: text, pages, both."),
    ] = None,
    recall: Annotated[
        str | None,
        typer.Option(metavar="NUMBERS", help="Past decisions to tell with each, to compare: 0,3."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=LARGEST, help="Try only the first LIMIT examples.")] = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, max=64, help="Number of examples that are tried at once.")
    ] = None,
    max_dollars: Annotated[float, typer.Option(min=0, max=1_000_000, help="Most that it may cost, in US dollars.")] = 5,
    json: Json = False,
) -> None:
    """Try a workflow on examples with known answers, and measure how often it is right. Nothing is delivered."""
    from decimal import Decimal

    from bot.app import opened
    from bot.cli.screens.learning import eval_report
    from bot.cli.screens.output import one_line_errors, print_json
    from bot.cli.workflow_choice import named, options_for
    from bot.settings import settings
    from workflows.engine.case.files.columns import read_named, reading_for
    from workflows.engine.errors import Refused
    from workflows.model.port import Prompt
    from workflows.quality.evals.bench import Bench, EvalInterrupted, examples_to_try
    from workflows.quality.evals.comparison import compare_results
    from workflows.quality.evals.mcnemar import Word

    with one_line_errors():
        options = options_for(workflow, examples=examples, label=label)
        with opened(settings(), make=options) as app:
            chosen = named(app, workflow, options)
            reading = reading_for(chosen, named=read_named(map or []), encoding=encoding)
            found = examples_to_try(app.context, chosen, file, reading)
            if not json:
                eval_report.print_unusable(found)
            if limit is not None:
                del found.labelled[limit:]
            if not found.labelled:
                raise Refused(_nothing(chosen, file))
            bench = Bench(
                context=app.context,
                models=app.models,
                workflow=chosen,
                examples=found,
                dollars=Decimal(str(max_dollars)),
                at_once=at_once,
                threads=app.settings.threads,
                watch=_watched,
            )
            wanted = bench.prompt(prompt)
            ways = bench.ways(documents) if documents is not None else [None]
            recalls = bench.recalls(recall) if recall is not None else [None]
            if (against is not None) + (len(ways) > 1) + (len(recalls) > 1) > 1:
                raise Refused(
                    "compare ways of giving documents, numbers with --recall, or versions with --against, one at a time"
                )
            other = bench.other(against) if against is not None else None
            try:
                tried = bench.run(wanted, documents_as=ways[0], recall=recalls[0])
                if isinstance(other, Prompt):
                    other = bench.run(other, documents_as=ways[0], recall=recalls[0])
                more = [bench.run(wanted, documents_as=way, recall=recalls[0]) for way in ways[1:]]
                more += [bench.run(wanted, documents_as=ways[0], recall=count) for count in recalls[1:]]
            except EvalInterrupted as stopped:
                typer.echo(f"stopped; what was tried is kept as eval {stopped.eval}, which was not finished", err=True)
                raise typer.Exit(130) from None
            compared = compare_results(tried.result, other.result) if other is not None else None
            if json:
                print_json(eval_report.as_json(found, tried, other, compared, more=more))
            else:
                eval_report.print_tried(tried)
                if other is not None and compared is not None:
                    eval_report.print_comparison(other, compared)
                eval_report.print_ways(tried, more)
            worse = compared is not None and compared.word is Word.WORSE
            amiss = any(one.is_amiss for one in (tried, other, *more) if one is not None)
            raise typer.Exit(1 if found.unusable or worse or amiss else 0)


@commands.command()
def example(
    case: CaseReference,
    to: Annotated[Path | None, typer.Option(help="Another file; default: examples.jsonl beside the workflow.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace other values for the same input.")] = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Keep personal values.")] = False,
) -> None:
    """Make an example of a delivered case that a person decided, for learning and for evals."""
    from bot.cli import completion
    from bot.cli.screens.output import out, shown
    from store.db.process_locks import exclusive
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.errors import Refused
    from workflows.engine.propose.examples.own_examples import examples_file
    from workflows.engine.read.history import find_case
    from workflows.quality.examples.example_file import Kept, add
    from workflows.quality.examples.past_decisions import decided

    with started() as app:
        number = find_case(app.context, case)
        record_reading(app.context, number, by=operator(), way=Way.EXAMPLE)
        found = decided(app.context, number, masked=not unmasked)
        path = to or examples_file(found.workflow)
        if path is None:
            raise Refused(f"{found.workflow.name} has its examples from elsewhere; name a .jsonl file with --to")
        with exclusive(app.context.database, name=_LOCK, patience=completion.PATIENCE):
            placed = add(path, found.workflow, found.example, replace=replace)
        what = {
            Kept.ADDED: "was added as",
            Kept.REPLACED: "took the place of",
            Kept.THERE_ALREADY: "exists already as",
        }[placed.kept]
        of = " as corrected" if found.by_correction else ""
        out.print(shown(f"{found.key}{of} {what} line {placed.line} of {path}"))
        if found.is_masked:
            out.print("stand-ins are in it in place of personal values, as far as they are declared and found")


def _posting(app: App, workflow: AnyWorkflow) -> Callable[[], bool]:
    """Return what posts later. Raise `Refused` where nothing can be posted, before anything is taken in."""
    from bot.cli.post import post, workspace_for

    workspace = workspace_for(app, workflow)
    return lambda: post(app, workflow, workspace)


def _reading(
    app: App,
    workflow: AnyWorkflow,
    file: Path,
    source: str | None,
    columns: dict[str, str] | None,
    *,
    encoding: str | None,
    keep: bool,
) -> Reading:
    """Return how a file is read. `keep`: have that kept with its source, once the file is known to fit it."""
    from workflows.engine.case.files.columns import reading_for, refuse_without
    from workflows.engine.case.files.rows import columns as columns_of
    from workflows.engine.sources.files import kept as file_sources

    if source is None:
        return reading_for(workflow, named=columns, encoding=encoding)
    settings = file_sources.settings_for(app.context, source, workflow, named=columns, encoding=encoding)
    reading = file_sources.reading_of(workflow, source, settings)
    if keep:
        refuse_without(workflow, file, reading)
        columns_of(file, reading)  # refuses a JSON file that is not there
        if file_sources.keep(app.context, source, settings, by=operator()):
            typer.echo(f"how it is read is kept; the next file needs only --source {source}", err=True)
    return reading


@contextmanager
def _rows(workflow: AnyWorkflow, files: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield the file of rows to take in, and the folder from which its rows name documents."""
    from workflows.engine.sources.files.documents import are_documents, rows_of

    if are_documents(files):
        with rows_of(workflow, files) as made:
            yield made
    else:
        yield files[0], files[0].parent


def _preview(app: App, workflow: AnyWorkflow, file: Path, reading: Reading, folder: Path, *, as_json: bool) -> int:
    """Print what taking in a file would do, and return the code to end with."""
    from rich.progress import Progress, TextColumn

    from bot.cli.screens.intake import file_preview
    from bot.cli.screens.output import print_json, progress
    from workflows.engine.documents.arrivals import by_form
    from workflows.engine.documents.keeping import in_folder
    from workflows.engine.sources.files.preview import preview

    arrived = by_form(workflow.input, in_folder(app.context, folder, only_read=True))
    with Progress(TextColumn("reading"), TextColumn("{task.completed} rows"), console=progress) as bar:
        task = bar.add_task("reading", total=None)
        found = preview(app.context, workflow, file, reading, arrived=arrived, advanced=lambda: bar.advance(task))
    print_json(file_preview.as_json(found)) if as_json else file_preview.print_preview(found)
    return 1 if found.refused or not found.fits else 0


def _take_in(app: App, workflow: AnyWorkflow, file: Path, reading: Reading, folder: Path) -> FileTaken:
    from rich.progress import BarColumn, Progress, TextColumn

    from bot.cli.screens.output import progress
    from workflows.engine.case.files.intake import take_in_file
    from workflows.engine.documents.arrivals import by_form
    from workflows.engine.documents.keeping import in_folder

    with Progress(TextColumn("taking in"), BarColumn(), TextColumn("{task.completed} rows"), console=progress) as bar:
        task = bar.add_task("taking in", total=None)
        return take_in_file(
            app.context,
            workflow,
            file,
            reading,
            actor=operator(),
            options=app.made.get(workflow.name),
            arrived=by_form(workflow.input, in_folder(app.context, folder)),
            advanced=lambda: bar.advance(task),
        )


def _work(app: App, workflow: AnyWorkflow) -> Worked:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bot.cli.completion import left_to_another, refuse_older
    from bot.cli.screens.output import progress
    from bot.cli.screens.run_report import Worked
    from bot.serve.watchdog import ending_if_frozen
    from workflows.engine.read.workload import ready

    refuse_older(app)
    worked = Worked(runs=0, seconds=0, learned={}, elsewhere=True)
    with left_to_another("that process works on the cases"), app.dispatcher.alone() as taken_back:
        if taken_back:
            typer.echo(f"runs that a process left when it ended, and that go on now: {taken_back}", err=True)
        waiting = ready(app.context)
        learned = _learn(app, workflow) if waiting else {}
        started = time.perf_counter()
        columns_ = (TextColumn("working"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        frozen = ending_if_frozen(app.settings.frozen_seconds)
        with frozen, Progress(*columns_, console=progress) as bar:
            task = bar.add_task("working", total=waiting)
            runs = app.dispatcher.drain(done=lambda: bar.advance(task))
        worked = Worked(runs=runs, seconds=time.perf_counter() - started, learned=learned)
    return worked  # noqa: RET504  # as it was made first, where another process is at work


def _watch(app: App, ids: Sequence[int]) -> None:
    """Wait until another process has done its work on these cases, or makes no progress for a while."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from bot.cli.screens.output import progress
    from workflows.engine.read.tally import under_way

    columns_ = (TextColumn("waiting for the other process"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns_, console=progress) as bar:
        task = bar.add_task("waiting", total=len(set(ids)))
        moved, before = time.monotonic(), -1
        while (left := under_way(app.context, ids)) and time.monotonic() - moved < PATIENCE:
            if left != before:
                moved, before = time.monotonic(), left
            bar.update(task, completed=len(set(ids)) - left)
            time.sleep(_LOOK)
        bar.update(task, completed=len(set(ids)) - left)
    if left:
        typer.echo(
            advised(f"the other process has done nothing for {PATIENCE:.0f} s: see `countersign doctor`"), err=True
        )


def _learn(app: App, workflow: AnyWorkflow) -> dict[str, TrainingReport]:
    """Train the local model beforehand, so that the training does not count as time of the first cases."""
    from bot.cli.screens.output import progress
    from workflows.model.local.local_model import LocalModel
    from workflows.model.port import ModelError

    if not app.models.learns(workflow):
        return {}
    try:
        with progress.status("learning from the examples"):
            model = app.models(workflow)
    except ModelError:
        return {}  # each case says so, and a workflow that asks no model needs none
    return {workflow.name: model.report} if isinstance(model, LocalModel) else {}


def _watched(trying: Eval) -> Iterator[Trial]:
    """Run an eval under a bar that tells how far it has come."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bot.cli.screens.output import progress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=progress) as bar:
        task = bar.add_task("trying", total=len(trying.examples))
        for trial in trying.run(doing=lambda doing: bar.update(task, description=doing)):
            yield trial
            bar.advance(task)


def _nothing(workflow: AnyWorkflow, file: Path | None) -> str:
    where = str(file) if file is not None else f"{workflow.name} has no examples with right answers, and"
    return (
        f"{where} {'holds' if file is not None else 'so there is'} nothing to try: "
        'give --file with lines like {"input": {...}, "output": {...}}, or make one of a decided case: '
        "countersign example CASE"
    )
