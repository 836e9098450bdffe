"""The way of a case: steps, proposal, checks, policy, then alone or a person, then delivery.

`advance` takes a leased run as far as it goes without a person. It may be called again at any point: finished steps are
recalled from the journal, and decisions are in the rows. Errors are recorded on the run. Only where the database cannot
be used is nothing recorded; the run is then taken back and advanced again.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

import structlog
from pydantic import BaseModel
from sqlalchemy.orm import Session
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from store import schema
from store.cases import contents, journal, runs
from store.cases.journal import StepLine
from store.cases.review import questions as questions_kept
from store.cases.runs import LoadedRun
from store.db import failpoints
from store.db.database import Unavailable
from store.db.failpoints import Failpoint
from store.governance import teams
from store.quality import segments
from store.states import CLOSING, AnnouncementState, Level, Resolution, RunState, StepState
from workflows.engine.case.idempotency_keys import question_key
from workflows.engine.case.journal import Instead, Journal, in_scope
from workflows.engine.case.leases import Clogged, Lease
from workflows.engine.case.transitions import NOTHING, UNRESOLVED, Details, move_run, stop_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.calls.boundary import in_delivery
from workflows.engine.declare.case_files import files_of
from workflows.engine.declare.personal import without_personal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.steps import SOURCE
from workflows.engine.declare.versions import Version
from workflows.engine.declare.workflow import Effect, Run, SubjectT
from workflows.engine.deliver import announcements, delivery, holds, waiting_deliveries, workflow_pauses
from workflows.engine.deliver.attempts import counting_attempt
from workflows.engine.deliver.certainty import has_answered, may_work_at_once
from workflows.engine.deliver.delivery import Delivering, Done, done_by
from workflows.engine.deliver.holds import Held
from workflows.engine.deliver.targets import Failures, effect_of, is_keyed, target_of
from workflows.engine.documents.places import documents_of
from workflows.engine.errors import Drifted, Fenced, NoProposal, NotAllowed, NotDone, TimeLimitPassed
from workflows.engine.propose import proposer
from workflows.engine.propose.policy import Facts, Verdict, Way, decide
from workflows.engine.propose.proposer import KeptProposal, Proposed, SecondOpinion
from workflows.engine.propose.proven_facts import facts_of
from workflows.engine.propose.segments import Groups, groups_of
from workflows.engine.propose.standing import Standing, standing_under, with_standing
from workflows.engine.reasons import Code
from workflows.engine.review.announced import lapses, stopping
from workflows.engine.review.opening import open_review
from workflows.engine.review.source import missing_parts, question_sending, questions
from workflows.engine.review.spot_checks import sampler
from workflows.engine.run import earlier_decisions, epoch_cases
from workflows.engine.run.earlier_decisions import what_is_new
from workflows.engine.run.recovery import claim_one
from workflows.engine.run.stops import failed_step, said_of, stop_of
from workflows.engine.run.work import Found, Work, find, subject_of, understood
from workflows.engine.text.canonical_json import canonical
from workflows.model.port import Account, Model

log = structlog.get_logger()

MOST_STUCK = 3
"""Calls of a workflow's code that do not return before it is paused. Each keeps a thread while the process lives."""


class Runner:
    """Advances runs as far as they go without a person."""

    def __init__(
        self,
        context: Context,
        models: Callable[[AnyWorkflow], Model],
        *,
        second: SecondOpinion | None = None,
        sleep: Callable[[float], None] = time.sleep,
        instead: Instead | None = None,
        stopped: Callable[[int, Exception], None] | None = None,
    ) -> None:
        """Prepare for runs. `models`: gives a workflow's model when it is first needed. `second`: gives a second
        opinion on a proposal. `sleep`: takes seconds. `instead`: what is made in place of a step's call, for tests and
        the demo's made-up past. For tests, `stopped`: is told the run and the error that ended its attempt.
        """
        self._context = context
        self._models = models
        self._second = second
        self._sleep = sleep
        self._instead = instead
        self._stopped = stopped
        self._failures = Failures()
        self._groups = Groups(context)

    def advance(self, lease: Lease) -> None:
        """Take a leased run as far as it goes without a person. Raise `store.db.database.Unavailable`."""
        self._go_on(lease, lambda: self._find(lease))

    def take(self, run: int, *, died: bool, alone: bool, but: Collection[str] = ()) -> bool:
        """Lease a run that is ready or that a worker held, and advance it as far as it goes without a person.

        Only a caller that was given the run's job may do so. `died`: the worker that held it ended; otherwise it only
        could not record its progress. `alone`: nothing else is worked on here. `but`: no runs of these workflows.
        Return False where the run has to wait until it can be worked on alone. Raise `Unknown` where this process does
        not know its workflow, `Clogged` where it is in `but`, or `store.db.database.Unavailable`.
        """
        # One transaction for all: over a network, each transaction takes longer than its work.
        with self._context.database.write() as session:
            loaded = runs.load(session, run, team=self._context.team)
            if loaded is None:
                return True
            if loaded.workflow in but:
                raise Clogged(f"too much code of {loaded.workflow} does not return")
            lease = claim_one(session, loaded, died=died, alone=alone, context=self._context)
            if lease is None:
                return alone or loaded.run.state != RunState.READY
            # A run that repeats another one begins with that one's steps.
            is_new = lease.number == 1 and loaded.run.parent_id is None
            found = replace(find(session, loaded, is_new=is_new), standing=self._standing(session, loaded))
        self._go_on(lease, lambda: found)
        return True

    def _go_on(self, lease: Lease, read: Callable[[], Found]) -> None:
        try:
            work = understood(read(), lease, context=self._context)
            if work.has_question:
                self._ask_source(work)
            elif work.run.resolution is None:
                self._resolve(work)
            else:
                self._carry_out(work)
        except Fenced as error:
            log.warning("run.fenced", run=lease.run, why=str(error))
        except Unavailable:
            raise
        except KeyboardInterrupt:
            # One from an author's code comes out as `CodeExited`: this one is a person who ends the program.
            raise
        except BaseException as error:  # the loop's edge: every error is recorded on the run
            stopped = author_threads.contained(error)
            if not isinstance(stopped, Exception):
                raise
            if self._stopped is not None:
                self._stopped(lease.run, stopped)
            try:
                self._stop(lease, stopped)
            except Fenced as lost:
                log.warning("run.fenced", run=lease.run, why=str(lost))

    def _find(self, lease: Lease) -> Found:
        with self._context.database.read() as session:
            loaded = runs.load(session, lease.run, team=self._context.team)
            if loaded is None or loaded.run.lease != lease.number or loaded.run.state != RunState.RUNNING:
                raise Fenced(f"run {lease.run} was taken over or superseded")
            return replace(find(session, loaded), standing=self._standing(session, loaded))

    def _standing(self, session: Session, loaded: LoadedRun) -> Standing | None:
        """Return the standing of a run that is about to propose; None where its autonomy is not earned."""
        registry, run = self._context.registry, loaded.run
        workflow = registry.get(loaded.workflow) if loaded.workflow in registry else None
        if workflow is None or not workflow.autonomy.is_earned or run.resolution is not None:
            return None
        return standing_under(session, self._context, run.deployment_id, workflow.autonomy)

    def _resolve(self, work: Work) -> None:
        kept = self._journal(work, work.lines)
        version = self._context.version_of(work.workflow, work.run.deployment_id)
        proposed = proposer.propose(
            work.workflow,
            work.input,
            version=version,
            account=_account(work),
            journal=kept,
            second=self._second,
            model=lambda: self._model(work, version),
            pause=work.pause,
            outside_share=work.outside_share,
            heard=work.heard,
            handed=work.handed,
            documents=self._context.documents,
            can_ask=lambda: self._can_ask(work),
        )
        groups = self._groups_of(work)
        if work.workflow.autonomy.is_earned:
            proposed = replace(proposed, facts=with_standing(proposed.facts, work.standing, proposed.proposal))
        proposed = replace(proposed, facts=self._with_charter(work, proposed.facts))
        verdict = decide(proposed.facts)
        if verdict.way is Way.ALONE:
            assert proposed.proposal is not None
            self._go_alone(work, proposed, groups, kept)
            return
        with self._context.database.write() as session:
            self._pause_where_stuck(session, work.run, work.workflow)
            if not proposed.facts.proposed and proposed.facts.no_proposal_code in proposer.STOPPING:
                # Everybody sees why a workflow is paused.
                why = without_personal(proposed.facts.no_proposal or "there is no proposal", [work.input])
                workflow_pauses.stop_within(session, self._context, work.run.workflow_id, why)
            self._ask_person(session, work, proposed, groups, verdict)

    def _groups_of(self, work: Work) -> Sequence[int]:
        """Return the ids of the groups that the case is in, by its workflow's segments."""
        if not work.workflow.segments:
            return ()
        return self._groups.ids(work.run.workflow_id, groups_of(work.workflow, work.input_body))

    def _with_charter(self, work: Work, facts: Facts) -> Facts:
        """Return the facts with those of the charter: without a signature, or where it lacks something, a person
        decides.
        """
        workflow = work.workflow
        status = self._context.charters.status(workflow, deployment=work.run.deployment_id)
        return (
            facts
            if status.lets_alone
            else replace(facts, unsigned=None if status.is_signed else workflow.owner, missing=status.missing)
        )

    def _model(self, work: Work, version: Version) -> Model:
        """Return the model of a run. Raise `NoProposal` where its workflow was paused since the run began."""
        with self._context.database.read() as session:
            pause = workflow_pauses.paused(session, work.run.workflow_id, team=self._context.team)
        if pause is not None:
            raise NoProposal(pause.reason, code=Code.PAUSED, pause=pause)
        return version.model() if version.model is not None else self._models(work.workflow)

    def _ask_person(
        self, session: Session, work: Work, proposed: Proposed, groups: Sequence[int], verdict: Verdict
    ) -> None:
        context, run = self._context, self._move(session, work, RunState.WAITING)
        segments.keep(session, groups, team=run.team_id, case=run.case_id, run=run.id)
        kept = self._keep(session, work, proposed) if proposed.proposal is not None else None
        opened = open_review(
            session,
            context,
            run,
            work.workflow,
            proposal=kept,
            reasons=verdict.reasons,
            salt=work.salt,
            alike=proposed.alike,
            standing=work.standing,
        )
        epoch_cases.keep(session, context, work, proposed, verdict.reasons)
        if kept is None and proposed.facts.lacks and missing_parts.can_ask(session, context, run, work.workflow):
            missing_parts.ask(session, context, run, work.workflow, review=opened, lacks=proposed.facts.lacks)

    def _can_ask(self, work: Work) -> bool:
        """Tell whether the source of a run's case is to be asked for what the case lacks."""
        with self._context.database.read() as session:
            return missing_parts.can_ask(session, self._context, work.run, work.workflow)

    def _go_alone(self, work: Work, proposed: Proposed, groups: Sequence[int], kept: Journal) -> None:
        """Deliver the proposal alone; ask a person where the workflow was paused since the proposal, or its earned
        autonomy was narrowed or taken back.
        """
        context, workflow = self._context, work.workflow
        with context.database.write() as session:
            pause = workflow_pauses.paused(session, work.run.workflow_id, team=context.team, held=True)
            if pause is not None:
                self._ask_person(session, work, proposed, groups, decide(replace(proposed.facts, paused=pause)))
                return
            if workflow.autonomy.is_earned:
                # Locked after the row of the workflow and before all others: labels change it last of all.
                now = standing_under(session, context, work.run.deployment_id, workflow.autonomy, held=True)
                work = replace(work, standing=now)
                proposed = replace(proposed, facts=with_standing(proposed.facts, now, proposed.proposal))
                verdict = decide(proposed.facts)
                if verdict.way is not Way.ALONE:
                    self._ask_person(session, work, proposed, groups, verdict)
                    return
            run, proposal = work.run, proposed.proposal
            assert proposal is not None
            segments.keep(session, groups, team=run.team_id, case=run.case_id, run=run.id)
            output = contents.keep(session, team=run.team_id, case=run.case_id, kind="output", body=proposed.output)
            probability = sampler.probability_of(workflow, proposal, standing=work.standing)
            resolved = {
                "resolution": Resolution.ALONE,
                "output_id": output,
                "spot_check_probability": probability,
            }
            # Kept in the very transaction that resolves it, before anybody can know whether it is right.
            sampler.draw(session, context, run, workflow, probability=probability)
            if workflow.autonomy.is_earned:
                epoch_cases.keep_alone(session, context, work, proposed)
            held = holds.in_the_way(session, run, work.workflow.target)
            proof = self._proof(work, self._keep(session, work, proposed))
            until = workflow.announced_until(context.clock()) if _is_announced(work) else None
            if until is not None:
                self._move(session, work, RunState.HOLDING, proof, held_until=until, **resolved)
                delivery.intend(session, context, run, workflow.name, output_id=output)
                announcements.announce(session, context, run, workflow, until=until)
                return
            if held is not None:
                self._move(session, work, RunState.HOLDING, proof, **resolved)
                delivery.intend(session, context, run, workflow.name, output_id=output)
                if held is Held.DOWN:
                    waiting_deliveries.park(session, context, run, workflow)
                return
            self._move(session, work, RunState.DELIVERING, proof, **resolved)
            row = delivery.intend_and_begin(
                session, context, run, workflow.name, case_key=work.case_key, output_id=output
            )
        # Read from the kept JSON, as after a crash: changes that rules and checks made to their copy are not delivered.
        form: type[BaseModel] = workflow.output

        def subject() -> BaseModel:
            return within(workflow, "reading the proposal", lambda: read(form, proposed.output))

        task = Delivering(effect=workflow.effect, subject=subject(), again=subject, row=row)
        following = kept.part(delivery.SCOPE, once=not task.idempotent, told=(work.input, task.subject))
        self._deliver(work, task, following)

    def _keep(self, session: Session, work: Work, proposed: Proposed) -> KeptProposal:
        assert proposed.proposal is not None
        return proposer.keep(
            session,
            self._context,
            work.run,
            proposed.proposal,
            proposed.output,
            proposed.body,
            deployed=proposed.deployed,
            score=proposed.facts.score,
        )

    def _proof(self, work: Work, kept: KeptProposal) -> Details:
        """Return what the audit keeps of a run that goes alone."""
        facts = facts_of(
            kept,
            work.workflow.autonomy,
            reasons=None,
            salt=work.salt,
            code_version=self._context.registry.code_version(work.workflow),
            standing=work.standing,
        )
        terms = self._context.terms_of(work.workflow, work.run.deployment_id)
        return {"resolution": Resolution.ALONE, **({} if terms is None else {"terms": terms}), **facts}

    def _ask_source(self, work: Work) -> None:
        """Send a person's question to the source of the case, outside any transaction."""
        context, workflow = self._context, work.workflow
        with context.database.write() as session:
            session.add(work.run)
            question = question_sending.begin(session, context, work.lease, work.run, workflow)
            if question is None:
                return
            text, by, number = questions.words_of(session, question), question.asked_by, question.number
        effect: Effect[str, BaseModel] | None = workflow.source_effect
        assert effect is not None
        key = question_key(workflow=workflow.name, case=work.case_key, number=number, namespace=context.namespace)
        run = Run(id=work.run.id, case=work.run.case_id, input=work.input, key=key, by=by, answers=work.heard.answers)
        scope, once = f"{SOURCE}/{number}/", not effect.idempotent
        kept = self._journal(work, work.lines, scope=scope, once=once)
        done = _called(context, work, effect, text, run, kept, what="asking the source")
        question_sending.sent(context, work.lease, work.run, question.id, workflow, done.receipt)

    def _carry_out(self, work: Work) -> None:
        """Deliver a person's decision, or go on with a delivery that was cut off."""
        workflow, context = work.workflow, self._context
        rejected = work.run.resolution in CLOSING
        unlike = None if rejected else what_is_new(work, code_version=context.registry.code_version(workflow))
        if unlike is not None and self._ask_again(work, unlike):
            return
        subject = subject_of(work, rejected=rejected)
        alone = work.run.resolution is Resolution.ALONE
        deployed = self._deployed(work) if alone else None
        with context.database.write() as session:
            if alone and not self._lapses(session, work, deployed=deployed):
                return
            held = holds.held(session, work.run, target_of(workflow, work.run))
            if rejected and not delivery.is_intended(session, work.run.id, team=context.team):
                self._move(session, work, RunState.CLOSED)
                return
            if held is not None:
                self._move(session, work, RunState.HOLDING)
                if held is Held.DOWN:
                    waiting_deliveries.park(session, context, work.run, workflow)
                delivery.show_review(session, work.run, workflow, context=context)
                return
            self._move(session, work, RunState.DELIVERING)
            row = delivery.begin(session, context, work.run.id)
        again = partial(subject_of, work, rejected=rejected)
        task = Delivering(effect=effect_of(workflow, work.run), subject=subject, again=again, row=row)
        self._deliver(work, task, self._delivery_journal(work, task, work.lines))

    def _deployed(self, work: Work) -> str | None:
        """Return number and name of the version that proposed for a run; None where files did."""
        deployment = work.run.deployment_id
        return self._context.version_of(work.workflow, deployment).deployed if deployment is not None else None

    def _lapses(self, session: Session, work: Work, *, deployed: str | None) -> bool:
        """End the announcement of a run, if there is one; False where people decide it, since it may not go out now."""
        context, run, workflow = self._context, work.run, work.workflow
        reasons = lapses.against(session, context, run, workflow)
        if reasons:
            proposal = stopping.kept_proposal(session, run, deployed=deployed)
            self._move(session, work, RunState.WAITING, **UNRESOLVED)
            stopping.to_people(session, context, run, workflow, proposal, reasons)
        else:
            announcements.end(session, run, workflow, AnnouncementState.LAPSED, at=context.clock())
        return not reasons

    def _ask_again(self, work: Work, facts: Facts) -> bool:
        """Have a person look again at a decision that is older than the rules or the form, with its values kept.

        False where its delivery was attempted already: then it is delivered as it was decided, or not at all.
        """
        context, run = self._context, work.run
        assert work.settled is not None
        with context.database.write() as session:
            if delivery.was_attempted(session, run.id, team=context.team):
                return False
            if run.resolution is Resolution.ALONE:
                stopping.take_back(session, context, run, work.workflow)
            before = self._move(session, work, RunState.SUPERSEDED)
            delivery.show_review(session, before, work.workflow, context=context)
            reasons = decide(facts).reasons
            earlier_decisions.ask(
                session, context, before, work.workflow, work.settled, by=work.by, reasons=reasons, salt=work.salt
            )
        return True

    def _deliver(self, work: Work, task: Delivering, kept: Journal) -> None:
        """Apply the effect, outside any transaction. `kept`: the journal of the first attempt at the delivery.

        Where the target knows the key, the delivery is attempted again at once after an unknown outcome, unless it has
        waited before or the target asks to wait.
        """
        if not task.idempotent:
            delivery.refuse_what_waited_under_a_key(task.row)
            delivery.refuse_what_a_backup_forgot(self._context, work.run)
        form: type[BaseModel] = work.workflow.input

        def run_now() -> Run[BaseModel]:
            # Read anew, because the author's code may have changed its copy of the input.
            input = within(work.workflow, "reading the input", lambda: read(form, work.input_body))
            return Run(
                id=work.run.id,
                case=work.run.case_id,
                input=input,
                key=task.key,
                by=work.by,
                answers=work.heard.answers,
            )

        run, row = run_now(), task.row

        def prepare_another(_: RetryCallState) -> None:
            nonlocal kept, row, run, task
            run, task = run_now(), replace(task, subject=task.again())
            row = delivery.begin_another(self._context, run.id)
            with self._context.database.read() as session:
                kept = self._delivery_journal(work, task, journal.of_run(session, run.id, team=self._context.team))

        retrying = Retrying(
            stop=stop_after_attempt(delivery.TRIES if task.idempotent and row.target is None else 1),
            retry=retry_if_exception(may_work_at_once),
            wait=wait_exponential_jitter(multiplier=0.5, max=10),
            sleep=self._sleep,
            before_sleep=prepare_another,
            reraise=True,
        )
        done = retrying(lambda: _attempt(self._context, work, task, run, kept))
        self._failures.took_one(target_of(work.workflow, work.run), team=work.run.team_id)
        delivery.applied(self._context, work.lease, work.run, row, work.workflow, done, salt=work.salt)

    def _journal(
        self,
        work: Work,
        lines: Sequence[StepLine],
        *,
        scope: str = "",
        once: bool = False,
        subject: object = None,
    ) -> Journal:
        return Journal(
            self._context,
            work.lease,
            lines,
            scope=scope,
            once=once,
            sleep=self._sleep,
            instead=self._instead,
            told=(work.input, subject),
        )

    def _delivery_journal(self, work: Work, task: Delivering, lines: Sequence[StepLine]) -> Journal:
        return self._journal(work, lines, scope=delivery.SCOPE, once=not task.idempotent, subject=task.subject)

    def _stop(self, lease: Lease, error: Exception) -> None:
        """Record on the run what stopped it, and have people told."""
        context, said = self._context, said_of(self._context, lease.run, error)
        with context.database.write() as session:
            run = runs.get(session, lease.run, team=context.team)
            if run is None or run.lease != lease.number or run.state not in (RunState.RUNNING, RunState.DELIVERING):
                log.warning("run.fenced", run=lease.run, why="it was taken over before it failed")
                return
            if run.state == RunState.DELIVERING and isinstance(error, NotAllowed):
                self._hold(session, run, error, said=said.public)
                return
            asks = run.resolution is None and questions_kept.unsent(session, run.id, team=context.team) is not None
            at = context.clock()
            lines = journal.of_run(session, run.id, team=context.team)
            step = failed_step(lines, error)
            workflow = context.registry.get(teams.workflow_name(session, run.workflow_id, team=context.team))
            if isinstance(error, TimeLimitPassed):
                self._pause_where_stuck(session, run, workflow)
            verdict = decide(Facts(error=said.kept))
            message = "; ".join(reason.said for reason in verdict.reasons if reason.said)
            code_version = context.registry.code_version(workflow)
            if isinstance(error, Drifted) and run.code_version not in (None, code_version):
                message += f" (it began with version {run.code_version} of its code; this is {code_version})"
            problem = contents.keep(
                session,
                team=run.team_id,
                case=run.case_id,
                kind="problem",
                body=canonical({"step": step, "type": type(error).__name__, "message": message}),
            )
            if asks:
                question_sending.not_sent(
                    session, context, lease, run, workflow, error, said=message, problem_id=problem
                )
                log.warning("question.not_sent", run=run.id, case=run.case_id, error=type(error).__name__)
                return
            if run.state == RunState.DELIVERING:
                waiting_deliveries.note_probe(session, context, run, error, problem_id=problem)
                if self._put_off(session, run, workflow, error, problem=problem):
                    delivery.show_review(session, run, workflow, context=context)
                    return
            stop = stop_of(context, run, workflow, error, said=said, lines=lines)
            # Wanted first: the cause is counted last, since it is locked until the commit.
            delivery.show_review(session, run, workflow, context=context)
            if run.state == RunState.DELIVERING and delivery.is_in_doubt(workflow, run, error):
                delivery.put_in_doubt(session, run, workflow, stop, context=context, problem_id=problem)
            else:
                if run.state == RunState.DELIVERING:
                    # Without a key, a step of the delivery that was done stays done, with the values that it had.
                    maybe = not isinstance(error, NotDone) or (not is_keyed(workflow, run) and _has_part(lines))
                    delivery.not_applied(session, run, maybe=maybe, context=context)
                end = RunState.PARKED if isinstance(error, Drifted) else RunState.FAILED
                stop_run(session, run, end, stop, at=at, problem_id=problem)
        log.error("run.stopped", run=lease.run, case=lease.case, step=step, error=type(error).__name__)

    def _pause_where_stuck(self, session: Session, run: schema.Run, workflow: AnyWorkflow) -> None:
        """Pause a workflow whose code does not return, and have people told once."""
        stuck = [one.what for one in author_threads.stuck() if one.workflow == workflow.name]
        if len(stuck) >= MOST_STUCK:
            why = f"its code does not return: {', '.join(sorted(set(stuck)))}"
            workflow_pauses.stop_within(session, self._context, run.workflow_id, why, deliveries=True)

    def _put_off(
        self, session: Session, run: schema.Run, workflow: AnyWorkflow, error: Exception, *, problem: int
    ) -> bool:
        """Have a delivery wait that may work later; False where it fails."""
        target = target_of(workflow, run)
        if not waiting_deliveries.put_off(
            session, self._context, run, workflow, error, problem_id=problem, failures=self._failures
        ):
            if has_answered(error):
                self._failures.took_one(target, team=run.team_id)
            return False
        log.warning("delivery.waits", run=run.id, case=run.case_id, target=target, error=type(error).__name__)
        return True

    def _hold(self, session: Session, run: schema.Run, error: NotAllowed, *, said: str) -> None:
        """Hold this delivery and those after it: the other system does not accept us, and did nothing.

        `said`: the error's words without personal values, since everybody sees why a workflow is paused.
        """
        context, at = self._context, self._context.clock()
        workflow = context.registry.get(teams.workflow_name(session, run.workflow_id, team=context.team))
        waiting_deliveries.note_answered(session, context, run)
        workflow_pauses.stop_within(session, context, run.workflow_id, said, deliveries=True)
        delivery.put_back(session, run, context=context)
        move_run(session, run, RunState.HOLDING, at=at, actor=SYSTEM)
        delivery.show_review(session, run, workflow, context=context)
        log.error("run.held", run=run.id, case=run.case_id, error=type(error).__name__)

    def _move(
        self, session: Session, work: Work, to: RunState, details: Details = NOTHING, **changes: object
    ) -> schema.Run:
        """Move the run from the state in which it was loaded. `details`: what the audit's row says besides.

        Raise `Fenced`, at the latest at the commit, where it is no longer in that state.
        """
        at, held_at = self._context.clock(), work.lease.number
        session.add(work.run)
        lost = Fenced(f"run {work.run.id} was taken over or superseded")
        move_run(
            session, work.run, to, at=at, actor=SYSTEM, held_at=held_at, otherwise=lost, details=details, **changes
        )
        return work.run


def _is_announced(work: Work) -> bool:
    """Tell whether a run that goes alone is announced first, so that people can stop it."""
    return work.standing is not None and work.standing.level is Level.VETO


def _account(work: Work) -> Account:
    budget, run = work.workflow.budget, work.run
    return Account(
        case=run.case_id,
        run=run.id,
        per_case=Decimal(budget.per_case),
        per_day=Decimal(budget.per_day),
        timezone=work.workflow.timezone,
        # A person who reruns a case wants a new answer, not a kept one.
        own_answers_only=run.parent_id is not None,
    )


def _attempt(context: Context, work: Work, task: Delivering, run: Run[BaseModel], kept: Journal) -> Done:
    """Attempt a delivery, and count the call of its target."""
    assert task.effect is not None
    with counting_attempt(context, target_of(work.workflow, work.run)):
        return _called(context, work, task.effect, task.subject, run, kept, what="the delivery")


def _called(
    context: Context,
    work: Work,
    effect: Effect[SubjectT, BaseModel],
    subject: SubjectT,
    run: Run[BaseModel],
    kept: Journal,
    *,
    what: str,
) -> Done:
    """Call an effect with its steps journaled, within its limit of time. `what`: names it."""
    files = files_of(documents_of(run.input, run.answers), context.documents.file)
    with kept.open(), in_delivery(work.workflow, effect.does), files:
        failpoints.before(Failpoint.EFFECT, run.key)
        done = author_threads.run(
            lambda: done_by(effect, subject, run),
            what=what,
            workflow=work.workflow.name,
            seconds=work.workflow.time_limits.code,
        )
        failpoints.after(Failpoint.EFFECT, run.key)
        return done


def _has_part(lines: Sequence[StepLine]) -> bool:
    """Tell whether a step of a delivery has finished."""
    return any(in_scope(line.name, delivery.SCOPE) and line.state == StepState.FINISHED for line in lines)
