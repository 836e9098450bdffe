"""Deliveries that wait and are attempted again automatically: through restarts, and each case's in its order.

A delivery that may work later is attempted again with a growing backoff, for three days; only then it fails. The outage
of a target is one event for all deliveries that wait for it. People are told once; one delivery at a time probes
whether the target is up again, and then all go out. Nothing else is sent to the target meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from store import schema
from store.cases import deliveries, runs, target_outages, waiting_runs, workflow_pauses
from store.cases.review import reviews
from store.db.database import Unavailable
from store.faces import FAILURES
from store.governance import teams
from store.slack import outbox
from store.states import DeliveryState, Resolution, RunState
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.transitions import move_delivery, move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver import announcements, certainty, graces, holds
from workflows.engine.deliver.certainty import GIVEN_UP_AFTER, LONGEST, LONGEST_PROBE
from workflows.engine.deliver.targets import Failures, effect_of, target_of
from workflows.engine.errors import NotDone, Refused

AT_ONCE = 200
"""Runs that are released in one transaction."""
_LONGEST_WAIT = LONGEST * 2
"""The longest plausible wait. A delivery that would wait longer was put off before the clock was set back."""
_MOST_REDRAWN = 20
"""Cards that are redrawn when a target turns out to be down. Later cards say so from the beginning."""
_UNDER_WAY = (RunState.READY, RunState.RUNNING, RunState.DELIVERING)

_patiently = Retrying(
    retry=retry_if_exception_type(Unavailable),
    stop=stop_after_delay(30),
    wait=wait_exponential(0.1, max=5),
    reraise=True,
)


def put_off(
    session: Session,
    context: Context,
    run: schema.Run,
    workflow: AnyWorkflow,
    error: Exception,
    *,
    problem_id: int,
    failures: Failures,
) -> bool:
    """Have a delivery wait after an error that may pass; False where the error does not pass, or the delivery waited
    too long.

    Where this failure shows that the target is down, people are told.
    """
    effect, delivery, at = (
        effect_of(workflow, run),
        deliveries.of_run(session, run.id, team=context.team),
        context.clock(),
    )
    if effect is None or delivery is None or not certainty.may_work_later(error, keyed=effect.idempotent):
        return False
    if delivery.waiting_since is not None and at - delivery.waiting_since >= GIVEN_UP_AFTER:
        return False
    target, asked = target_of(workflow, run), certainty.asked_wait(error)
    rounds = delivery.rounds + 1
    _wait(
        session,
        context,
        run,
        delivery,
        target=target,
        rounds=rounds,
        next_at=at + certainty.backoff(rounds, asked=asked),
        maybe=delivery.maybe_applied or not isinstance(error, NotDone),
        problem_id=problem_id,
    )
    if target_outages.of_target(session, target, team=context.team) is None:
        if delivery.waiting_since is not None and at - delivery.waiting_since >= certainty.TOLD_AFTER:
            notices.late(session, run, at=at)
        since = target_outages.last_end(session, target, team=context.team)
        if failures.count(target, run.case_id, team=run.team_id, at=at, since=since):
            next_at = at + certainty.backoff(1, asked=asked, longest=LONGEST_PROBE)
            begun = target_outages.begin(
                session, team=context.team, target=target, problem_id=problem_id, at=at, next_at=next_at
            )
            if begun is not None:
                _show(session, context, begun)
                _redraw(session, context, target)
    return True


def park(session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow) -> None:
    """Have a delivery wait for its target, which is down, without an attempt. The caller moves the run."""
    delivery, at = deliveries.of_run(session, run.id, team=context.team), context.clock()
    assert delivery is not None
    # An attempt that was cut off may have been applied.
    maybe = delivery.maybe_applied or delivery.state == DeliveryState.ATTEMPTING
    target, since = target_of(workflow, run), delivery.waiting_since or at
    changes: dict[str, Any] = {"target": target, "waiting_since": since, "next_at": at, "maybe_applied": maybe}
    if delivery.state == DeliveryState.WAITING:
        state = delivery.state
        deliveries.move(session, team=delivery.team_id, delivery=delivery.id, frm=state, to=state, at=at, **changes)
    else:
        move_delivery(session, delivery, DeliveryState.WAITING, at=at, actor=SYSTEM, **changes)


def _wait(
    session: Session,
    context: Context,
    run: schema.Run,
    delivery: schema.Delivery,
    *,
    target: str,
    rounds: int,
    next_at: datetime,
    maybe: bool,
    problem_id: int,
) -> None:
    at = context.clock()
    changes: dict[str, Any] = {"target": target, "rounds": rounds, "next_at": next_at, "maybe_applied": maybe}
    changes["waiting_since"] = delivery.waiting_since or at
    move_delivery(session, delivery, DeliveryState.WAITING, at=at, actor=SYSTEM, **changes)
    move_run(session, run, RunState.HOLDING, at=at, actor=SYSTEM, problem_id=problem_id)


def note_probe(session: Session, context: Context, run: schema.Run, error: Exception, *, problem_id: int) -> None:
    """Note the result of a failed attempt that probed a target which is down."""
    outage = _probed(session, context, run)
    if outage is None:
        return
    if certainty.has_answered(error):
        _end(session, context, outage)
        return
    asked = certainty.asked_wait(error)
    next_at = context.clock() + certainty.backoff(outage.probes + 1, asked=asked, longest=LONGEST_PROBE)
    target_outages.failed(session, outage, problem_id=problem_id, next_at=next_at)
    _show(session, context, outage.id)


def note_answered(session: Session, context: Context, run: schema.Run) -> None:
    """Note that a target answered the delivery of a run; where it was down, it is up again."""
    outage = _probed(session, context, run)
    if outage is not None:
        _end(session, context, outage)


def _probed(session: Session, context: Context, run: schema.Run) -> schema.TargetOutage | None:
    """Return the outage that a run was let through to probe. Any other attempt began earlier and shows nothing."""
    delivery = deliveries.of_run(session, run.id, team=context.team)
    if delivery is None or delivery.target is None:
        return None
    outage = target_outages.of_target(session, delivery.target, team=context.team)
    return outage if outage is not None and outage.probe_run == run.id else None


def is_any_waiting(context: Context) -> bool:
    """Tell whether a delivery is kept for later, a target is down, or something is due about a question later."""
    with context.database.read() as session:
        return waiting_runs.is_any(session, team=context.team)


def awaken(context: Context) -> int:
    """Make all runs ready whose delivery need not wait any longer, and return their number.

    Raise `store.db.database.Unavailable` where the database cannot be used for half a minute.
    """
    # This may run every second: a read blocks nobody.
    with context.database.read() as session:
        if not waiting_runs.is_any(session, team=context.team):
            return 0
        releasable = workflow_pauses.is_releasable(session, team=context.team)
    awakened = holds.release_all(context) if releasable else 0
    while number := _patiently(graces.release, context):
        awakened += number
    while number := _patiently(announcements.release, context):
        awakened += number
    while number := _patiently(_awaken_some, context):
        awakened += number
    return awakened


def _awaken_some(context: Context) -> int:
    with context.database.read() as session:
        outages = target_outages.all_open(session, team=context.team)
        wanted = [outage for outage in outages if _is_time(session, context, outage)]
        if not wanted and not _due(session, context, outages):
            return 0
    with context.database.write() as session:
        at, outages = context.clock(), target_outages.all_open(session, team=context.team)
        freed = sum(
            move_run(session, run, RunState.READY, at=at, actor=SYSTEM) for run in _due(session, context, outages)
        )
        return freed + sum(_probe(session, context, outage) for outage in outages if _is_time(session, context, outage))


def _due(session: Session, context: Context, outages: Sequence[schema.TargetOutage]) -> list[schema.Run]:
    return waiting_runs.due(
        session,
        team=context.team,
        workflows=_known(session, context),
        at=context.clock(),
        longest=_LONGEST_WAIT,
        down=[outage.target for outage in outages],
        limit=AT_ONCE,
    )


def _is_time(session: Session, context: Context, outage: schema.TargetOutage) -> bool:
    """Tell whether a target that is down is due for a probe."""
    at = context.clock()
    if _is_under_way(session, outage):
        return False
    if outage.next_at <= at or outage.next_at > at + _LONGEST_WAIT:
        return True
    team = context.team
    if not waiting_runs.is_waited_for(session, outage.target, team=team):
        return True
    # A delivery that waited too long gets one last attempt at once, and then fails visibly.
    since = at - GIVEN_UP_AFTER
    return waiting_runs.is_waited_for(session, outage.target, team=team, since=since)


def _probe(session: Session, context: Context, outage: schema.TargetOutage) -> bool:
    """Let one delivery through to see whether a target is up again; False where none can be let through."""
    run = waiting_runs.probe_of(
        session,
        outage.target,
        team=context.team,
        workflows=_known(session, context),
        overdue=context.clock() - GIVEN_UP_AFTER,
    )
    if run is not None:
        return _let_through(session, context, outage, run, by=SYSTEM)
    if waiting_runs.count(session, outage.target, team=context.team) == 0:
        # All that waited failed for good or was settled: no delivery is left to probe the target with.
        _end(session, context, outage, probes=0)
    return False


def _let_through(session: Session, context: Context, outage: schema.TargetOutage, run: schema.Run, *, by: str) -> bool:
    at = context.clock()
    next_at = at + certainty.backoff(outage.probes + 1, longest=LONGEST_PROBE)
    if not target_outages.let_through(session, outage, run=run.id, next_at=next_at):
        return False
    return move_run(session, run, RunState.READY, at=at, actor=by)


def try_now(session: Session, context: Context, case: int, *, by: str) -> schema.Run | None:
    """Attempt the oldest delivery of a case that waits for its target at once; return its run, or None.

    None too where its workflow holds its deliveries. Raise `Refused` where its target is being tried already.
    """
    run = waiting_runs.oldest_of_case(session, case, team=context.team)
    if run is None:
        return None
    pause = workflow_pauses.current(session, run.workflow_id, team=context.team, held=True)
    if pause is not None and pause.holds_deliveries:
        return None
    delivery = deliveries.of_run(session, run.id, team=context.team)
    assert delivery is not None
    assert delivery.target is not None
    outage = target_outages.of_target(session, delivery.target, team=context.team)
    if outage is None:
        moved = move_run(session, run, RunState.READY, at=context.clock(), actor=by)
    elif _is_under_way(session, outage):
        probe = runs.get(session, outage.probe_run or 0, team=context.team)
        number = f" with case {probe.case_id}" if probe is not None else ""
        raise Refused(f"{delivery.target} is down, and is being tried{number} right now; if it is up again, all go out")
    else:
        moved = _let_through(session, context, outage, run, by=by)
    if not moved:
        raise Refused("it is being tried again right now")
    return run


def _is_under_way(session: Session, outage: schema.TargetOutage) -> bool:
    probe = runs.get(session, outage.probe_run, team=outage.team_id) if outage.probe_run is not None else None
    return probe is not None and probe.state in _UNDER_WAY


def _end(session: Session, context: Context, outage: schema.TargetOutage, *, probes: int = 1) -> None:
    """Note that a target is up again, have people told, and make all deliveries due that wait for it.

    `probes`: number of those deliveries that are already on their way.
    """
    at, team = context.clock(), context.team
    waited = probes + waiting_runs.count(session, outage.target, team=team)
    if target_outages.end(session, outage, waited=waited, at=at):
        waiting_runs.hasten(session, outage.target, team=team, at=at)
        _show(session, context, outage.id)


def _show(session: Session, context: Context, outage: int) -> None:
    """Have the message about an outage redrawn."""
    at, subject = context.clock(), SubjectKind.TARGET.of(outage)
    outbox.want_view(session, team=context.team, kind=outbox.TARGET, subject=subject, channel=FAILURES, at=at)


def _redraw(session: Session, context: Context, target: str) -> None:
    """Have the cards of deliveries that wait for a target say that it is down."""
    at = context.clock()
    found = waiting_runs.runs_of(session, target, team=context.team, limit=_MOST_REDRAWN)
    for run in found:
        review = reviews.decided_for(session, run.id, team=context.team) if run.resolution != Resolution.ALONE else None
        name = teams.workflow_name(session, run.workflow_id, team=context.team)
        if review is not None and name in context.registry:
            notices.card(session, review, context.registry.get(name).review, at=at)


def _known(session: Session, context: Context) -> list[int]:
    """Return the workflows whose runs this process can work on."""
    return [row.id for row in teams.workflows(session, team=context.team) if row.name in context.registry]
