"""`eval`: a workflow tried on examples whose right answers are known, and held against another version."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.app import App, opened
from bot.cli.eval_report import Tried, as_json, print_comparison, print_tried, print_unusable
from bot.cli.output import one_line_errors, print_json, progress
from bot.cli.workflow_choice import named, options_for
from bot.models import EXAMPLES, examples_of, learned_from
from bot.settings import settings
from store import schema
from store.model import prompt_versions
from store.quality import evals
from workflows.engine.case.file_columns import read_named, reading_for
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, Refused
from workflows.engine.propose.prompts import keep_prompt, prompt_in, prompt_of_version
from workflows.model.port import Account, Prompt
from workflows.quality.comparison import compare_results
from workflows.quality.evals import Eval
from workflows.quality.examples import Examples, of_list, read_file
from workflows.quality.folds import left_out, parts, with_second
from workflows.quality.mcnemar import Word
from workflows.quality.results import Result, result_of
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
            examples = _examples(workflow, asked)
            if not json:
                print_unusable(examples)
            if asked.limit is not None:
                del examples.labelled[asked.limit :]
            if not examples.labelled:
                raise Refused(_nothing(workflow, asked.file))
            bench = _Bench(app=app, workflow=workflow, examples=examples, asked=asked)
            prompt = bench.prompt()
            other = bench.other() if asked.against is not None else None
            tried = bench.run(prompt)
            if isinstance(other, Prompt):
                other = bench.run(other)
            compared = compare_results(tried.result, other.result) if other is not None else None
            if json:
                print_json(as_json(examples, tried, other, compared))
            else:
                print_tried(tried)
                if other is not None and compared is not None:
                    print_comparison(tried, other, compared)
            worse = compared is not None and compared.word is Word.WORSE
            amiss = any(_is_amiss(one) for one in (tried, other) if one is not None)
            return 1 if examples.unusable or worse or amiss else 0


def _is_amiss(tried: Tried) -> bool:
    summary = tried.result.summary
    run_now = tried.seconds is not None
    return run_now and (bool(summary.untried) or summary.unfinished is not None)


def _examples(workflow: AnyWorkflow, asked: Asked) -> Examples:
    file = asked.file
    if file is not None:
        return read_file(
            workflow, file, reading_for(workflow, named=read_named(asked.columns), encoding=asked.encoding)
        )
    if workflow.examples is not None:
        return of_list(workflow, workflow.examples())
    own = workflow.folder / EXAMPLES if workflow.folder is not None else None
    return read_file(workflow, own) if own is not None and own.exists() else Examples()


def _nothing(workflow: AnyWorkflow, file: Path | None) -> str:
    where = str(file) if file is not None else f"{workflow.name} has no examples with right answers, and"
    return (
        f"{where} {'holds' if file is not None else 'so there is'} nothing to try: "
        'give --file with lines like {"input": {...}, "output": {...}}, or make one of a decided case: '
        "countersign example CASE"
    )


@dataclass(kw_only=True)
class _Bench:
    """Where versions of one workflow are tried on the same examples."""

    app: App
    workflow: AnyWorkflow
    examples: Examples
    asked: Asked
    budget: int | None = None
    """The eval on whose account all that the command tries is asked; None before the first."""

    def prompt(self) -> Prompt | None:
        """The prompt to be tried. Raise `Refused` for a file that is none."""
        file = self.asked.prompt
        if file is None:
            return self.app.context.registry.prompt(self.workflow.name)
        if self.app.models.learns(self.workflow):
            raise Refused("the local model reads no prompt: try it with a key for Anthropic and COUNTERSIGN_MODEL=auto")
        prompt, context = prompt_in(file, self.workflow), self.app.context
        with context.database.write() as session:
            keep_prompt(session, self.workflow, prompt, team=context.team, at=context.clock())
        return prompt

    def other(self) -> Tried | Prompt:
        """What to compare with: an eval of these examples, or a prompt to be tried now. Raise `Refused`."""
        version, context = self.asked.against or "", self.app.context
        with context.database.read() as session:
            row = _numbered(version)
            found = evals.get(session, row, team=context.team) if row is not None else None
            if row is None and version:
                found = evals.newest(
                    session,
                    team=context.team,
                    workflow=self.workflow.name,
                    version=version,
                    examples=self.examples.hash,
                )
            kept = evals.of_workflow(session, team=context.team, workflow=self.workflow.name)
        if found is not None:
            return self._stored(found)
        if version and not self.app.models.learns(self.workflow):
            with context.database.read() as session:
                known = prompt_versions.beginning_with(
                    session, team=context.team, workflow=self.workflow.name, version=version
                )
                if known:
                    return prompt_of_version(session, self.workflow, version, team=context.team)
        same = [one for one in kept if one.examples == self.examples.hash and one.ended_at is not None]
        others = ", ".join(f"'#{one.id}' ({one.prompt_version or one.model})" for one in same[-5:]) or "none yet"
        raise Refused(f"there is nothing of {version!r} to compare with; evals of these examples: {others}")

    def _stored(self, row: schema.Eval) -> Tried:
        if row.workflow != self.workflow.name:
            raise Refused(f"eval {row.id} is none of {self.workflow.name}")
        if row.ended_at is None or row.result is None:
            raise Refused(f"eval {row.id} was not finished; run it again")
        if row.examples != self.examples.hash:
            raise Refused(f"eval {row.id} tried other examples; run it again on these")
        try:
            result = Result.model_validate(row.result)
        except ValidationError as error:
            raise Refused(f"eval {row.id} was kept by another version of Countersign; run it again") from error
        return Tried(
            eval=row.id, workflow=row.workflow, model=row.model, prompt_version=row.prompt_version, result=result
        )

    def run(self, prompt: Prompt | None) -> Tried:
        """Try the workflow with a prompt, and keep what came of it."""
        learns = self.app.models.learns(self.workflow)
        deal = parts if learns else with_second
        dealt = deal(
            self.workflow,
            self.examples.labelled,
            [] if self.app.models.shows_samples(self.workflow) else _taught(self.workflow),
            model=lambda: self.app.models(self.workflow),
            learn=lambda rest: learned_from(self.workflow, rest),
        )
        # The local model computes in this process: where nothing else is asked, more at once would only get in its way.
        computes = learns and self.workflow.proposing is None
        version = prompt.version if prompt is not None and not learns else None
        row = self._begin(version, "local" if learns else self._asked(prompt))
        trying = Eval(
            workflow=self.workflow,
            # Another model's answers would be counted as this one's.
            prompt=replace(prompt, fallback_model=None) if prompt is not None else None,
            account=self._account(row),
            examples=self.examples.labelled,
            parts=dealt,
            at_once=self.asked.at_once or (1 if computes else self.app.settings.threads),
        )
        trials: list[Trial] = []
        start = time.perf_counter()
        try:
            _try_all(trying, trials)
        except KeyboardInterrupt:
            trying.unfinished = "it was interrupted"
            typer.echo(f"stopped; what was tried is kept as eval {row}, which was not finished", err=True)
            raise typer.Exit(130) from None
        finally:
            tried = self._keep(row, version, trying, trials)
        return replace(tried, seconds=time.perf_counter() - start)

    def _asked(self, prompt: Prompt | None) -> str:
        return (prompt.model if prompt is not None else None) or self.app.settings.anthropic_model

    def _account(self, row: int) -> Account:
        self.budget = self.budget or row
        dollars = self.asked.max_dollars
        return Account(eval=self.budget, per_case=dollars, per_day=dollars, timezone=self.workflow.timezone)

    def _begin(self, version: str | None, model: str) -> int:
        context = self.app.context
        with context.database.write() as session:
            return evals.begin(
                session,
                team=context.team,
                workflow=self.workflow.name,
                prompt_version=version,
                model=model,
                examples=self.examples.hash,
                at=context.clock(),
            )

    def _keep(self, row: int, version: str | None, trying: Eval, trials: list[Trial]) -> Tried:
        """Keep what came of an eval, as far as it came."""
        context = self.app.context
        place = {one.input_hash: place for place, one in enumerate(trying.examples)}
        trials.sort(key=lambda trial: place[trial.input_hash])
        result = result_of(
            trials,
            examples=len(trying.examples),
            floor=self.workflow.autonomy.at_least,
            learned_without=left_out(trying.parts),
            unfinished=(trying.unfinished or "it broke off") if len(trials) < len(trying.examples) else None,
        )
        answered = list(result.summary.models)
        with context.database.write() as session:
            begun = evals.get(session, row, team=context.team)
            assert begun is not None
            model = answered[0] if len(answered) == 1 else begun.model
            evals.keep(
                session,
                row,
                team=context.team,
                model=model,
                result=result.model_dump(mode="json"),
                ended_at=context.clock() if result.summary.unfinished is None else None,
            )
        return Tried(
            eval=row,
            workflow=self.workflow.name,
            model=model,
            prompt_version=version,
            result=result,
            trials=trials,
        )


def _try_all(trying: Eval, trials: list[Trial]) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=progress) as bar:
        task = bar.add_task("trying", total=len(trying.examples))

        def tell(doing: str) -> None:
            bar.update(task, description=doing)

        for trial in trying.run(doing=tell):
            trials.append(trial)
            bar.advance(task)


def _taught(workflow: AnyWorkflow) -> list[Any]:
    # A file that cannot be learned from is said by the model, which then cannot be had.
    with suppress(InvalidInput):
        return examples_of(workflow)
    return []


def _numbered(version: str) -> int | None:
    number = version.removeprefix("#")
    if number == version or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number)
