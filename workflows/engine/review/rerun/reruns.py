"""Reruns: a new run recalls the earlier steps of its parent and makes the later ones again."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, deliveries, journal, runs, workflow_pauses
from store.cases.journal import StepLine
from store.governance import teams
from store.states import CLOSING, STOPPED, Resolution, RunState, StepState
from workflows.engine.case import notices
from workflows.engine.case.intake import supersede_reviews
from workflows.engine.case.journal import in_scope
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.removed import refuse_removed
from workflows.engine.case.transitions import begin_after, move_run
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import DELIVER, START
from workflows.engine.deliver import delivery, waiting_deliveries
from workflows.engine.deliver.announcements import is_in_time
from workflows.engine.deliver.targets import is_keyed
from workflows.engine.errors import AlreadyDelivered, ContentRemoved, Refused, Unknown
from workflows.engine.review.views import Rerun

_WHY_NOT = {
    RunState.READY: "it already waits for a worker",
    RunState.RUNNING: "it is being worked on",
    RunState.DELIVERING: "it is being delivered",
    RunState.DOUBTFUL: "its delivery is in doubt; say first whether it happened",
}


class _Foreseen(Exception):  # no error: it leaves the transaction, so that nothing of it is kept
    """The rerun that would have been begun."""

    def __init__(self, rerun: Rerun) -> None:
        self.rerun = rerun
        super().__init__()


def rerun(context: Context, case: int, *, by: str, from_step: str | None = None) -> Rerun:
    """Run a case again from a step, by default the one that failed, else the start. Called twice, it is done once.

    From a step of the delivery, the decision stays; from an earlier step there is a new proposal, and an open review is
    superseded. Raise `Unknown`, or `Refused` with the reason.
    """
    with context.database.write(urgent=True) as session:
        return rerun_within(session, context, case, by=by, from_step=from_step)


def foresee(context: Context, case: int, *, by: str, from_step: str | None = None) -> Rerun:
    """Return what `rerun` would do, and do nothing: it is begun in a transaction that is rolled back. Raise alike."""
    try:
        with context.database.write(urgent=True) as session:
            raise _Foreseen(rerun_within(session, context, case, by=by, from_step=from_step))
    except _Foreseen as foreseen:
        return foreseen.rerun


def rerun_within(
    session: Session,
    context: Context,
    case: int,
    *,
    by: str,
    from_step: str | None = None,
    bulk_id: int | None = None,
) -> Rerun:
    """Run a case again like `rerun`, in the caller's transaction. Where it raises, nothing was written.

    `bulk_id`: the bulk rerun that it belongs to.
    """
    cases.hold(session, case, team=context.team)
    run = runs.newest(session, case, team=context.team)
    if run is None:
        raise Unknown(f"there is no case {case}")
    if is_in_time(run) and run.resolution is Resolution.ALONE:
        raise Refused(f"it is announced, and goes out at {run.held_until:%H:%M} UTC unless somebody stops it")
    if run.state == RunState.HOLDING and run.held_until is not None:
        # The person's time to take it back is theirs, whoever is in a hurry.
        raise Refused(
            f"it is decided, and will be delivered at {run.held_until:%H:%M} UTC; whoever decided it can take it "
            "back until then"
        )
    name = teams.workflow_name(session, run.workflow_id, team=context.team)
    if run.state == RunState.HOLDING:
        tried = _try_now(session, context, case, by=by, from_step=from_step)
        _tell(session, context, case, name, tried, by=by, bulk_id=bulk_id)
        return tried
    refuse_removed(session, run)
    why_not = _WHY_NOT.get(run.state)
    if why_not is not None:
        raise Refused(why_not)
    if _is_delivered(session, run):
        delivered = runs.last_delivered(session, case, team=context.team)
        raise AlreadyDelivered(delivered.id if delivered is not None else run.id)
    workflow = known_workflow(context, name)
    step = from_step or _where_it_stopped(run, journal.of_run(session, run.id, team=context.team))
    withdraws = run.state == RunState.WAITING
    begun = start(session, context, run, workflow, from_step=step, by=by, asked_by=by, bulk_id=bulk_id)
    child = runs.newest(session, case, team=context.team)
    assert child is not None
    made = Rerun(
        run=begun,
        from_step=step,
        recalled=len(journal.of_run(session, begun, team=context.team)),
        delivers_only=child.resolution is not None,
        withdraws=withdraws,
        is_paused=workflow_pauses.current(session, run.workflow_id, team=context.team) is not None,
    )
    _tell(session, context, case, name, made, by=by, bulk_id=bulk_id)
    return made


def _tell(
    session: Session, context: Context, case: int, workflow: str, made: Rerun, *, by: str, bulk_id: int | None
) -> None:
    """Have the workflow's people told of a rerun. Of those of a bulk rerun the card of their cause tells."""
    if bulk_id is None:
        at, team = context.clock(), context.team
        step, registry = made.from_step, context.registry
        review = registry.get(workflow).review if workflow in registry else None
        notices.run_again(session, case, review, team=team, run=made.run, by=by, from_step=step, at=at)


def _try_now(session: Session, context: Context, case: int, *, by: str, from_step: str | None) -> Rerun:
    """Attempt a delivery that waits for its target at once; its run goes on. Raise `Refused` with the reason."""
    if from_step not in (None, DELIVER):
        raise Refused(f"it is decided, and its delivery is tried again automatically; only {DELIVER} can be tried now")
    tried = waiting_deliveries.try_now(session, context, case, by=by)
    if tried is None:
        raise Refused("it is decided, and will be delivered when its workflow is resumed")
    return Rerun(run=tried.id, from_step=DELIVER, recalled=0, delivers_only=True, withdraws=False)


def start(
    session: Session,
    context: Context,
    parent: schema.Run,
    workflow: AnyWorkflow,
    *,
    from_step: str,
    by: str,
    refused_id: int | None = None,
    answers_id: int | None = None,
    asked_by: str | None = None,
    bulk_id: int | None = None,
) -> int:
    """Put a new run in the place of its parent, and return its id.

    Raise `ContentRemoved`, or `Refused` where there is no such step.

    `asked_by`: the person who may not decide it, where the workflow has such a rule. `refused_id`, `answers_id`: what
    people said of the case since the parent began. Left out, it hears what the parent heard: the steps that it recalls
    were made with that. `bulk_id`: the bulk rerun that it belongs to.
    """
    lines = journal.of_run(session, parent.id, team=context.team)
    delivery_only = not in_scope(from_step, "") or from_step == DELIVER
    if delivery_only and parent.resolution is None:
        raise Refused("there is nothing to deliver yet; nobody has decided")
    if parent.correction and not delivery_only:
        raise Refused("a correction comes from a person; only its delivery can be run again")
    delivery = deliveries.of_run(session, parent.id, team=context.team)
    if not delivery_only and delivery is not None and delivery.maybe_applied:
        raise Refused(
            f"its delivery may have happened, with the earlier values: run it again from {DELIVER}, or look first and "
            "settle it as not-happened"
        )
    recalled = _recalled(lines, from_step, delivery_only=delivery_only, once=not is_keyed(workflow, parent))
    if any(line.body is None for line in recalled):
        said = f"what its steps returned was removed when its time was over; run it again from {START}"
        raise ContentRemoved(said, case=parent.case_id)
    at, cause = context.clock(), parent.cause_id if parent.state in STOPPED else None
    if not move_run(session, parent, RunState.SUPERSEDED, at=at, actor=by):
        raise Refused("somebody else has just run it again")
    supersede_reviews(session, workflow, parent.case_id, context=context, actor=by)
    child = begin_after(
        session,
        parent,
        RunState.READY,
        at=at,
        actor=by,
        action="run.begun_again",
        details={"parent": parent.id, "from": from_step, "recalled": len(recalled)},
        code_version=context.registry.code_version(workflow),
        from_step=from_step,
        resolution=parent.resolution if delivery_only else None,
        output_id=parent.output_id if delivery_only else None,
        refused_id=refused_id or parent.refused_id,
        answers_id=answers_id or parent.answers_id,
        asked_by=asked_by,
        cause_id=cause,
        bulk_id=bulk_id,
    )
    journal.recall(session, recalled, team=parent.team_id, run=child.id, at=at)
    if delivery_only:
        _take_over(session, context, child, workflow)
    return child.id


def _take_over(session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow) -> None:
    assert run.output_id is not None
    if run.resolution in CLOSING:
        delivery.intend_rejection(session, context, run, workflow.name, reason_id=run.output_id)
    else:
        delivery.intend(session, context, run, workflow.name, output_id=run.output_id)


def _recalled(lines: Sequence[StepLine], from_step: str, *, delivery_only: bool, once: bool) -> list[StepLine]:
    """Return the steps that are not made again. `once`: the target knows no key, so a finished step of the delivery
    stays.
    """
    proposing = [line for line in lines if in_scope(line.name, "")]
    if from_step == START:
        return []
    if from_step == DELIVER:
        delivering = [line for line in lines if in_scope(line.name, delivery.SCOPE)]
        return [*proposing, *delivering] if once else proposing
    position = next((line.position for line in lines if from_step in (line.name, _call(line))), None)
    if position is None:
        names = dict.fromkeys(_call(line) for line in lines)
        raise Refused(f"there is no step {from_step!r}; there are: {', '.join([START, *names, DELIVER])}")
    before = [line for line in lines if line.position < position]
    return before if delivery_only else [line for line in before if line in proposing]


def _call(line: StepLine) -> str:
    """Return the name of a call, where a step is asked for: `step`, or `step#2` for the second call of the step."""
    return line.name if line.nth == 1 else f"{line.name}#{line.nth}"


def _where_it_stopped(run: schema.Run, lines: Sequence[StepLine]) -> str:
    if run.state == RunState.PARKED and run.resolution is not None:
        return DELIVER  # the decision is kept
    if run.state != RunState.FAILED:
        return START
    failed = _call(lines[-1]) if lines and lines[-1].state == StepState.FAILED else None
    if run.resolution is not None:
        return failed if failed and not in_scope(failed, "") else DELIVER
    return failed if failed and in_scope(failed, "") else START


def _is_delivered(session: Session, run: schema.Run) -> bool:
    """Tell whether this revision's answer was delivered. A correction that stopped can be run again all the same."""
    if run.correction and run.state in STOPPED:
        return False
    return run.state == RunState.DELIVERED or deliveries.is_applied(
        session, team=run.team_id, case=run.case_id, revision=run.revision, kind=delivery.ANSWER
    )
