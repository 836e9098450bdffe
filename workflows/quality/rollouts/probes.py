"""Daily probes: a few examples that stay the same are put to each live version of a paid model.

A model may answer otherwise under the same name, and nobody is told. On the first day each probe is asked twice: so it
is known how much the answers vary by themselves. Then each is asked once a day, in a loop of its own, and only the
model is asked. A version whose code asks other systems has no probes: their answers change, too. A day on which it
cannot be asked is left out. People are told where it is sure that more changed than varies by itself, or where another
name answers. Nothing is rolled back for it: people measure, and decide.

Answers are kept as keyed hashes, without a text. A field with a `same` of its own counts as right or wrong only.
"""

import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import structlog

from store import schema
from store.learning import deployments, probes
from store.states import DeploymentState
from workflows.engine.case import learning_notices
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Version
from workflows.engine.deliver import workflow_pauses
from workflows.engine.text.canonical_json import canonical, content_hash
from workflows.model.choice import LOCAL
from workflows.model.port import Model
from workflows.model.sample_answers import MODEL as SAMPLES
from workflows.quality.deployments.trained import taught
from workflows.quality.evals.bench import kept_from
from workflows.quality.evals.risk import upper_bound
from workflows.quality.evals.trials import SAYS_NOTHING, Outcome, Trial, try_one
from workflows.quality.examples.labelled import Labelled, of_list
from workflows.quality.examples.split import Half
from workflows.quality.examples.taking import taken
from workflows.quality.rollouts.beside import Beside, account_apart
from workflows.quality.rollouts.sequential import varies_more
from workflows.quality.rollouts.views import News

log = structlog.get_logger()

EVERY = timedelta(minutes=1)
"""Time between two looks at whether a version is to be asked."""
REST = timedelta(hours=1)
"""Time for which a version is not asked after a pause, an outage, or where a budget is used up."""
BUDGET = 0.1
"""Share of the workflow's budget of a day that probes may cost."""
SURE = 0.95
"""Certainty of the test over the days. With the bound of what varies by itself, which is as sure, people are told for
nothing of at most one deployment in ten.
"""
MOST_DAYS = 2_000
"""Newest days that are read."""


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """The answer to a probe."""

    mark: str
    """Keyed hash of the answer."""
    is_right: bool


@dataclass(kw_only=True)
class _Round:
    """The answers to all probes, asked once."""

    answers: dict[str, _Answer] = field(default_factory=dict)
    """Hash of the input -> its answer."""
    models: set[str] = field(default_factory=set)
    cost: Decimal = Decimal(0)

    def changed(self, before: Mapping[str, _Answer]) -> list[str]:
        """Return the hashes of the inputs that are answered otherwise than before."""
        return [one for one, answer in self.answers.items() if one in before and answer.mark != before[one].mark]


class Probes:
    """Puts the probes to live versions. For one thread."""

    def __init__(
        self,
        context: Context,
        models: Callable[[AnyWorkflow], Model],
        *,
        is_stopping: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`models`, `sleep`: those of the runner. `is_stopping`: True once no more is to be asked."""
        self._context = context
        self._models = models
        self._is_stopping = is_stopping
        self._sleep = sleep
        self._looks_at: datetime | None = None
        self._rests: dict[int, datetime] = {}
        self._done: dict[int, str] = {}
        """Deployment -> the local day on which there is nothing more to do."""

    def look(self) -> int:
        """Put the probes to each live version that was not asked today; return how many were asked."""
        context, asked = self._context, 0
        if self._looks_at is not None and context.clock() < self._looks_at:
            return 0
        self._looks_at = context.clock() + EVERY
        with context.database.read() as session:
            found = deployments.under_way(session, team=context.team, states=[DeploymentState.LIVE])
            names = {one.id: one.name for one in deployments.used_by(session, team=context.team)} if found else {}
        for deployment in found:
            name = names[deployment.workflow_id]
            if name in context.registry and not self._is_stopping():
                asked += self._ask(deployment, context.registry.get(name))
        return asked

    def _ask(self, deployment: schema.Deployment, workflow: AnyWorkflow) -> bool:
        """Put the probes to a version, if that is to be done now. True where it was asked."""
        context, team = self._context, self._context.team
        day = context.clock().astimezone(workflow.timezone).date().isoformat()
        if not workflow.rollout.probes or deployment.model in (LOCAL, SAMPLES) or self._done.get(deployment.id) == day:
            return False
        rests = self._rests.get(deployment.id)
        if rests is not None and context.clock() < rests:
            return False
        version = context.version_of(workflow, deployment.id)
        if version.undeployed is not None or not version.is_asked:
            return False
        with context.database.read() as session:
            first = probes.first(session, deployment.id, team=team)
            is_done = probes.has(session, deployment.id, day, team=team)
            is_paused = workflow_pauses.paused(session, deployment.workflow_id, team=team) is not None
        if is_done:
            self._done[deployment.id] = day
            return False
        if is_paused:
            return self._left_out(deployment, workflow, day, "paused")
        chosen = self._chosen(deployment, workflow, first)
        if not chosen:
            self._done[deployment.id] = day
            return False
        if first is None:
            return self._begin(deployment, workflow, version, chosen, day)
        return self._go_on(deployment, workflow, version, chosen, day, first=first)

    def _begin(
        self,
        deployment: schema.Deployment,
        workflow: AnyWorkflow,
        version: Version,
        chosen: Sequence[Labelled],
        day: str,
    ) -> bool:
        """Ask each probe twice, and keep how much the answers vary by themselves."""
        one = self._round(deployment, workflow, version, chosen, day)
        again = self._round(deployment, workflow, version, chosen, day) if one is not None else None
        if one is None or again is None:
            return False
        both = {input: answer for input, answer in one.answers.items() if input in again.answers}
        one.models |= again.models
        one.cost += again.cost
        return self._keep(deployment, day, replace(one, answers=both), changed=len(again.changed(both)))

    def _go_on(
        self,
        deployment: schema.Deployment,
        workflow: AnyWorkflow,
        version: Version,
        chosen: Sequence[Labelled],
        day: str,
        *,
        first: schema.Probe,
    ) -> bool:
        """Ask each probe once, and have people told where more changed than varies by itself."""
        today = self._round(deployment, workflow, version, chosen, day)
        if today is None:
            return False
        before = _answers_in(first.answers)
        changed = today.changed(before)
        if self._keep(deployment, day, today, changed=len(changed)):
            lost = sum(before[one].is_right and not today.answers[one].is_right for one in changed)
            self._tell(deployment, workflow, today, first=first, lost=lost)
        return True

    def _chosen(
        self, deployment: schema.Deployment, workflow: AnyWorkflow, first: schema.Probe | None
    ) -> Sequence[Labelled]:
        """Return the probes: those of the first day, or those that are chosen now."""
        context = self._context
        try:
            measured = of_list(workflow, [one.example for one in taken(context, workflow.name, Half.MEASURING)])
            authors = of_list(
                workflow,
                taught(context.database, workflow, team=context.team),
                arrived=kept_from(context, workflow.folder) if workflow.folder is not None else None,
            )
        except Exception as error:  # noqa: BLE001  # an author's examples: the other workflows are asked all the same
            log.warning("probes.no_examples", workflow=workflow.name, error=type(error).__name__)
            return []
        if first is not None:
            known = {one.input_hash: one for one in (*authors.labelled, *measured.labelled)}
            # Those whose content was removed, or that were to be forgotten, are asked no more.
            return [known[input] for input in first.answers if input in known]
        by_chance = sorted(measured.labelled, key=lambda one: _place(deployment.id, one))
        others = {one.input_hash for one in by_chance}
        by_chance += sorted(
            (one for one in authors.labelled if one.input_hash not in others),
            key=lambda one: _place(deployment.id, one),
        )
        return by_chance[: workflow.rollout.probes]

    def _round(
        self,
        deployment: schema.Deployment,
        workflow: AnyWorkflow,
        version: Version,
        chosen: Sequence[Labelled],
        day: str,
    ) -> _Round | None:
        """Ask each probe once; None where they cannot all be asked now."""
        context, found = self._context, _Round()
        # Answers of a fallback model would count as this model's.
        prompt = replace(version.prompt, fallback_model=None) if version.prompt is not None else None
        for one in chosen:
            if self._is_stopping():
                return None
            calls = Beside(sleep=self._sleep)
            trial = try_one(
                workflow,
                one,
                version=replace(version, prompt=prompt),
                account=account_apart(workflow, f"probes:{deployment.id}", BUDGET),
                model=lambda: self._models(workflow),
                floors=(),
                documents=context.documents,
                calls=calls,
            )
            # An error of the author's code leaves out the example alone.
            if calls.unheard is not None or trial.code in SAYS_NOTHING:
                self._left_out(deployment, workflow, day, trial.code or "untried")
                return None
            found.cost += trial.cost
            found.models |= set(calls.models)
            if trial.outcome in (Outcome.PROPOSED, Outcome.NO_PROPOSAL) and not calls.lacks_step:
                found.answers[one.input_hash] = _Answer(
                    mark=self._mark(workflow, trial), is_right=trial.whole and bool(trial.right)
                )
        return found

    def _mark(self, workflow: AnyWorkflow, trial: Trial) -> str:
        """Return the keyed hash of an answer: nobody can find a short answer by trying all."""
        said: object = trial.code
        if trial.outcome is Outcome.PROPOSED:
            values = json.loads(trial.output)
            said = [
                trial.right.get(name) if name in workflow.sames else values.get(name)
                for name in workflow.output.model_fields
            ]
        key = self._context.seed.encode()
        return hmac.new(key, canonical(said).encode("utf-8", "backslashreplace"), sha256).hexdigest()

    def _left_out(self, deployment: schema.Deployment, workflow: AnyWorkflow, day: str, why: str) -> bool:
        """Note that it could not be asked now. If it stays so, the day is left out."""
        self._rests[deployment.id] = self._context.clock() + REST
        log.warning("probes.not_asked", workflow=workflow.name, deployment=deployment.number, day=day, why=why)
        return False

    def _keep(self, deployment: schema.Deployment, day: str, found: _Round, *, changed: int) -> bool:
        """Keep a day; False where another process was first."""
        context = self._context
        self._done[deployment.id] = day
        with context.database.write() as session:
            added = probes.add(
                session,
                deployment.id,
                team=context.team,
                day=day,
                answers={input: {"answer": one.mark, "right": one.is_right} for input, one in found.answers.items()},
                asked=len(found.answers),
                changed=changed,
                right=sum(one.is_right for one in found.answers.values()),
                models=sorted(found.models),
                cost=found.cost,
                at=context.clock(),
            )
        return added is not None

    def _tell(
        self, deployment: schema.Deployment, workflow: AnyWorkflow, today: _Round, *, first: schema.Probe, lost: int
    ) -> None:
        """Have people told, once, where it is sure that the model answers otherwise, or another name answers."""
        context, team = self._context, self._context.team
        with context.database.read() as session:
            days = [one for one in probes.days(session, deployment.id, team=team, limit=MOST_DAYS) if one.asked]
        days = [one for one in days if one.day > first.day]
        if not days:
            return
        new = sorted(today.models - set(first.models))
        usual = upper_bound(first.changed, first.asked)
        is_otherwise = usual is not None and varies_more(
            ((one.changed, one.asked) for one in days), usual=usual, sure=SURE
        )
        if not new and not is_otherwise:
            return
        since = days[-1].day
        for one in reversed(days) if not new else []:
            if one.changed * first.asked <= first.changed * one.asked:
                break
            since = one.day
        with context.database.write() as session:
            learning_notices.rollout(
                session,
                workflow.review,
                team=team,
                deployment=deployment.id,
                news=News.ANSWERS_OTHERWISE,
                figures={
                    "since": since,
                    "probes": days[-1].asked,
                    "changed": days[-1].changed,
                    "lost": lost,
                    "models": sorted(today.models),
                    "models_before": list(first.models),
                },
                occasion=f"{deployment.live_at} {content_hash(canonical(new))[:16] if new else ''}",
                at=context.clock(),
            )
        log.warning("probes.otherwise", workflow=workflow.name, deployment=deployment.number, since=since, models=new)


def _place(deployment: int, one: Labelled) -> str:
    return sha256(f"{deployment} {one.input_hash}".encode()).hexdigest()


def _answers_in(kept: Mapping[str, Any]) -> dict[str, _Answer]:  # Any: as kept
    return {input: _Answer(mark=one["answer"], is_right=one["right"]) for input, one in kept.items()}
