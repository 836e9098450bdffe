"""A version is proposed: kept whole, tried pair by pair against the live one, and shown to those who sign.

Whatever ends the process on the way, nothing is used: a deployment that is being tried is none that anybody can sign.
The next one that is proposed ends it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.governance import teams
from store.learning import deployments, improvements
from store.learning.deployments import TakenIn
from store.quality import evals
from store.states import DeploymentState, ImprovementState
from workflows.engine.case.files.columns import reading_for
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.weighing import Weighing
from workflows.engine.errors import Refused, Stale
from workflows.engine.propose.models import Models
from workflows.engine.propose.prompts import prompt_in
from workflows.model.choice import LOCAL
from workflows.model.port import ModelError, Prompt
from workflows.model.sample_answers import MODEL as SAMPLES
from workflows.quality.deployments import trained
from workflows.quality.deployments.adding import BEGUN, add
from workflows.quality.deployments.codes import Ended, RefusedFor
from workflows.quality.deployments.comparing import Trial, evidence_of
from workflows.quality.deployments.evidence import Evidence
from workflows.quality.deployments.moves import end, propose
from workflows.quality.deployments.parts import Parts, model_asked, parts_of
from workflows.quality.deployments.weighed import Fitted, fitted
from workflows.quality.evals.bench import Bench, Tried, examples_to_try
from workflows.quality.evals.eval import Eval
from workflows.quality.evals.mcnemar import Word
from workflows.quality.evals.results import Result
from workflows.quality.evals.trials import Trial as OneTrial
from workflows.quality.examples.labelled import Examples, of_list
from workflows.quality.examples.recall.recall import recall_of

log = structlog.get_logger()

LEARNING, MEASURING = "learning", "measuring"
_TRIES = 5
"""Processes that may propose versions of a workflow at once."""


@dataclass(frozen=True, kw_only=True)
class Proposer:
    """The way in which versions of a workflow are proposed."""

    context: Context
    models: Models
    workflow: AnyWorkflow
    by: str
    dollars: Decimal
    """The most that the evals of both versions may cost together, in US dollars."""
    threads: int
    watch: Callable[[Eval], Iterable[OneTrial]] = lambda trying: trying.run()
    """Runs an eval, and tells somebody how it goes."""

    def propose(
        self, file: Path | None = None, *, note: str | None = None, improvement: int | None = None
    ) -> schema.Deployment:
        """Keep the version of this process, try it, and have it wait for signatures. Return its row.

        `file`: a prompt to use in place of the workflow's own. `improvement`: what it carries out. Raise `Refused` for
        what is live already, or for an improvement that nobody took, or `Stale` where another was proposed meanwhile.
        """
        context, workflow = self.context, self.workflow
        if improvement is not None:
            self._refuse_untaken(improvement)
        prompt = prompt_in(file, workflow) if file is not None else context.registry.prompt(workflow.name)
        if file is not None and self.models.learns(workflow):
            raise Refused("the local model reads no prompt: there is nothing to deploy of this file")
        weighed = self._weighed(prompt)
        weighing = weighed.weighing if weighed is not None else None
        kept = self._kept(prompt, note=note, improvement=improvement, weighing=weighing)
        try:
            failpoints.before(Failpoint.DEPLOYMENT, "trial")
            evidence, ours, theirs = self._tried(prompt, kept, weighing)
            if weighed is not None:
                evidence = evidence.model_copy(update={"weighed": weighed.told})
            failpoints.after(Failpoint.DEPLOYMENT, "trial")
        except BaseException:
            with context.database.write() as session:
                row = deployments.get(session, kept.id, team=context.team)
                if row is not None and row.state is DeploymentState.TRYING:
                    end(session, context, row, by=self.by, why=Ended.BROKE_OFF)
            raise
        with context.database.write(urgent=True) as session:
            row = deployments.get(session, kept.id, team=context.team)
            if row is None or row.state is not DeploymentState.TRYING:
                raise Stale(f"another version of {workflow.name} was proposed meanwhile, in place of this one")
            propose(
                session,
                context,
                row,
                by=self.by,
                evidence=evidence.model_dump(mode="json"),
                refused_for=[one.value for one in refused_for(evidence)],
                eval_id=ours,
                against_id=theirs,
            )
            return row

    def _weighed(self, prompt: Prompt | None) -> Fitted | None:
        """Return how its confidence is weighed; None where its workflow's autonomy is not earned."""
        context, workflow = self.context, self.workflow
        with context.database.read() as session:
            row = teams.find_workflow(session, team=context.team, name=workflow.name)
        model = model_asked(workflow, prompt, self.models)
        return fitted(context, workflow, row, model=model)

    def _kept(
        self, prompt: Prompt | None, *, note: str | None, improvement: int | None, weighing: Weighing | None
    ) -> schema.Deployment:
        """Keep all that the version is made of."""
        context, workflow = self.context, self.workflow
        with context.database.write() as session:
            row = teams.workflow_id(session, team=context.team, name=workflow.name, options=None, at=context.clock())
            learning = deployments.taken_in(session, row, team=context.team, half=LEARNING)
            basis = trained.basis_of(session, workflow, [one.id for one in learning], team=context.team)
        # Training takes seconds: no transaction waits for it.
        model = model_asked(workflow, prompt, self.models)
        is_asked = model not in (LOCAL, SAMPLES)
        body = self._trained(learning, is_asked=is_asked) if model != SAMPLES else None
        parts = parts_of(
            workflow,
            prompt,
            self.models,
            training=sha256(body).hexdigest() if body is not None else None,
            is_frozen=model != SAMPLES,
            recalled=hash_of(learning),
            weighing=weighing,
        )
        for _ in range(_TRIES):
            with context.database.write() as session:
                self._refuse_live(session, parts, deployments.held(session, row, team=context.team))
                if trained.basis_of(session, workflow, basis.examples, team=context.team) != basis:
                    raise Stale(f"examples of {workflow.name} were removed meanwhile: try again")
                key = trained.keep(session, row, body, team=context.team, clock=context.clock) if body else None
                for older in deployments.in_states(session, row, team=context.team, states=[DeploymentState.TRYING]):
                    end(session, context, older, by=self.by, why=Ended.REPLACED)
                added = add(
                    session,
                    context,
                    workflow,
                    parts,
                    row=row,
                    prompt=prompt if is_asked else None,
                    model=model,
                    state=DeploymentState.TRYING,
                    by=self.by,
                    action=BEGUN,
                    values={
                        "training": key,
                        "recall": workflow.recall,
                        "weighing": weighing.kept() if weighing is not None else None,
                        "note": note,
                        "improvement_id": improvement,
                    },
                )
                if added is None:
                    continue
                if key is not None or workflow.recall:
                    deployments.add_examples(session, added.id, [one.id for one in learning], team=context.team)
                return added
        raise Stale(f"other versions of {workflow.name} are proposed at the same time: try again")

    def _trained(self, learning: Sequence[TakenIn], *, is_asked: bool) -> bytes | None:
        """Return what the local model learned, to propose or, where another one `is_asked`, for a second opinion.

        None where a second opinion has nothing to learn from. Raise `ModelError` where there can be no proposal.
        """
        context, bodies = self.context, [one.body for one in learning]
        try:
            return trained.train(
                context.database, self.workflow, bodies, team=context.team, folder=self.models.embedding
            ).saved()
        except ModelError as error:
            if not is_asked:
                raise
            log.info("deployment.no_second_opinion", workflow=self.workflow.name, error=type(error).__name__)
            return None

    def _refuse_untaken(self, improvement: int) -> None:
        name, team = self.workflow.name, self.context.team
        with self.context.database.read() as session:
            row = improvements.get(session, improvement, team=team)
            known = teams.find_workflow(session, team=team, name=name)
        if row is None or row.workflow_id != known:
            raise Refused(f"{name} has no improvement {improvement}; see countersign improvements list {name}")
        advice = f"countersign improvements take {name} {improvement}"
        if row.state is ImprovementState.DRAFT:
            raise Refused(f"improvement {improvement} of {name} is not taken yet: {advice}")
        if row.state is ImprovementState.LEFT:
            raise Refused(f"improvement {improvement} of {name} was left; if it is wanted after all: {advice}")

    def _refuse_live(self, session: Session, parts: Parts, used: deployments.Used | None) -> None:
        live = used.live if used is not None else None
        row = deployments.get(session, live, team=self.context.team) if live is not None else None
        if row is not None and row.name == parts.name:
            raise Refused(f"this version of {self.workflow.name}, {row.name}, is live already: nothing to deploy")

    def _tried(
        self, prompt: Prompt | None, kept: schema.Deployment, weighing: Weighing | None
    ) -> tuple[Evidence, int | None, int | None]:
        """Try both versions. Return the evidence, and both evals."""
        context, workflow = self.context, self.workflow
        with context.database.read() as session:
            row = deployments.used(session, kept.workflow_id, team=context.team)
            measuring = deployments.taken_in(session, kept.workflow_id, team=context.team, half=MEASURING)
            live = (
                deployments.get(session, row.live, team=context.team)
                if row is not None and row.live is not None
                else None
            )
        examples, of_measuring, critical = self._examples(measuring)
        if not examples.labelled:
            return evidence_of(new=None, live=None, examples=0, of_measuring=0, critical=()), None, None
        bench = Bench(
            context=context,
            models=self.models,
            workflow=workflow,
            examples=examples,
            dollars=self.dollars,
            at_once=None,
            threads=self.threads,
            watch=self.watch,
        )
        recall = recall_of(context, workflow, deployment=kept.id, count=kept.recall) if kept.recall else None
        ours = bench.run(
            prompt,
            recall=kept.recall,
            found_in=recall,
            taught=trained.taught_of(context, workflow, kept),
            weighing=weighing,
        )
        theirs, why = self._live(bench, live) if live is not None else (None, None)
        evidence = evidence_of(
            new=_trial(ours),
            live=_trial(theirs) if theirs is not None else None,
            examples=len(examples.labelled),
            of_measuring=of_measuring,
            critical=critical,
            why_no_live=why,
        )
        return evidence, ours.eval, theirs.eval if theirs is not None else None

    def _live(self, bench: Bench, live: schema.Deployment) -> tuple[Tried | None, str | None]:
        """Try the live version; where this process cannot ask it as it is, take the eval that was kept with it."""
        context, workflow = self.context, self.workflow
        version = context.version_of(workflow, live.id)
        if version.is_asked and version.undeployed is None:
            tried = bench.run(
                version.prompt,
                recall=live.recall,
                found_in=version.recall,
                taught=trained.taught_of(context, workflow, live),
                weighing=version.weighing,
            )
            return tried, None
        with context.database.read() as session:
            found = evals.get(session, live.eval_id, team=context.team) if live.eval_id is not None else None
        if found is None or found.result is None or found.examples != bench.examples.hash:
            return None, str(version.undeployed)
        return Tried(
            eval=found.id,
            workflow=workflow.name,
            model=found.model,
            prompt_version=found.prompt_version,
            result=Result.model_validate(found.result),
        ), None

    def _examples(self, measuring: Sequence[TakenIn]) -> tuple[Examples, int, Sequence[str]]:
        """Return all examples to try, how many of them people decided, and the inputs of the critical ones."""
        own = examples_to_try(self.context, self.workflow, None, reading_for(self.workflow))
        decided = of_list(self.workflow, [trained.example_in(one.body) for one in measuring])
        critical = of_list(self.workflow, [trained.example_in(one.body) for one in measuring if one.critical])
        known = {one.input_hash for one in decided.labelled}
        # People's later word on the same input stands.
        own.labelled = [*decided.labelled, *(one for one in own.labelled if one.input_hash not in known)]
        return own, len(decided.labelled), [one.input_hash for one in critical.labelled]


def refused_for(evidence: Evidence) -> list[RefusedFor]:
    """Return what speaks so much against a version that only a reason lets it pass."""
    found = []
    if evidence.pairs is not None and evidence.pairs.word is Word.WORSE:
        found.append(RefusedFor.WORSE)
    if evidence.new is not None and evidence.new.wrong:
        found.append(RefusedFor.REGRESSION)
    if evidence.new is not None and not evidence.new.is_finished:
        found.append(RefusedFor.UNFINISHED)
    return found


def hash_of(examples: Sequence[TakenIn]) -> str:
    """Return the hash by which a version names the examples that it recalls."""
    return sha256(" ".join(str(one.id) for one in examples).encode()).hexdigest()[:16]


def _trial(tried: Tried) -> Trial:
    return Trial(eval=tried.eval, result=tried.result, model=tried.model, prompt_version=tried.prompt_version)
