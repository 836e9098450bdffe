"""Causes of failures, as people read them: a list, and one with all that its card shows."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import bulk_reruns, causes, contents, target_outages, workflow_pauses
from store.cases.causes import UNDER_WAY, StoppedRun
from store.governance import teams
from store.sources import follow_ups
from store.states import CauseState, RunState
from workflows.engine.case.lookup import key_in_channel
from workflows.engine.causes.advice import advice
from workflows.engine.causes.counting import AGAIN, HOUR, THROUGH
from workflows.engine.causes.fingerprint import LENGTH, NAME
from workflows.engine.context import SYSTEM, Context
from workflows.engine.errors import Refused, Unknown
from workflows.engine.health.systems import is_well
from workflows.engine.read.cause_views import AllAgain, BulkView, CauseLineView, CauseView, Example
from workflows.engine.review.rerun.bulk_reruns import plan_of, progress_of
from workflows.engine.review.rerun.bulk_rules import WhyStopped

HOURS = 24
"""Hours of the trend."""
EXAMPLES = 3
_NAME = re.compile(f"[0-9a-f]{{4,{LENGTH}}}")


def state_called(name: str) -> CauseState:
    """Return the state of a cause with this name. Raise `Refused` where there is none."""
    if name not in list(CauseState):
        raise Refused(f"there is no state {name!r} of a cause; there are: {', '.join(CauseState)}")
    return CauseState(name)


def cause_lines(
    context: Context,
    *,
    workflows: Collection[str] | None,
    states: Collection[CauseState] = tuple(CauseState),
    limit: int,
) -> list[CauseLineView]:
    """Return causes, the one that failed last first. `workflows`: only of these; None: of all."""
    with context.database.read() as session:
        found = causes.lines(session, team=context.team, workflows=workflows, states=states, limit=limit)
        return [_line(one.cause, one.workflow) for one in found]


def cause_named(context: Context, name: str) -> int:
    """Return the cause with this name: its fingerprint, or the beginning of it. Raise `Unknown` or `Refused`."""
    begins = name.strip().lower()
    if not _NAME.fullmatch(begins):
        raise Refused(f"{name!r} names no cause: a name has at least 4 of the digits 0-9 and a-f; `causes` lists them")
    with context.database.read() as session:
        found = causes.named(session, begins, team=context.team, limit=2)
    if not found:
        raise Unknown(f"there is no cause {begins}")
    if len(found) > 1:
        raise Refused(f"{begins} may mean {found[0].fingerprint} or {found[1].fingerprint}: give more of it")
    return found[0].id


def cause_view(context: Context, cause: int) -> CauseView:
    """Return a cause with all that its card shows. Raise `Unknown`."""
    with context.database.read() as session:
        row = causes.get(session, cause, team=context.team)
        if row is None:
            raise Unknown(f"there is no cause {cause}")
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        numbers = causes.run_counts(session, cause, team=context.team, through=THROUGH, since=row.opened_at)
        stopped = _stopped(session, context, cause)
        unmade = follow_ups.failed_for(session, cause, team=context.team, limit=EXAMPLES)
        inputs = contents.bodies(session, [one.input_id for one in stopped], team=context.team)
        last_hour = context.clock().replace(minute=0, second=0, microsecond=0)
        first_hour = last_hour - (HOURS - 1) * HOUR
        by_hour = causes.hours(session, cause, team=context.team, since=first_hour)
        down = target_outages.of_target(session, row.dependency, team=context.team) if row.dependency else None
        is_in_trouble = row.dependency is not None and not is_well(session, context, row.dependency)
        workflow = context.registry.get(name) if name in context.registry else None
        plan = plan_of(session, context, row, workflow) if workflow is not None else None
        newest = bulk_reruns.newest(session, cause, team=context.team)
        is_paused = workflow_pauses.current(session, row.workflow_id, team=context.team) is not None
        bulk = _bulk(session, newest, is_paused=is_paused) if newest and newest.began_at >= row.opened_at else None
    again = [one for one in stopped if one.state in AGAIN]
    return CauseView(
        generation=context.restores.number,
        cause=row.id,
        version=row.version,
        line=_line(row, name),
        owner=workflow.owner if workflow is not None else None,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        is_by_itself=row.resolved_by == SYSTEM,
        ignored_until=row.ignored_until,
        ignored_count=max(row.ignored_count - row.count, 0) if row.ignored_count is not None else None,
        ignored_rate=row.ignored_rate,
        follow_ups=[one.case_id for one in unmade],
        follow_ups_failed=follow_ups.count_failed(session, cause, team=context.team) if unmade else 0,
        hours=[by_hour.get(first_hour + place * HOUR, 0) for place in range(HOURS)],
        last_hour=last_hour,
        examples=[
            # The author's code is called outside the transaction.
            Example(
                run=one.run, case=one.case, key=key_in_channel(workflow, inputs[one.input_id], one.key), state=one.state
            )
            for one in stopped
        ],
        next_run=again[0].run if again and workflow is not None else None,
        failed=sum(numbers.get(state, 0) for state in AGAIN),
        in_doubt=numbers.get(RunState.DOUBTFUL, 0),
        under_way=sum(numbers.get(state, 0) for state in UNDER_WAY),
        through=sum(numbers.get(state, 0) for state in THROUGH),
        down_since=down.began_at if down is not None else None,
        is_in_trouble=is_in_trouble,
        bulk=bulk,
        last_bulk=newest.id if newest is not None else 0,
        all_again=AllAgain(total=plan.total, delivers_only=plan.delivers_only, proposes=plan.proposes, cost=plan.cost)
        if plan is not None
        else None,
    )


def _bulk(session: Session, row: schema.BulkRerun, *, is_paused: bool) -> BulkView:
    now = progress_of(session, row)
    return BulkView(
        bulk=row.id,
        state=row.state,
        why_stopped=WhyStopped(row.why_stopped) if row.why_stopped is not None else None,
        total=row.total,
        begun=row.begun,
        left_out=row.left_out,
        under_way=now.under_way,
        through=now.through,
        again=now.again,
        otherwise=now.otherwise,
        began_by=row.began_by,
        began_at=row.began_at,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        is_paused=is_paused,
        planned_for=row.planned_for,
        waits_for=row.waits_for,
    )


def _stopped(session: Session, context: Context, cause: int) -> Sequence[StoppedRun]:
    """Return the oldest runs that stand stopped, those first that can be run again at once."""
    found = list[StoppedRun]()
    for state in (*AGAIN, RunState.DOUBTFUL):
        left = EXAMPLES - len(found)
        if left:
            found += causes.stopped(session, cause, team=context.team, state=state, limit=left)
    return found


def _line(row: schema.Cause, workflow: str) -> CauseLineView:
    return CauseLineView(
        name=row.fingerprint[:NAME],
        fingerprint=row.fingerprint,
        workflow=workflow,
        step=row.step,
        error=row.error,
        dependency=row.dependency,
        message=row.message,
        state=row.state,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        cost=row.cost,
        failed_in=row.failed_in,
        resolved_in=row.resolved_in,
        went_through=row.went_through,
        came_back=row.came_back,
        advice=advice(row.error, through=row.went_through, back=row.came_back),
    )
