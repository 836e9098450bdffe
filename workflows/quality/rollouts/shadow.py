"""Paired in shadow: a version is asked beside the live one for a share of the cases, and not used.

It is asked after the live version has proposed, in a loop of its own: no case waits for it. It goes the way of a case
up to the policy. Steps that the live run made are recalled from its journal, so no other system is asked twice; only
the model is asked anew. What it proposes is kept for the comparison. No reviewer sees it, nothing is delivered, and no
label comes of it.

A process that is killed between the question and its row asks once more: nothing is counted twice, since a run has one
row for each version.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from store import schema
from store.cases import runs
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.learning import deployments, rollouts
from store.states import DeploymentState, RunState
from workflows.engine.case.leases import Lease
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Version
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import Drifted
from workflows.engine.propose.policy import Way, decide
from workflows.engine.propose.proposer import Proposed, SecondOpinion, propose
from workflows.engine.propose.scores import highest_floor
from workflows.engine.run.work import Work, find, understood
from workflows.model.port import Model
from workflows.quality.deployments.shares import in_share
from workflows.quality.evals.trials import SAYS_NOTHING
from workflows.quality.rollouts.beside import Beside, account_apart

log = structlog.get_logger()

AT_ONCE = 5
"""Most cases of a version that are asked in one look."""
PASSED_AT_ONCE = 500
"""Most runs that are passed over in one look."""
FAR = 5_000
"""Most runs of all workflows that one look reaches over."""
PROPOSES_WITHIN = timedelta(hours=1)
"""Time for which a run that has not proposed yet is waited for, so that its turn is not lost."""
ASKED_WITHIN = timedelta(days=1)
"""Time after which a case is passed over that could not be asked because of an outage or a budget."""
REST = timedelta(minutes=5)
"""Time for which a version is not asked after an outage, or where a budget is used up."""
NOT_RECALLED = "other_steps"
"""Code where the version makes a step that the live run did not make: other systems are not asked for it."""

_ON_ITS_WAY = (RunState.READY, RunState.RUNNING)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """The answer of a watched version to a case."""

    output: str | None
    lowest: float | None
    score: float
    alone: bool
    code: str | None
    nevers: int
    cost: Decimal
    milliseconds: float


class Shadow:
    """Asks the versions that are only watched. For one thread."""

    def __init__(
        self,
        context: Context,
        models: Callable[[AnyWorkflow], Model],
        *,
        second: SecondOpinion | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`models`, `second`, `sleep`: those of the runner."""
        self._context = context
        self._models = models
        self._second = second
        self._sleep = sleep
        self._rests: dict[int, datetime] = {}

    def look(self) -> int:
        """Ask all versions that are only watched for their next few cases; return for how many they were asked."""
        context, asked = self._context, 0
        with context.database.read() as session:
            found = deployments.under_way(session, team=context.team, states=[DeploymentState.SHADOW])
            used = {one.id: one for one in deployments.used_by(session, team=context.team)} if found else {}
        for deployment in found:
            of = used[deployment.workflow_id]
            if of.name in context.registry and of.live is not None and of.beside == deployment.id:
                share = float(deployment.rollout.get("share", 0.2))
                asked += self.ask(deployment, context.registry.get(of.name), live=of.live, share=share)
        return asked

    def ask(self, deployment: schema.Deployment, workflow: AnyWorkflow, *, live: int, share: float) -> int:
        """Ask a version for the next few cases that the live one has proposed for; return for how many it was asked.

        `live`: the deployment that is live. `share`: of the cases, and of the workflow's budget of a day.
        """
        context = self._context
        version = context.version_of(workflow, deployment.id)
        if version.undeployed is not None or not version.is_asked or self._is_resting(deployment.id):
            return 0
        asked = 0
        for run in self._next(deployment, live=live):
            if not in_share(deployment.id, run.case, share):
                continue
            if asked >= AT_ONCE or self._is_paused(deployment.workflow_id):
                break
            made = self._asked(deployment, workflow, run, version, share)
            if made is None:
                self._rests[deployment.id] = context.clock() + REST
                break
            asked += made
            self._keep_place(deployment, run.id)
        return asked

    def _next(self, deployment: schema.Deployment, *, live: int) -> list[rollouts.Passed]:
        """Return the next runs that the live version has proposed for, and note those that are passed over."""
        context, team = self._context, self._context.team
        with context.database.read() as session:
            newest = rollouts.newest_run(session, team=team)
            after = deployment.asked_until
            until = newest if after is None else min(newest, after + FAR)
            found = (
                rollouts.runs_between(
                    session, deployment.workflow_id, team=team, after=after, until=until, limit=PASSED_AT_ONCE
                )
                if after is not None
                else []
            )
        if after is None:
            # What came before it was signed is not asked anew.
            self._keep_place(deployment, newest)
            return []
        at, ready, place = context.clock(), list[rollouts.Passed](), after
        for run in found:
            if run.state in _ON_ITS_WAY and not run.has_proposed and at - run.created_at < PROPOSES_WITHIN:
                break
            if run.has_proposed and run.deployment == live and at - run.created_at < ASKED_WITHIN:
                ready.append(run)
            elif not ready:
                place = run.id
        else:
            if not ready and len(found) < PASSED_AT_ONCE:
                place = until
        if place != after:
            self._keep_place(deployment, place)
        return ready

    def _keep_place(self, deployment: schema.Deployment, run: int) -> None:
        with self._context.database.write() as session:
            rollouts.asked_until(session, deployment.id, team=self._context.team, run=run)
        deployment.asked_until = run

    def _is_resting(self, deployment: int) -> bool:
        until = self._rests.get(deployment)
        return until is not None and self._context.clock() < until

    def _is_paused(self, workflow: int) -> bool:
        with self._context.database.read() as session:
            return workflow_pauses.paused(session, workflow, team=self._context.team) is not None

    def _asked(
        self,
        deployment: schema.Deployment,
        workflow: AnyWorkflow,
        run: rollouts.Passed,
        version: Version,
        share: float,
    ) -> bool | None:
        """Ask a version for the case of a run, and keep what it proposes. None where it could not be asked now."""
        context, team = self._context, self._context.team
        with context.database.read() as session:
            if rollouts.has_shadow(session, deployment.id, run.id, team=team):
                return False
            loaded = runs.load(session, run.id, team=team)
            if loaded is None:
                return False
            found = find(session, loaded)
        try:
            work = understood(found, Lease(run=run.id, case=run.case, number=0), context=context)
        except Drifted:
            return False  # its content was removed, or its form is another by now
        failpoints.before(Failpoint.SHADOW, workflow.name)
        answer = self._answer(work, deployment, version, share)
        failpoints.after(Failpoint.SHADOW, workflow.name)
        if answer is None:
            return None
        with context.database.write() as session:
            rollouts.add_shadow(
                session,
                deployment.id,
                team=team,
                run=run.id,
                case=run.case,
                output=answer.output,
                lowest=answer.lowest,
                score=answer.score,
                alone=answer.alone,
                code=answer.code,
                nevers=answer.nevers,
                cost=answer.cost,
                milliseconds=answer.milliseconds,
                at=context.clock(),
            )
        return True

    def _answer(self, work: Work, deployment: schema.Deployment, version: Version, share: float) -> _Answer | None:
        """Return what a version makes of a case; None where nothing can be said because of an outage or a budget."""
        workflow, beside, started = work.workflow, Beside(work.lines, sleep=self._sleep), time.perf_counter()
        proposed: Proposed | None = None
        code: str | None = None
        try:
            proposed = propose(
                workflow,
                work.input,
                version=version,
                account=account_apart(workflow, f"shadow:{deployment.id}", share),
                journal=beside,
                model=version.model or (lambda: self._models(workflow)),
                pause=None,
                second=self._second,
                heard=work.heard,
                documents=self._context.documents,
            )
        except Exception as error:  # noqa: BLE001  # an author's code: its error is no error of the live run
            code = type(error).__name__[:100]
        if beside.lacks_step:
            proposed, code = None, NOT_RECALLED
        proposal = proposed.proposal if proposed is not None else None
        if proposed is not None and proposal is None:
            code = str(proposed.facts.no_proposal_code)
            if beside.unheard is not None or code in SAYS_NOTHING:
                log.info("shadow.not_asked", workflow=workflow.name, deployment=deployment.number, why=code)
                return None
        facts = proposed.facts if proposed is not None else None
        return _Answer(
            output=proposed.output if proposed is not None and proposal is not None else None,
            lowest=proposal.lowest if proposal is not None else None,
            score=highest_floor(facts) if facts is not None and proposal is not None else 0.0,
            alone=proposal is not None and facts is not None and decide(facts).way is Way.ALONE,
            code=code if proposal is None else None,
            nevers=len(facts.nevers) + len(facts.unchecked_nevers) if facts is not None else 0,
            cost=beside.cost,
            milliseconds=(time.perf_counter() - started) * 1000,
        )
