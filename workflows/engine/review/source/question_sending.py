"""The sending of a question to the source of a case, and the end of the wait for its answer.

A question is sent like a delivery: by a worker, outside any transaction, under an idempotency key. Where the target
knows the key, it is sent again after an error that may pass, until its deadline; where nobody knows whether it was
sent, a person is told. A question that is not sent, or not answered in time, opens its review again, once.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, runs, target_outages
from store.cases.review import questions, reviews
from store.governance import audit, teams
from store.states import STOPPED, QuestionState, ReviewState, RunState
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.leases import Lease
from workflows.engine.case.lookup import kept_json
from workflows.engine.case.transitions import move_question, move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver import certainty, workflow_pauses
from workflows.engine.errors import Fenced, NotDone, OutcomeUnknown
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.source.questions import open_again, words_of
from workflows.engine.text.canonical_json import canonical

LOOK = timedelta(minutes=1)
"""Time between two looks whether a question that is held can be sent."""
_AT_ONCE = 200
_HELD = "its workflow was paused, or its system was down, until then"


def begin(
    session: Session, context: Context, lease: Lease, run: schema.Run, workflow: AnyWorkflow
) -> schema.Question | None:
    """Note that an attempt at sending a run's question begins, and return it.

    None where it is held: its workflow is paused with its deliveries, or its system is down; the run waits then. Raise
    `Fenced` where the run is no longer the caller's, or `OutcomeUnknown` where an earlier attempt was cut off and the
    target knows no key.
    """
    cases.hold(session, run.case_id, team=context.team)
    lost = Fenced(f"run {run.id} was taken over or superseded")
    runs.hold(session, team=run.team_id, run=run.id, state=RunState.RUNNING, lease=lease.number, otherwise=lost)
    question = questions.unsent(session, run.id, team=context.team)
    if question is None:
        raise Fenced(f"run {run.id} has no question to send")
    at = context.clock()
    pause = workflow_pauses.paused(session, run.workflow_id, team=context.team, held=True)
    is_down = target_outages.of_target(session, workflow.source_target, team=context.team) is not None
    if is_down or (pause is not None and pause.holds_deliveries):
        _wait(session, lease, run, at=at)
        due_at = min(at + LOOK, question.answer_by)
        questions.move(session, question, question.state, due_at=due_at)
        return None
    was_cut_off = question.state is QuestionState.ATTEMPTING
    effect = workflow.source_effect
    if effect is None:
        raise NotDone(f"{workflow.name} no longer says how its source is asked")
    if was_cut_off and not effect.idempotent:
        raise OutcomeUnknown("Countersign ended while it was being sent")
    maybe = question.maybe_sent or was_cut_off
    move_question(
        session,
        question,
        QuestionState.ATTEMPTING,
        at=at,
        actor=SYSTEM,
        action="question.attempting",
        due_at=question.answer_by,
        maybe_sent=maybe,
    )
    return question


def sent(context: Context, lease: Lease, run: schema.Run, question: int, workflow: AnyWorkflow, receipt: str) -> None:
    """Note that a question was sent; its case now waits for the answer. Raise `Fenced` where the run was taken over."""
    with context.database.write() as session:
        cases.hold(session, run.case_id, team=context.team)
        row = questions.get(session, question, team=context.team, anew=True)
        assert row is not None
        at = context.clock()
        now = runs.get(session, run.id, team=context.team)
        if now is None or row.state is not QuestionState.ATTEMPTING:
            raise Fenced(f"the question of run {run.id} was taken over")
        _wait(session, lease, now, at=at)
        kept = contents.keep(session, team=context.team, case=run.case_id, kind="receipt", body=canonical(receipt))
        changes = {"receipt_id": kept, "problem_id": None, "maybe_sent": False}
        move_question(session, row, QuestionState.SENT, at=at, actor=SYSTEM, action="question.sent", **changes)
        review = reviews.get(session, row.review_id, team=context.team)
        assert review is not None
        notices.card(session, review, workflow.review, at=at)


def not_sent(
    session: Session,
    context: Context,
    lease: Lease,
    run: schema.Run,
    workflow: AnyWorkflow,
    error: Exception,
    *,
    said: str,
    problem_id: int,
) -> None:
    """Note that an attempt at sending a run's question ended in an error: it is made again, or its review opens again.

    `said`: the error in words. Raise `Fenced` where the run is no longer the caller's.
    """
    cases.hold(session, run.case_id, team=context.team)
    question = questions.unsent(session, run.id, team=context.team)
    if question is None:
        raise Fenced(f"the question of run {run.id} was taken over")
    at = context.clock()
    _wait(session, lease, run, at=at)
    was_attempted = question.state is QuestionState.ATTEMPTING
    maybe = question.maybe_sent or (was_attempted and not isinstance(error, NotDone))
    is_keyed = workflow.source_effect is not None and workflow.source_effect.idempotent
    next_at = at + certainty.backoff(question.attempts or 1, asked=certainty.asked_wait(error))
    if was_attempted and next_at < question.answer_by and certainty.may_work_later(error, keyed=is_keyed):
        changes = {"due_at": next_at, "maybe_sent": maybe, "problem_id": problem_id}
        move_question(
            session, question, QuestionState.INTENDED, at=at, actor=SYSTEM, action="question.put_off", **changes
        )
        return
    _give_up(session, context, question, workflow, said=said, maybe=maybe, problem_id=problem_id)


def _give_up(
    session: Session,
    context: Context,
    question: schema.Question,
    workflow: AnyWorkflow,
    *,
    said: str,
    maybe: bool,
    problem_id: int | None,
) -> None:
    """Note that a question is not sent any more, and open its review again."""
    to = QuestionState.DOUBTFUL if maybe else QuestionState.FAILED
    changes = {"due_at": None, "maybe_sent": maybe, "problem_id": problem_id}
    move_question(session, question, to, at=context.clock(), actor=SYSTEM, action=f"question.{to}", **changes)
    reason = Reason(code=Code.MAYBE_NOT_SENT if maybe else Code.NOT_SENT, said=said)
    open_again(session, context, question, workflow, reason, actor=SYSTEM)


def _wait(session: Session, lease: Lease, run: schema.Run, *, at: datetime) -> None:
    """Let a run wait again after an attempt. Raise `Fenced` where it is no longer the caller's."""
    if not move_run(session, run, RunState.WAITING, at=at, actor=SYSTEM, held_at=lease.number):
        raise Fenced(f"run {run.id} was taken over or superseded")


def sweep(context: Context) -> int:
    """Let the runs go on whose question is due to be sent, and open the reviews again that have no answer in time.

    Return the number of both. Every process may do it: each review opens again once.
    """
    done = after = 0
    while True:
        with context.database.read() as session:
            found = questions.due(session, team=context.team, at=context.clock(), limit=_AT_ONCE, after=after)
            due = [(one.id, one.case_id) for one in found]
        if not due:
            return done
        for question, case in due:
            done += _look_at(context, question, case)
            after = question


def _look_at(context: Context, question: int, case: int) -> bool:
    """Do what is due about a question, in a transaction of its own; False where nothing was to be done."""
    with context.database.write() as session:
        cases.hold(session, case, team=context.team)
        at = context.clock()
        row = questions.get(session, question, team=context.team, anew=True)
        if row is None or row.due_at is None or row.due_at > at:
            return False
        run, review = (
            runs.get(session, row.run_id, team=context.team),
            reviews.get(session, row.review_id, team=context.team, anew=True),
        )
        assert run is not None
        assert review is not None
        name = teams.workflow_name(session, run.workflow_id, team=context.team)
        if name not in context.registry:
            return False  # a process that knows the workflow does it
        workflow: AnyWorkflow = context.registry.get(name)
        if review.state != ReviewState.ASKED or run.state in STOPPED:
            _let_go(session, context, row)
            return True
        if run.state != RunState.WAITING:
            return False  # it is being sent right now
        if at < row.answer_by:
            return move_run(session, run, RunState.READY, at=at, actor=SYSTEM)
        if row.state is QuestionState.SENT:
            return _expire(session, context, row, workflow)
        problem = kept_json(session, row.problem_id, team=context.team)
        said = _HELD if problem is None else str(problem["message"])
        _give_up(session, context, row, workflow, said=said, maybe=row.maybe_sent, problem_id=row.problem_id)
        return True


def _let_go(session: Session, context: Context, question: schema.Question) -> None:
    """Wait no longer: the case went on without the answer."""
    if question.state is QuestionState.SENT:
        questions.move(session, question, question.state, due_at=None)
        return
    maybe = question.maybe_sent or question.state is QuestionState.ATTEMPTING
    to = QuestionState.DOUBTFUL if maybe else QuestionState.FAILED
    move_question(session, question, to, at=context.clock(), actor=SYSTEM, action=f"question.{to}", due_at=None)


def _expire(session: Session, context: Context, question: schema.Question, workflow: AnyWorkflow) -> bool:
    waited = question.answer_by - question.asked_at
    reason = Reason(code=Code.NO_ANSWER, said=words_of(session, question), seconds=int(waited.total_seconds()))
    questions.move(session, question, question.state, due_at=None)
    audit.record(
        session,
        team=question.team_id,
        at=context.clock(),
        actor=SYSTEM,
        action="question.expired",
        subject=SubjectKind.QUESTION.of(question.id),
        case=question.case_id,
        details={"number": question.number, "run": question.run_id},
    )
    return open_again(session, context, question, workflow, reason, actor=SYSTEM)
