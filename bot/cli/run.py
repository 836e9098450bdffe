"""`run` and `submit`: files and single inputs in, work done, numbers out."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import typer
from pydantic import JsonValue
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.app import App, opened
from bot.cli.completion import finish
from bot.cli.output import one_line_errors, out, print_json, progress, shown
from bot.cli.people import operator
from bot.cli.show import show_case_in
from bot.cli.waiting_deliveries import tell_waiting
from bot.cli.workflow_choice import named, options_for
from bot.serve.watchdog import ending_if_frozen
from bot.settings import settings
from store.db.process_locks import Taken
from store.states import STOPPED
from workflows.engine.case.file_columns import read_named, reading_for, refuse_without
from workflows.engine.case.file_rows import Reading, Row, read_rows
from workflows.engine.case.intake import Accepted, Intake, accept, take_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, QueueFull
from workflows.engine.read.history import case_view
from workflows.engine.read.tally import Hits, Tally, tally, under_way
from workflows.engine.text.canonical_json import content_hash, printable
from workflows.engine.text.sanitize import one_line
from workflows.model.local.local_model import LocalModel, TrainingReport
from workflows.model.port import ModelError

_AT_ONCE = 200
"""Rows that are taken in with one transaction."""
_REFUSALS_SHOWN = 20
_COLUMNS_SHOWN = 10
PATIENCE = 60.0
"""Seconds without progress after which another process is no longer waited for."""
_LOOK = 0.5
"""Seconds between two looks at what another process has done."""


@dataclass(kw_only=True)
class _Taken:
    """What became of the rows of a file."""

    rows: int = 0
    intakes: Counter[Intake] = field(default_factory=Counter)
    refused: list[dict[str, JsonValue]] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    """Columns of which nothing is taken."""
    left_out: int = 0
    """Rows that the queue had no room for."""
    cases: list[int] = field(default_factory=list)
    truth: dict[int, Mapping[str, JsonValue]] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Worked:
    """What was worked on."""

    runs: int
    seconds: float
    learned: Mapping[str, TrainingReport]
    elsewhere: bool = False
    """Another process works on the database."""


def run_file(
    file: Path,
    name: str,
    *,
    examples: Path | None,
    label: str | None,
    floor: float | None,
    columns: Sequence[str],
    encoding: str | None,
    post: bool,
    as_json: bool,
) -> int:
    """Take in a file and work on it; returns the exit code.

    `columns`: FIELD=COLUMN, where they differ. `post`: then show in Slack what waits for people.
    """
    with one_line_errors():
        options = options_for(name, examples=examples, label=label, floor=floor)
        with opened(settings(), make=options) as app:
            app.prepare_models()
            workflow = named(app, name, options)
            posting = _posting(app, workflow) if post else None
            reading = reading_for(workflow, named=read_named(columns), encoding=encoding)
            taken = _take_in_file(app, workflow, file, reading)
            worked = _work(app, workflow)
            if worked.elsewhere:
                _watch(app, taken.cases)
            numbers = tally(app.context, taken.cases, taken.truth)
            if as_json:
                print_json(_as_json(workflow, taken, worked, numbers))
            else:
                _print(workflow, taken, worked, numbers)
                tell_waiting(app, workflow.name)
            posted = posting() if posting is not None else True
            return 1 if taken.refused or taken.left_out or numbers.failed or not posted else 0


def _posting(app: App, workflow: AnyWorkflow) -> Callable[[], bool]:
    """What posts, once there is something to post. Raise `Refused` before anything is taken in where it cannot."""
    from bot.cli.post import post, workspace_for

    workspace = workspace_for(app, workflow)
    return lambda: post(app, workflow, workspace)


def submit_one(text: str, name: str, *, as_json: bool) -> int:
    """Take in one case and work on it; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        app.prepare_models()
        workflow = app.context.registry.get(name)
        try:
            values = json.loads(sys.stdin.read() if text == "-" else text)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"the input is no JSON: {error}") from error
        if not isinstance(values, dict):
            raise InvalidInput("the input has to be a JSON object")
        (receipt,) = take_in(
            app.context,
            workflow,
            [accept(workflow, values)],
            source="command line",
            actor=operator(),
            options=app.made.get(workflow.name),
        )
        finish(app, receipt.case)
        show_case_in(app, receipt.case, as_json=as_json)
        return 1 if case_view(app.context, receipt.case).newest.state in STOPPED else 0


@dataclass(frozen=True, kw_only=True)
class _Told:
    """The row that brought a key first, and what else there is under it in the file."""

    row: int
    content: str
    others: tuple[int, ...] = ()
    """Rows with the same key and other content."""


def _conflicts(workflow: AnyWorkflow, file: Path, reading: Reading) -> dict[str, tuple[int, ...]]:
    """Key -> the rows that bring it with different content: two messages under one id, and nobody knows which it is."""
    told: dict[str, _Told] = {}
    for row in read_rows(file, reading):
        try:
            accepted = _accepted(workflow, row)
        except InvalidInput:
            continue  # said when it is taken in
        content = content_hash(accepted.body)
        first = told.setdefault(accepted.key, _Told(row=row.number, content=content))
        if first.content != content:
            told[accepted.key] = replace(first, others=(*first.others, row.number))
    return {key: (first.row, *first.others) for key, first in told.items() if first.others}


def _accepted(workflow: AnyWorkflow, row: Row) -> Accepted:
    if row.problem is not None:
        raise InvalidInput(row.problem)
    wanted = workflow.input.model_fields
    return accept(workflow, {name: value for name, value in row.values.items() if name in wanted})


def _take_in_file(app: App, workflow: AnyWorkflow, file: Path, reading: Reading) -> _Taken:
    taken = _Taken(unused=refuse_without(workflow, file, reading))
    wanted = set(workflow.input.model_fields)
    conflicts = _conflicts(workflow, file, reading)
    truths = [name for name in workflow.output.model_fields if name not in wanted]
    batch: list[tuple[Accepted, Mapping[str, JsonValue]]] = []
    started = time.perf_counter()

    def commit() -> None:
        accepted = [one for one, _ in batch]
        try:
            receipts = take_in(
                app.context,
                workflow,
                accepted,
                source=printable(f"file {file.name}")[:100],
                actor=operator(),
                options=app.made.get(workflow.name),
            )
        except QueueFull:
            taken.left_out += len(batch)
            batch.clear()
            return
        for receipt, (_, truth) in zip(receipts, batch, strict=True):
            taken.intakes[receipt.intake] += 1
            taken.cases.append(receipt.case)
            taken.truth[receipt.case] = truth
        batch.clear()

    with Progress(TextColumn("taking in"), BarColumn(), TextColumn("{task.completed} rows"), console=progress) as bar:
        task = bar.add_task("taking in", total=None)
        for row in read_rows(file, reading):
            taken.rows += 1
            try:
                accepted = _accepted(workflow, row)
                if accepted.key in conflicts:
                    raise InvalidInput(_conflict(accepted.key, conflicts[accepted.key]))
                truth = {name: row.values[name] for name in truths if row.values.get(name) not in (None, "")}
                batch.append((accepted, truth))
            except InvalidInput as error:
                taken.refused.append({"row": row.number, "line": row.line, "why": str(error)})
            if len(batch) == _AT_ONCE:
                commit()
            bar.advance(task)
        if batch:
            commit()
    taken.seconds = time.perf_counter() - started
    return taken


def _conflict(key: str, rows: tuple[int, ...]) -> str:
    named = ", ".join(str(row) for row in rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    return f"rows {named} have the key {key} and different content, so none of them was taken in"


def _work(app: App, workflow: AnyWorkflow) -> _Worked:
    try:
        with app.dispatcher.alone() as taken_back:
            if taken_back:
                typer.echo(f"{taken_back} runs were left by a process that ended; going on with them", err=True)
            waiting = app.ready()
            learned = _learn(app, workflow) if waiting else {}
            started = time.perf_counter()
            columns_ = (TextColumn("working"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            frozen = ending_if_frozen(app.settings.frozen_seconds)
            with frozen, Progress(*columns_, console=progress) as bar:
                task = bar.add_task("working", total=waiting)
                runs = app.dispatcher.drain(done=lambda: bar.advance(task))
            return _Worked(runs=runs, seconds=time.perf_counter() - started, learned=learned)
    except Taken as taken:
        typer.echo(f"{taken}; it goes on with what was taken in", err=True)
        return _Worked(runs=0, seconds=0, learned={}, elsewhere=True)


def _watch(app: App, ids: Sequence[int]) -> None:
    """Wait until another process has come as far as it goes with these cases, or does nothing for a while."""
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
        typer.echo(f"the other process has done nothing for {PATIENCE:.0f} s: see `countersign doctor`", err=True)


def _learn(app: App, workflow: AnyWorkflow) -> dict[str, TrainingReport]:
    """Train the local model beforehand, so that its time does not count as the first cases'."""
    if not app.models.learns(workflow):
        return {}
    try:
        with progress.status("learning from the examples"):
            model = app.models(workflow)
    except ModelError:
        return {}  # each case says so, and a workflow that asks no model needs none
    return {workflow.name: model.report} if isinstance(model, LocalModel) else {}


def _as_json(workflow: AnyWorkflow, taken: _Taken, worked: _Worked, numbers: Tally) -> dict[str, object]:
    return {
        "workflow": workflow.name,
        "rows": taken.rows,
        "taken_in": taken.intakes[Intake.TAKEN_IN],
        "revised": taken.intakes[Intake.REVISED],
        "duplicates": taken.intakes[Intake.DUPLICATE],
        "refused": taken.refused,
        "columns_not_used": list(taken.unused),
        "left_out": taken.left_out,
        "intake_seconds": taken.seconds,
        "runs": worked.runs,
        "seconds": worked.seconds,
        "cases_per_second": worked.runs / worked.seconds if worked.runs else None,
        "floor": workflow.autonomy.at_least,
        "tally": numbers,
        "learned": worked.learned,
    }


def _print(workflow: AnyWorkflow, taken: _Taken, worked: _Worked, numbers: Tally) -> None:
    for refusal in taken.refused[:_REFUSALS_SHOWN]:
        out.print(shown(f"row {refusal['row']} (line {refusal['line']}) refused: {refusal['why']}"))
    if len(taken.refused) > _REFUSALS_SHOWN:
        out.print(f"... and {len(taken.refused) - _REFUSALS_SHOWN:,} more refused; --json lists all")
    for report in worked.learned.values():
        for name, learned in report.fields.items():
            out.print(
                f"learned {name} from {learned.examples:,} examples: {learned.accuracy:.1%} right and calibration "
                f"error {learned.calibration_error:.3f} on {learned.held_out:,} held out"
            )
    lines = {
        "taken in": f"{taken.intakes[Intake.TAKEN_IN]:,}",
        "revised": f"{taken.intakes[Intake.REVISED]:,}",
        "duplicates": f"{taken.intakes[Intake.DUPLICATE]:,}",
        "refused": f"{len(taken.refused):,}",
        "resolved alone": f"{numbers.alone:,}",
        "to review": f"{numbers.to_review:,}",
        "decided by people": f"{numbers.decided:,}",
        "failed": f"{numbers.failed:,}",
    }
    if taken.unused:
        few, more = taken.unused[:_COLUMNS_SHOWN], len(taken.unused) - _COLUMNS_SHOWN
        lines["columns not used"] = ", ".join(few) + (f" and {more} more" if more > 0 else "")
    if taken.left_out:
        lines["left out"] = f"{taken.left_out:,}"
    if numbers.unfinished:
        lines["not finished"] = f"{numbers.unfinished:,}"
    if numbers.samples:
        lines["sample answers"] = f"{numbers.samples:,} more, written by hand: in none of these numbers"
    floor = workflow.autonomy.at_least
    at = f" (floor {floor:g})" if floor is not None else ""
    for name, hits in numbers.right_alone.items():
        lines[f"{name} right, resolved alone{at}"] = _share(hits)
    for name, hits in numbers.right_of_all.items():
        lines[f"{name} right, all proposals"] = _share(hits)
    if worked.runs:
        lines["cases per second"] = f"{worked.runs / worked.seconds:.0f} ({worked.runs:,} in {worked.seconds:.1f} s)"
    lines["dollars"] = f"{numbers.cost:.4f}"
    if not taken.rows:
        out.print("there is no row in the file")
    width = max(map(len, lines))
    for what, value in lines.items():
        out.print(shown(f"{what:<{width}}  {one_line(value, 300)}"))
    if taken.left_out:
        out.print("next: so many cases were to be worked on that not all rows had room; say the same command again")
    if numbers.to_review or numbers.samples:
        out.print("next: `countersign reviews` lists what waits for you")
    if numbers.failed:
        out.print(
            "next: `countersign cases --state failed`, then `countersign show CASE` and `rerun CASE`", markup=False
        )


def _share(hits: Hits) -> str:
    return f"{hits.share:.1%} ({hits.right:,} of {hits.of:,})" if hits.share is not None else "-"
