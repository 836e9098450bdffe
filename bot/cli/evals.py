"""`eval`: a workflow tried on examples whose right answers are known, and held against another version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.app import opened
from bot.cli.eval_report import as_json, print_comparison, print_tried, print_unusable
from bot.cli.output import one_line_errors, print_json, progress
from bot.cli.workflow_choice import named, options_for
from bot.settings import settings
from workflows.engine.case.file_columns import read_named, reading_for
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.model.port import Prompt
from workflows.quality.bench import Bench, EvalInterrupted, examples_to_try
from workflows.quality.comparison import compare_results
from workflows.quality.evals import Eval
from workflows.quality.mcnemar import Word
from workflows.quality.trials import Trial


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command was called with."""

    name: str
    examples: Path | None
    label: str | None
    file: Path | None
    columns: Sequence[str]
    """FIELD=COLUMN, where they differ."""
    encoding: str | None
    prompt: Path | None
    against: str | None
    limit: int | None
    at_once: int | None
    max_dollars: Decimal


def evaluate(asked: Asked, *, json: bool) -> int:
    """Try a workflow on its examples; returns the exit code."""
    with one_line_errors():
        options = options_for(asked.name, examples=asked.examples, label=asked.label)
        with opened(settings(), make=options) as app:
            workflow = named(app, asked.name, options)
            reading = reading_for(workflow, named=read_named(asked.columns), encoding=asked.encoding)
            examples = examples_to_try(workflow, asked.file, reading)
            if not json:
                print_unusable(examples)
            if asked.limit is not None:
                del examples.labelled[asked.limit :]
            if not examples.labelled:
                raise Refused(_nothing(workflow, asked.file))
            bench = Bench(
                context=app.context,
                models=app.models,
                workflow=workflow,
                examples=examples,
                dollars=asked.max_dollars,
                at_once=asked.at_once,
                threads=app.settings.threads,
                watch=_watched,
            )
            prompt = bench.prompt(asked.prompt)
            other = bench.other(asked.against) if asked.against is not None else None
            try:
                tried = bench.run(prompt)
                if isinstance(other, Prompt):
                    other = bench.run(other)
            except EvalInterrupted as stopped:
                typer.echo(f"stopped; what was tried is kept as eval {stopped.eval}, which was not finished", err=True)
                raise typer.Exit(130) from None
            compared = compare_results(tried.result, other.result) if other is not None else None
            if json:
                print_json(as_json(examples, tried, other, compared))
            else:
                print_tried(tried)
                if other is not None and compared is not None:
                    print_comparison(tried, other, compared)
            worse = compared is not None and compared.word is Word.WORSE
            amiss = any(one.is_amiss for one in (tried, other) if one is not None)
            return 1 if examples.unusable or worse or amiss else 0


def _nothing(workflow: AnyWorkflow, file: Path | None) -> str:
    where = str(file) if file is not None else f"{workflow.name} has no examples with right answers, and"
    return (
        f"{where} {'holds' if file is not None else 'so there is'} nothing to try: "
        'give --file with lines like {"input": {...}, "output": {...}}, or make one of a decided case: '
        "countersign example CASE"
    )


def _watched(trying: Eval) -> Iterator[Trial]:
    """Run an eval under a bar that tells how far it has come."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=progress) as bar:
        task = bar.add_task("trying", total=len(trying.examples))
        for trial in trying.run(doing=lambda doing: bar.update(task, description=doing)):
            yield trial
            bar.advance(task)
