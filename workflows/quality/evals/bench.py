"""The bench on which versions of a workflow are tried on the same examples, and what came of each is kept."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from store import schema
from store.model import prompt_versions
from store.quality import evals
from workflows.documents.document import Arrived, Document, NewDocument, none_arrived
from workflows.engine.case.files.rows import Reading
from workflows.engine.context import Context
from workflows.engine.declare.documents import DOCUMENTS_AS, has_documents
from workflows.engine.declare.learning import MOST_RECALLED
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Recall, Version
from workflows.engine.declare.weighing import Weighing
from workflows.engine.declare.workflow import Example
from workflows.engine.documents.keeping import in_folder, keep
from workflows.engine.errors import InvalidInput, Refused
from workflows.engine.propose.examples.own_examples import examples_file, examples_of, fitting, learned_from
from workflows.engine.propose.models import Models
from workflows.engine.propose.prompts import keep_prompt, prompt_in, prompt_of_version
from workflows.model.asking.attachments import DocumentsAs
from workflows.model.port import Account, Prompt
from workflows.quality.evals.eval import Eval
from workflows.quality.evals.folds import left_out, parts, with_second
from workflows.quality.evals.results import Result, result_of
from workflows.quality.evals.trials import Trial
from workflows.quality.examples.labelled import Examples, of_list, read_file
from workflows.quality.examples.recall.recall import recall_of
from workflows.quality.examples.split import Half
from workflows.quality.examples.taking import taken

_NAMED = 5
"""Evals that are named where there is nothing to compare with, the newest."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """An eval, run now or kept from before."""

    eval: int
    workflow: str
    model: str
    prompt_version: str | None
    result: Result
    trials: Sequence[Trial] = ()
    """One for each example; empty where it was kept from before."""
    seconds: float | None = None
    """None: it was kept from before."""

    @property
    def version(self) -> str:
        """Name for people what was tried."""
        said = f"prompt {self.prompt_version} on {self.model}" if self.prompt_version is not None else self.model
        way, recall = self.result.summary.documents, self.result.summary.recall
        said = said if way is None else f"{said}, documents as {way}"
        return said if recall is None else f"{said}, recall {recall}"

    @property
    def is_amiss(self) -> bool:
        """Tell whether it was run now, and not all of it."""
        summary = self.result.summary
        return self.seconds is not None and (bool(summary.untried) or summary.unfinished is not None)


class EvalInterrupted(Exception):
    """An eval was interrupted. What was tried is kept."""

    def __init__(self, eval: int) -> None:
        self.eval = eval
        super().__init__(f"eval {eval} was interrupted")


def examples_to_try(context: Context, workflow: AnyWorkflow, file: Path | None, reading: Reading) -> Examples:
    """Read the examples of a file; of no file, the workflow's own, and those of the measuring half that people took
    in from decisions. Raise `InvalidInput` for a file that cannot be read.

    `reading`: how the file is read. Documents are files below its folder, and are kept as those of a case are.
    """

    if file is not None:
        return read_file(workflow, file, reading, arrived=kept_from(context, file.parent))
    found = _own(context, workflow)
    for one in taken(context, workflow.name, Half.MEASURING):
        # One that fits the present form no more cannot be tried, and is nobody's mistake.
        found.take_in(of_list(workflow, [one.example]), critical=one.critical)
    return found


def _own(context: Context, workflow: AnyWorkflow) -> Examples:
    if workflow.examples is not None:
        return of_list(workflow, workflow.examples(), arrived=kept_from(context, workflow.folder))
    own = examples_file(workflow)
    if own is None or not own.exists():
        return Examples()
    return read_file(workflow, own, arrived=kept_from(context, own.parent))


def kept_from(context: Context, folder: Path | None) -> Arrived:
    """Return the function that keeps the documents of examples: pages are shown from what is kept."""

    def arrived(given: str | NewDocument) -> Document:
        if isinstance(given, NewDocument):
            return keep(context, given.data, name=given.name)
        return in_folder(context, folder)(given) if folder is not None else none_arrived(given)

    return arrived


@dataclass(kw_only=True)
class Bench:
    """The trials of versions of one workflow on the same examples."""

    context: Context
    models: Models
    workflow: AnyWorkflow
    examples: Examples
    dollars: Decimal
    """The most that all trials on it may cost together, in US dollars."""
    at_once: int | None
    """Number of examples that are tried at once; None: `threads`, and one where the local model computes by itself."""
    threads: int
    watch: Callable[[Eval], Iterable[Trial]] = field(default=lambda trying: trying.run())
    """Runs an eval, and tells somebody how it goes."""
    _budget: int | None = None
    """The eval on whose account all is asked; None before the first."""

    def prompt(self, file: Path | None) -> Prompt | None:
        """Return the prompt to be tried: the file's, or the present one. Raise `Refused` for a file that is none."""
        if file is None:
            return self.context.registry.prompt(self.workflow.name)
        if self.models.learns(self.workflow):
            raise Refused("the local model reads no prompt: try it with a key for Anthropic and COUNTERSIGN_MODEL=auto")
        prompt, context = prompt_in(file, self.workflow), self.context
        with context.database.write() as session:
            keep_prompt(session, self.workflow, prompt, team=context.team, at=context.clock())
        return prompt

    def other(self, version: str) -> Tried | Prompt:
        """Return what to compare with: an eval of these examples, or a prompt to be tried now. Raise `Refused`.

        `version`: `#EVAL`, or how the version of a prompt or a model begins.
        """
        context = self.context
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
        if version and not self.models.learns(self.workflow):
            with context.database.read() as session:
                known = prompt_versions.beginning_with(
                    session, team=context.team, workflow=self.workflow.name, version=version
                )
                if known:
                    return prompt_of_version(session, self.workflow, version, team=context.team)
        same = [one for one in kept if one.examples == self.examples.hash and one.ended_at is not None]
        others = ", ".join(f"'#{one.id}' ({one.prompt_version or one.model})" for one in same[-_NAMED:]) or "none yet"
        raise Refused(f"there is no finished eval of {version!r} to compare with; evals of these examples: {others}")

    def ways(self, named: str) -> Sequence[DocumentsAs]:
        """Return the ways of giving documents that somebody names, such as `text,pages`. Raise `Refused`."""
        parts = [part.strip() for part in named.split(",")]
        ways = [way for part in parts for way in DOCUMENTS_AS if way == part]
        if len(ways) != len(parts) or len(set(ways)) < len(ways):
            raise Refused(f"documents are given as {', '.join(DOCUMENTS_AS)}, not as {named!r:.60}; name each once")
        if not has_documents(self.workflow):
            raise Refused(f"the cases of {self.workflow.name} have no documents")
        if ways != ["text"] and (self.models.learns(self.workflow) or self.models.shows_samples(self.workflow)):
            raise Refused(
                "the local model and sample answers read text only: set a key for a model that is shown pages"
            )
        if ways != ["text"] and not self.workflow.personal_to_model:
            raise Refused(f"{self.workflow.name} tells a model nothing personal, so it is shown no pages")
        return ways

    def recalls(self, named: str) -> Sequence[int]:
        """Return the numbers of past decisions that somebody names, such as `0,3`. Raise `Refused`."""
        parts = [part.strip() for part in named.split(",")]
        counts = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 3]
        if len(counts) != len(parts) or len(set(counts)) < len(counts) or max(counts) > MOST_RECALLED:
            raise Refused(
                f"past decisions are recalled as numbers from 0 to {MOST_RECALLED}, such as 0,3, not as {named!r:.60}; "
                "name each once"
            )
        return counts

    def run(
        self,
        prompt: Prompt | None,
        *,
        documents_as: DocumentsAs | None = None,
        recall: int | None = None,
        found_in: Recall | None = None,
        taught: Sequence[Example] | None = None,
        weighing: Weighing | None = None,
    ) -> Tried:
        """Try the workflow with a prompt, and keep what came of it. Raise `EvalInterrupted`.

        `documents_as`: how a model is given documents, if not as the workflow declares it. `recall`: past decisions
        that are told with each; None: as the workflow declares it. `found_in`: finds them; None: among all that are
        taken in now. `taught`: all that a local model learns from; None: what it learns from now. `weighing`: the
        numbers with which its confidence is weighed.
        """
        count = self.workflow.recall if recall is None else recall
        learns = self.models.learns(self.workflow)
        deal = parts if learns else with_second
        dealt = deal(
            self.workflow,
            self.examples.labelled,
            [] if self.models.shows_samples(self.workflow) else self._taught() if taught is None else taught,
            model=lambda: (
                self.models(self.workflow)
                if taught is None or not learns
                else learned_from(self.workflow, taught, self.models.embedding)
            ),
            learn=lambda rest: learned_from(self.workflow, rest, self.models.embedding),
        )
        # The local model computes in this process: without another model, several at once would only slow it down.
        computes = learns and self.workflow.proposing is None
        version = prompt.version if prompt is not None and not learns else None
        row = self._begin(version, "local" if learns else self._asked(prompt))
        trying = Eval(
            workflow=self.workflow,
            # Answers of a fallback model would count as this model's.
            version=Version(
                prompt=replace(prompt, fallback_model=None) if prompt is not None else None,
                recall=self._recall(count, found_in),
                weighing=weighing,
            ),
            account=self._account(row),
            examples=self.examples.labelled,
            parts=dealt,
            at_once=self.at_once or (1 if computes else self.threads),
            documents=self.context.documents,
            documents_as=documents_as,
        )
        trials: list[Trial] = []
        start = time.perf_counter()
        try:
            for trial in self.watch(trying):
                trials.append(trial)
        except KeyboardInterrupt:
            trying.unfinished = "it was interrupted"
            raise EvalInterrupted(row) from None
        finally:
            tried = self._keep(row, version, trying, trials, recall=count if recall is not None or count else None)
        return replace(tried, seconds=time.perf_counter() - start)

    def _recall(self, count: int, found_in: Recall | None) -> Recall | None:
        if not count:
            return None
        return found_in or recall_of(self.context, self.workflow, deployment=None, count=count)

    def _taught(self) -> list[Example]:
        """Return what the local model learns from."""
        # An unusable file is reported by the model, which then cannot be made.
        with suppress(InvalidInput):
            return [*examples_of(self.workflow), *fitting(self.workflow, self.models.taken(self.workflow))]
        return []

    def _stored(self, row: schema.Eval) -> Tried:
        if row.workflow != self.workflow.name:
            raise Refused(f"eval {row.id} is not one of {self.workflow.name}")
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

    def _asked(self, prompt: Prompt | None) -> str:
        return (prompt.model if prompt is not None else None) or self.models.vendor.default_model

    def _account(self, row: int) -> Account:
        self._budget = self._budget or row
        return Account(eval=self._budget, per_case=self.dollars, per_day=self.dollars, timezone=self.workflow.timezone)

    def _begin(self, version: str | None, model: str) -> int:
        context = self.context
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

    def _keep(self, row: int, version: str | None, trying: Eval, trials: list[Trial], *, recall: int | None) -> Tried:
        """Keep the result of an eval, finished or not. `recall`: past decisions that were told with each."""
        context = self.context
        way = (trying.documents_as or self.workflow.documents_as) if has_documents(self.workflow) else None
        place = {one.input_hash: place for place, one in enumerate(trying.examples)}
        trials.sort(key=lambda trial: place[trial.input_hash])
        result = result_of(
            trials,
            examples=len(trying.examples),
            floor=self.workflow.autonomy.at_least,
            learned_without=left_out(trying.parts),
            unfinished=(trying.unfinished or "it broke off") if len(trials) < len(trying.examples) else None,
            documents=way,
            critical=self.examples.critical,
            recall=recall,
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


def _numbered(version: str) -> int | None:
    number = version.removeprefix("#")
    if number == version or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number)
