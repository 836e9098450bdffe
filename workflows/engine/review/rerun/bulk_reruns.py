"""Bulk reruns: the stopped cases of a cause are run again, first a few, then the rest in waves.

Each process looks after them again and again. Every rerun is a transaction of its own, in which the bulk rerun's row
goes on to the next stopped run: so no run is come to twice, by however many processes, and whatever dies. What became
of the runs, they say themselves. A bulk rerun only begins reruns as a person does: what keeps one from being delivered
twice keeps these.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from store import schema
from store.cases import bulk_reruns, causes, deliveries, runs, workflow_pauses
from store.cases.bulk_reruns import Choice
from store.cases.causes import UNDER_WAY
from store.db.database import Unavailable
from store.governance import audit, teams
from store.states import ACTIVE, BulkState, CauseState, RunState
from store.subjects import SubjectKind
from workflows.engine.case.lookup import known_workflow
from workflows.engine.causes import counting
from workflows.engine.causes.counting import AGAIN, RERUN, THROUGH
from workflows.engine.causes.fingerprint import NAME
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import DELIVER, PROPOSE, START
from workflows.engine.deliver.targets import is_keyed
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.health.systems import is_well
from workflows.engine.review.rerun import reruns
from workflows.engine.review.rerun.bulk_rules import LONGEST, SHORTEST, Begin, End, Progress, WhyStopped, next_move
from workflows.engine.review.views import BulkBegun, BulkPlan, BulkPlanned

log = structlog.get_logger()

_CHANGED = "this has changed since it was shown; the card shows it now"
_Done = TypeVar("_Done")
_MOST_CAUSES = 100
"""Causes of one workflow that are run again with one command."""


class NoneLeft(Refused):
    """No failed case of a cause is left that can be run again at once."""


def foresee(context: Context, cause: int, *, since: timedelta | None = None) -> BulkPlan:
    """Return what `begin` would do, and do nothing. `since`: as for `begin`. Raise alike."""
    with context.database.read() as session:
        row, workflow = _found(session, context, cause)
        _refuse_where_it_cannot_be(session, context, row, workflow)
        _refuse_second(bulk_reruns.newest(session, cause, team=context.team))
        plan = plan_of(session, context, row, workflow, since=_begins(context, since))
    if not plan.total:
        raise NoneLeft(f"no failed case of cause {plan.name} is left")
    return plan


def plan_of(
    session: Session, context: Context, cause: schema.Cause, workflow: AnyWorkflow, *, since: datetime | None = None
) -> BulkPlan:
    """Return what a bulk rerun of a cause would do now. It may have nothing to do."""
    choice = Choice(cause=cause.id, states=AGAIN, since=since, until=context.clock())
    found = bulk_reruns.kinds(session, choice, team=context.team)
    in_doubt = causes.run_counts(session, cause.id, team=context.team, through=THROUGH, since=cause.opened_at).get(
        RunState.DOUBTFUL, 0
    )
    return BulkPlan(
        cause=cause.id,
        name=cause.fingerprint[:NAME],
        total=sum(kind.number for kind in found),
        delivers_only=sum(kind.number for kind in found if kind.is_resolved),
        proposes=sum(kind.number for kind in found if not kind.is_resolved),
        from_steps=list(dict.fromkeys(_from_step(cause, kind) for kind in found)),
        per_case=Decimal(workflow.budget.per_case),
        in_doubt=in_doubt,
    )


def begin(
    context: Context, cause: int, *, by: str, since: timedelta | None = None, after: int | None = None
) -> BulkBegun:
    """Begin to run the stopped cases of a cause again; the trial begins with the next look.

    `since`: only those that stopped within this time until now; None for all. `after`: the newest bulk rerun of the
    cause that was shown, 0 for none; a second press begins none. Raise `Unknown`, `Stale`, or `Refused` with the
    reason.
    """
    with context.database.write(urgent=True) as session:
        row, workflow = _found(session, context, cause)
        _refuse_where_it_cannot_be(session, context, row, workflow, held=True)
        # Of two who begin at once, the later one sees the other's.
        causes.hold(session, cause, team=context.team)
        before = bulk_reruns.newest(session, cause, team=context.team)
        _refuse_second(before)
        if after is not None and after != (before.id if before is not None else 0):
            raise Stale(_CHANGED)
        from_time, at = _begins(context, since), context.clock()
        plan = plan_of(session, context, row, workflow, since=from_time)
        if not plan.total:
            raise NoneLeft(f"no failed case of cause {plan.name} is left")
        bulk = bulk_reruns.add(session, team=context.team, cause=cause, since=from_time, total=plan.total, by=by, at=at)
        _record(session, context, cause, "rerun_all", bulk=bulk, by=by, more={"cases": plan.total})
        counting.show(session, cause, team=context.team, at=at)
    return BulkBegun(bulk=bulk, cause=cause, name=plan.name, total=plan.total)


def plan(
    context: Context,
    cause: int,
    *,
    by: str,
    wait: timedelta,
    is_for_system: bool = False,
    after: int | None = None,
) -> BulkPlanned:
    """Have the stopped cases of a cause run again by themselves after a pause, and return when that is.

    `is_for_system`: or as soon as the cause's other system is well again, which it is not now. `after`: as for `begin`.
    Raise alike.
    """
    if not SHORTEST <= wait <= LONGEST:
        raise Refused("a rerun can begin by itself after one minute to one day: 10m, 2h, 1d")
    with context.database.write(urgent=True) as session:
        row, workflow = _found(session, context, cause)
        causes.hold(session, cause, team=context.team)
        before = bulk_reruns.newest(session, cause, team=context.team)
        _refuse_second(before)
        if after is not None and after != (before.id if before is not None else 0):
            raise Stale(_CHANGED)
        foreseen, at = plan_of(session, context, row, workflow), context.clock()
        if not foreseen.total:
            raise NoneLeft(f"no failed case of cause {foreseen.name} is left")
        system = row.dependency if is_for_system else None
        if system is not None and is_well(session, context, system):
            raise Stale(_CHANGED)
        planned_for = at + wait
        bulk = bulk_reruns.add(
            session,
            team=context.team,
            cause=cause,
            since=None,
            total=foreseen.total,
            by=by,
            at=at,
            planned_for=planned_for,
            waits_for=system,
        )
        more: dict[str, str | int | None] = {
            "cases": foreseen.total,
            "at": planned_for.isoformat(),
            "waits_for": system,
        }
        _record(session, context, cause, "rerun_planned", bulk=bulk, by=by, more=more)
        counting.show(session, cause, team=context.team, at=at)
    return BulkPlanned(
        bulk=bulk, cause=cause, name=foreseen.name, total=foreseen.total, at=planned_for, waits_for=system
    )


def begin_each(
    context: Context, several: Sequence[int], *, by: str, since: timedelta | None = None
) -> tuple[list[BulkBegun], list[str]]:
    """Begin a bulk rerun of each of these causes; return those, and the reasons why others were refused.

    Raise `Refused` where all were.
    """
    return _each(several, lambda cause: begin(context, cause, by=by, since=since))


def foresee_each(
    context: Context, several: Sequence[int], *, since: timedelta | None = None
) -> tuple[list[BulkPlan], list[str]]:
    """Return what `begin_each` would do, and do nothing. Raise alike."""
    return _each(several, lambda cause: foresee(context, cause, since=since))


def _each(several: Sequence[int], do: Callable[[int], _Done]) -> tuple[list[_Done], list[str]]:
    done, refused = list[_Done](), list[Refused]()
    for cause in several:
        try:
            done.append(do(cause))
        except NoneLeft:
            continue
        except Refused as error:
            refused.append(error)
    if not done:
        raise refused[0] if refused else NoneLeft("no failed case is left that can be run again at once")
    return done, [str(error) for error in refused]


def stop(context: Context, cause: int, bulk: int, *, by: str) -> None:
    """Begin no more reruns of a bulk rerun. Those that are under way go on. Raise `Unknown`, or `Stale` at its end."""
    with context.database.write(urgent=True) as session:
        bulk_reruns.hold(session, bulk, team=context.team)
        row = bulk_reruns.get(session, bulk, team=context.team)
        if row is None or row.cause_id != cause:
            raise Unknown(f"there is no bulk rerun {bulk} of cause {cause}")
        if row.state not in ACTIVE or not _end(session, context, row, WhyStopped.PERSON, by=by):
            raise Stale("it has ended already; the card shows how")


def stop_active(context: Context, cause: int, *, by: str) -> None:
    """Stop the bulk rerun of a cause that goes on, or is to begin. Raise `Unknown`, `Refused` for none, or `Stale`."""
    with context.database.read() as session:
        newest = bulk_reruns.newest(session, cause, team=context.team)
    if newest is None or newest.state not in ACTIVE:
        raise Refused("none of its cases are being run again, and none are to be")
    stop(context, cause, newest.id, by=by)


def causes_of(context: Context, workflow: str, *, since: timedelta) -> list[int]:
    """Return the causes of a workflow that failed within a time until now. Raise `Unknown`."""
    known_workflow(context, workflow)
    begins = context.clock() - since
    with context.database.read() as session:
        found = causes.lines(
            session, team=context.team, workflows=[workflow], states=tuple(CauseState), limit=_MOST_CAUSES
        )
        return [line.cause.id for line in found if line.cause.last_at >= begins]


def is_any_active(context: Context) -> bool:
    """Tell whether a bulk rerun goes on by itself."""
    with context.database.read() as session:
        return bulk_reruns.is_any_active(session, team=context.team)


def sweep(context: Context) -> int:
    """Let each bulk rerun go on, and return the number of reruns that were begun and of bulk reruns that ended."""
    with context.database.read() as session:
        found = [row.id for row in bulk_reruns.active(session, team=context.team)]
    return sum(_go_on_apart(context, bulk) for bulk in found)


def progress_of(session: Session, row: schema.BulkRerun) -> Progress:
    """Return a bulk rerun as it stands."""
    numbers = bulk_reruns.run_counts(session, row.id, team=row.team_id)
    ends = bulk_reruns.ends(session, row.id, team=row.team_id, cause=row.cause_id)
    following = bulk_reruns.following(session, _choice(row), team=row.team_id, bulk=row.id, after=row.position, limit=1)
    return Progress(
        state=row.state,
        wave=row.wave,
        begun=row.begun,
        under_way=sum(numbers.get(state, 0) for state in UNDER_WAY),
        through=sum(numbers.get(state, 0) for state in THROUGH),
        again=ends.again,
        otherwise=ends.otherwise,
        is_any_left=bool(following),
    )


def _go_on_apart(context: Context, bulk: int) -> int:
    """Let a bulk rerun go on. Raise nothing but `Unavailable`: one of them keeps no other from going on."""
    try:
        return _go_on(context, bulk)
    except Unavailable:
        raise
    except Exception as error:  # the loop's edge: it is tried again with the next look
        log.error("bulk_rerun.failed", bulk=bulk, error=type(error).__name__, exc_info=error)
        return 0


def _go_on(context: Context, bulk: int) -> int:
    with context.database.read() as session:
        row = bulk_reruns.get(session, bulk, team=context.team)
        if row is None or row.state not in ACTIVE:
            return 0
        cause = causes.get(session, row.cause_id, team=context.team)
        assert cause is not None
        name = teams.workflow_name(session, cause.workflow_id, team=context.team)
        # Another process knows it, or will.
        if name not in context.registry:
            return 0
        if row.state is BulkState.PLANNED and not _is_time(session, context, row):
            return 0
        move = next_move(progress_of(session, row))
        pause = workflow_pauses.current(session, cause.workflow_id, team=context.team)
    if row.state is BulkState.PLANNED:
        return int(pause is None and _begin_planned(context, bulk))
    match move:
        case None:
            return 0
        case End(why=why):
            with context.database.write() as session:
                bulk_reruns.hold(session, bulk, team=context.team)
                now = bulk_reruns.get(session, bulk, team=context.team)
                assert now is not None
                is_as_before = (now.state, now.wave, now.position) == (row.state, row.wave, row.position)
                return int(is_as_before and _end(session, context, now, why, by=SYSTEM))
        case Begin():
            return _begin_wave(context, row, move) if pause is None else 0


def _is_time(session: Session, context: Context, row: schema.BulkRerun) -> bool:
    """Tell whether a planned bulk rerun is to begin."""
    if row.planned_for is None or row.planned_for <= context.clock():
        return True
    return row.waits_for is not None and is_well(session, context, row.waits_for)


def _begin_planned(context: Context, bulk: int) -> bool:
    """Begin a planned bulk rerun with all that stands stopped now; False where another process did, or it was stopped.

    Where nothing is left, it ends.
    """
    with context.database.write() as session:
        bulk_reruns.hold(session, bulk, team=context.team)
        row = bulk_reruns.get(session, bulk, team=context.team)
        assert row is not None
        if row.state is not BulkState.PLANNED:
            return False
        cause, workflow = _found(session, context, row.cause_id)
        foreseen, at = plan_of(session, context, cause, workflow), context.clock()
        if not foreseen.total:
            return _end(session, context, row, WhyStopped.NONE_LEFT, by=SYSTEM)
        # Cases that failed since it was planned are run again too.
        now = {
            "state": BulkState.TRIAL,
            "total": foreseen.total,
            "began_at": at,
            "changed_by": SYSTEM,
            "changed_at": at,
        }
        if not bulk_reruns.change(session, row, **now):
            return False
        _record(session, context, cause.id, "rerun_all", bulk=bulk, by=SYSTEM, more={"cases": foreseen.total})
        counting.show(session, cause.id, team=context.team, at=at)
        return True


def _begin_wave(context: Context, row: schema.BulkRerun, wave: Begin) -> int:
    """Begin the reruns of a wave, one after the other, and return their number.

    Where another process is at it too, this one leaves it to it.
    """
    with context.database.write() as session:
        now = bulk_reruns.get(session, row.id, team=context.team)
        assert now is not None
        if (now.state, now.wave, now.position) != (row.state, row.wave, row.position):
            return 0
        if not bulk_reruns.change(session, now, state=wave.state, wave=wave.wave, changed_at=context.clock()):
            return 0
    position, begun = row.position, 0
    for _ in range(wave.number):
        came_to = _begin_next(context, row.id, wave, position)
        if came_to is None:
            break
        position = came_to
        begun += 1
    return begun


def _begin_next(context: Context, bulk: int, wave: Begin, position: int) -> int | None:
    """Come to the next stopped run, run its case again or leave it, and return it; None where there is no more to do.

    `position`: the run before.
    """
    with context.database.write() as session:
        row = bulk_reruns.get(session, bulk, team=context.team)
        assert row is not None
        if (row.state, row.wave, row.position) != (wave.state, wave.wave, position):
            return None
        found = bulk_reruns.following(session, _choice(row), team=context.team, bulk=bulk, after=position, limit=1)
        if not found:
            return None
        run = found[0]
        # A pause and this wait for each other; its row is locked before any other.
        if workflow_pauses.current(session, run.workflow_id, team=context.team, held=True) is not None:
            return None
        if not bulk_reruns.change(session, row, position=run.id):
            return None
        if _rerun(session, context, row, run):
            bulk_reruns.change(session, row, begun=row.begun + 1)
        else:
            bulk_reruns.change(session, row, left_out=row.left_out + 1)
        return run.id


def _rerun(session: Session, context: Context, bulk: schema.BulkRerun, run: schema.Run) -> bool:
    """Run the case of a stopped run again; False where that is left to a person, or somebody just did it."""
    newest = runs.newest(session, run.case_id, team=context.team)
    if newest is None or newest.id != run.id or newest.state not in AGAIN:
        return False
    workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id, team=context.team))
    delivery = deliveries.of_run(session, run.id, team=context.team)
    if delivery is not None and delivery.maybe_applied and not is_keyed(workflow, run):
        # It may have been made, and its target would not know the key again: a person looks at each of these.
        return False
    try:
        reruns.rerun_within(session, context, run.case_id, by=bulk.began_by, bulk_id=bulk.id)
    except Refused:
        return False
    return True


def _end(session: Session, context: Context, row: schema.BulkRerun, why: WhyStopped | None, *, by: str) -> bool:
    """End a bulk rerun; False where it moved since it was read. Whoever began it is told, where no person ended it."""
    at, to = context.clock(), BulkState.DONE if why is None else BulkState.STOPPED
    if not bulk_reruns.change(session, row, state=to, why_stopped=why, changed_by=by, changed_at=at):
        return False
    what = "rerun_done" if why is None else "rerun_stopped"
    _record(session, context, row.cause_id, what, bulk=row.id, by=by, more={"why": why, "begun": row.begun})
    counting.show(session, row.cause_id, team=context.team, at=at)
    if by == SYSTEM:
        counting.tell(session, row.cause_id, team=context.team, occasion=RERUN, time=row.id, at=at)
    return True


def _found(session: Session, context: Context, cause: int) -> tuple[schema.Cause, AnyWorkflow]:
    row = causes.get(session, cause, team=context.team)
    if row is None:
        raise Unknown(f"there is no cause {cause}")
    return row, known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))


def _refuse_where_it_cannot_be(
    session: Session, context: Context, cause: schema.Cause, workflow: AnyWorkflow, *, held: bool = False
) -> None:
    """Raise `Refused` while the workflow is paused. `held`: it is not paused until the transaction ends."""
    pause = workflow_pauses.current(session, cause.workflow_id, team=context.team, held=held)
    if pause is not None:
        raise Refused(f"{workflow.name} is paused ({pause.reason}); resume it first")


def _refuse_second(before: schema.BulkRerun | None) -> None:
    if before is not None and before.state is BulkState.PLANNED:
        assert before.planned_for is not None
        at = f"at {before.planned_for:%H:%M} UTC"
        when = at if before.waits_for is None else f"once {before.waits_for} is well, or {at}"
        raise Refused(
            f"a rerun of its cases begins by itself {when}: stop that first, on its card or with rerun cause CAUSE stop"
        )
    if before is not None and before.state in ACTIVE:
        raise Refused(f"its cases are being run again already: {before.begun:,} of {before.total:,} so far")


def _begins(context: Context, since: timedelta | None) -> datetime | None:
    return context.clock() - since if since is not None else None


def _choice(row: schema.BulkRerun) -> Choice:
    return Choice(cause=row.cause_id, states=AGAIN, since=row.since, until=row.began_at)


def _from_step(cause: schema.Cause, kind: bulk_reruns.RunKind) -> str:
    """Return the step from which runs of a kind go on, as `reruns` finds it for each."""
    if kind.state is RunState.PARKED:
        return DELIVER if kind.is_resolved else START
    return START if cause.step == PROPOSE else cause.step


def _record(
    session: Session, context: Context, cause: int, what: str, *, bulk: int, by: str, more: dict[str, str | int | None]
) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=f"cause.{what}",
        subject=SubjectKind.CAUSE.of(cause),
        case=None,
        details={"bulk": bulk, **more},
    )
