"""The way of a case: steps, proposal, checks, policy, then alone or a person, then delivery.

`advance` takes a claimed run as far as it goes without a person. It may be called again at any point: what finished is
recalled from the journal, what was decided is in the rows. What goes wrong is recorded on the run; only where the
database cannot do it now is nothing recorded: the run is to be taken back, and advanced again.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from store import contents, journal, reviews, runs, schema, seams, teams
from store.database import Unavailable
from store.journal import StepLine
from store.seams import Seam
from workflows.engine import delivering, notices, proposing
from workflows.engine.canonical import canonical, from_body, to_body, words_of
from workflows.engine.claiming import Claimed
from workflows.engine.context import SYSTEM, Context
from workflows.engine.definition import Rejection, Run
from workflows.engine.delivering import Delivering
from workflows.engine.errors import Drifted, Fenced, NotDone, OutcomeUnknown
from workflows.engine.journal import Journal
from workflows.engine.policy import Facts, Verdict, Way, decide
from workflows.engine.proposing import AnyProposal
from workflows.engine.registry import AnyWorkflow
from workflows.engine.reviews import open_review
from workflows.engine.states import Resolution, RunState, StepState
from workflows.engine.transitions import move_run
from workflows.model.port import Model

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Work:
    """A claimed run with all that is needed to go on with it."""

    claimed: Claimed
    workflow: AnyWorkflow
    input: BaseModel
    run: schema.Run
    journal: list[StepLine]
    settled: str | None
    """JSON of what is to be delivered, or of the reason for a rejection, where the run is resolved."""
    by: str
    """Who resolved it."""


class Runner:
    """Takes runs as far as they go."""

    def __init__(
        self,
        context: Context,
        models: Callable[[AnyWorkflow], Model],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`models`: the model of a workflow, asked for when it is first needed. `sleep`: takes seconds."""
        self._context = context
        self._models = models
        self._sleep = sleep

    def advance(self, claimed: Claimed) -> None:
        """Take a claimed run as far as it goes without a person. Raise `store.database.Unavailable`."""
        try:
            work = self._load(claimed)
            if work.run.resolution is None:
                self._resolve(work)
            else:
                self._carry_out(work)
        except Fenced as error:
            log.warning("run.fenced", run=claimed.run, why=str(error))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  # the loop's edge: whatever it was, it is recorded on the run
            self._stop(claimed, error)

    def _load(self, claimed: Claimed) -> Work:
        with self._context.database.read() as session:
            loaded = runs.load(session, claimed.run)
            if loaded is None or loaded.run.epoch != claimed.epoch or loaded.run.state != RunState.RUNNING:
                raise Fenced(f"run {claimed.run} was taken over or superseded")
            run = loaded.run
            settled = contents.body(session, run.output_id) if run.output_id else None
            by_person = run.resolution not in (None, Resolution.ALONE)
            by = reviews.decided_by(session, run.id) if by_person else None
            lines = journal.of_run(session, run.id)
        workflow = self._context.registry.get(loaded.workflow)
        try:
            input = from_body(workflow.input, loaded.input)
        except ValidationError as error:
            raise Drifted(f"the input no longer fits {workflow.input.__name__}: {error}") from error
        return Work(
            claimed=claimed,
            workflow=workflow,
            input=input,
            run=run,
            journal=lines,
            settled=settled,
            by=by or Resolution.ALONE.value,
        )

    def _resolve(self, work: Work) -> None:
        proposed = proposing.propose(
            work.workflow,
            work.input,
            prompt=self._context.registry.prompt(work.workflow.name),
            journal=Journal(self._context, work.claimed, work.journal, sleep=self._sleep),
            model=lambda: self._models(work.workflow),
        )
        verdict = decide(proposed.facts)
        if verdict.way is Way.ALONE:
            assert proposed.proposal is not None
            self._go_alone(work, proposed.proposal)
        else:
            self._ask_person(work, proposed.proposal, verdict)

    def _ask_person(self, work: Work, proposal: AnyProposal | None, verdict: Verdict) -> None:
        context = self._context
        with context.database.write() as session:
            run = self._move(session, work, RunState.WAITING)
            kept = proposing.keep(session, context, run, proposal) if proposal is not None else None
            open_review(session, context, run, work.workflow, proposal=kept, reasons=verdict.reasons)

    def _go_alone(self, work: Work, proposal: AnyProposal) -> None:
        context = self._context
        with context.database.write() as session:
            run, body = work.run, to_body(proposal.output)
            output = contents.keep(session, team=run.team_id, case=run.case_id, kind="output", body=body)
            self._move(session, work, RunState.DELIVERING, resolution=Resolution.ALONE, output_id=output)
            proposing.keep(session, context, run, proposal)
            delivering.intend(session, context, run, work.workflow.name, output_id=output)
            key = delivering.begin(session, context, run.id)
        self._deliver(work, Delivering(effect=work.workflow.effect, subject=proposal.output, key=key))

    def _carry_out(self, work: Work) -> None:
        """Deliver what a person decided, or go on with a delivery that was cut off."""
        workflow, context = work.workflow, self._context
        rejected = work.run.resolution == Resolution.REJECTED
        subject = _subject(work, rejected=rejected)
        with context.database.write() as session:
            if rejected and not delivering.is_intended(session, work.run.id):
                self._move(session, work, RunState.CLOSED)
                return
            self._move(session, work, RunState.DELIVERING)
            key = delivering.begin(session, context, work.run.id)
        effect = workflow.rejection_effect if rejected else workflow.effect
        self._deliver(work, Delivering(effect=effect, subject=subject, key=key))

    def _deliver(self, work: Work, task: Delivering) -> None:
        """Have the effect, outside any transaction.

        Where the target knows the key, an attempt of unknown outcome is made again at once.
        """
        restored_at = self._context.restored_at
        if restored_at is not None and work.run.created_at < restored_at and not task.idempotent:
            raise OutcomeUnknown(
                f"the database was restored from a backup at {restored_at:%Y-%m-%d %H:%M} UTC, and this may have been "
                "delivered since that was made"
            )
        run = Run(id=work.run.id, case=work.run.case_id, input=work.input, key=task.key, by=work.by)
        retrying = Retrying(
            stop=stop_after_attempt(delivering.TRIES if task.idempotent else 1),
            retry=retry_if_exception_type(OutcomeUnknown),
            wait=wait_exponential_jitter(multiplier=0.5, max=10),
            sleep=self._sleep,
            before_sleep=lambda _: delivering.unknown(self._context, run.id),
            reraise=True,
        )
        receipt = retrying(self._attempt, work, task, run)
        delivering.applied(self._context, work.claimed, work.workflow, receipt)

    def _attempt(self, work: Work, task: Delivering, run: Run[BaseModel]) -> str:
        with self._context.database.read() as session:
            lines = journal.of_run(session, run.id)
        kept = Journal(self._context, work.claimed, lines, scope=delivering.SCOPE, sleep=self._sleep)
        with kept.open():
            seams.before(Seam.EFFECT, task.key)
            receipt = task.attempt(run)
            seams.after(Seam.EFFECT, task.key)
            return receipt

    def _stop(self, claimed: Claimed, error: Exception) -> None:
        """Record on the run what stopped it, and have it said; never quietly."""
        context = self._context
        with context.database.write() as session:
            run = runs.get(session, claimed.run)
            if run is None or run.epoch != claimed.epoch or run.state not in (RunState.RUNNING, RunState.DELIVERING):
                log.warning("run.fenced", run=claimed.run, why="it was taken over before it failed")
                return
            at = context.clock()
            step = _failed_step(journal.of_run(session, run.id), error)
            workflow = context.registry.get(teams.workflow_name(session, run.workflow_id))
            verdict = decide(Facts(error=words_of(error)))
            message = "; ".join(reason.text for reason in verdict.reasons)
            plan = context.registry.plan(workflow)
            if isinstance(error, Drifted) and run.plan not in (None, plan):
                message += f" (it began with version {run.plan} of its code; this is {plan})"
            problem = contents.keep(
                session,
                team=run.team_id,
                case=run.case_id,
                kind="problem",
                body=canonical({"step": step, "type": type(error).__name__, "message": message}),
            )
            if run.state == RunState.DELIVERING and delivering.is_in_doubt(workflow, run, error):
                delivering.put_in_doubt(session, run, workflow, context=context, problem_id=problem)
            else:
                delivering.not_applied(session, run, maybe=not isinstance(error, NotDone), context=context)
                end = RunState.PARKED if isinstance(error, Drifted) else RunState.FAILED
                move_run(session, run, end, at=at, actor=SYSTEM, problem_id=problem)
                notices.failure(session, run, at=at)
            delivering.show_review(session, run, workflow, context=context)
        log.error("run.stopped", run=claimed.run, case=claimed.case, step=step, error=type(error).__name__)

    def _move(self, session: Session, work: Work, to: RunState, **changes: object) -> schema.Run:
        """Move the run on from where it was loaded. Raise `Fenced` where it is no longer there."""
        at, held_at = self._context.clock(), work.claimed.epoch
        if not move_run(session, work.run, to, at=at, actor=SYSTEM, held_at=held_at, **changes):
            raise Fenced(f"run {work.run.id} was taken over or superseded")
        return work.run


def _subject(work: Work, *, rejected: bool) -> Rejection | BaseModel:
    """What is to be delivered. Raise `Drifted` where the output's form changed since it was decided."""
    assert work.settled is not None
    if rejected:
        return Rejection(reason=json.loads(work.settled), by=work.by)
    output: type[BaseModel] = work.workflow.output
    try:
        return from_body(output, work.settled)
    except ValidationError as error:
        raise Drifted(f"what was decided no longer fits {output.__name__}: {error}") from error


def _failed_step(lines: list[StepLine], error: Exception) -> str | None:
    """The step that the error came out of, where it came out of one."""
    last = max(lines, key=lambda line: (line.position, line.attempt), default=None)
    if last is not None and last.state == StepState.FAILED and last.error == type(error).__name__:
        return last.name
    return None
