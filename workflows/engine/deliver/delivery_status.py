"""The status of a delivery, as people read it: made, waiting for a target, not confirmed."""

import json
from dataclasses import replace

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, deliveries, runs, target_outages, waiting_runs, workflow_pauses
from store.governance import teams
from store.states import DeliveryState, Resolution, RunState
from workflows.engine.case.kept_content import REMOVED, kept_problem, shown_text
from workflows.engine.case.lookup import key_in_channel
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.holds import Held
from workflows.engine.deliver.targets import is_keyed
from workflows.engine.deliver.views import DeliveryView, LateView, TargetView
from workflows.engine.errors import Unknown


def delivery_of(session: Session, context: Context, run: schema.Run) -> DeliveryView | None:
    """Return the delivery that a run last attempted; None where it has nothing to deliver."""
    row = deliveries.of_run(session, run.id, team=context.team)
    if row is None:
        return None
    waits = row.state == DeliveryState.WAITING
    outage = None
    if waits and row.target is not None:
        outage = target_outages.of_target(session, row.target, team=row.team_id)
    return DeliveryView(
        id=row.id,
        key=row.key,
        kind=row.kind,
        state=row.state,
        attempts=row.attempts,
        receipt=shown_text(session, row.receipt_id, team=context.team),
        maybe_applied=row.maybe_applied,
        keyed=is_keyed_here(session, context, run),
        target=row.target,
        waiting_since=row.waiting_since if waits else None,
        next_at=(outage.next_at if outage is not None else row.next_at) if waits else None,
        down_since=outage.began_at if outage is not None else None,
    )


def is_keyed_here(session: Session, context: Context, run: schema.Run) -> bool:
    """Tell whether the target of a run knows our key, as far as this process knows its workflow."""
    name = teams.workflow_name(session, run.workflow_id, team=context.team)
    workflow: AnyWorkflow | None = context.registry.get(name) if name in context.registry else None
    return workflow is not None and is_keyed(workflow, run)


def held_of(session: Session, run: schema.Run, delivery: DeliveryView | None) -> Held | None:
    """Return why a run's delivery is held; None where it is not."""
    if run.state != RunState.HOLDING:
        return None
    if run.held_until is not None:
        return Held.ANNOUNCED if run.resolution == Resolution.ALONE else Held.GRACE
    pause = workflow_pauses.current(session, run.workflow_id, team=run.team_id)
    if pause is not None and pause.holds_deliveries:
        return Held.PAUSED
    return Held.DOWN if delivery is not None and delivery.state == DeliveryState.WAITING else Held.BEHIND


def target_view(context: Context, outage: int) -> TargetView:
    """Return the view of a target's outage. Raise `Unknown`."""
    with context.database.read() as session:
        row = target_outages.get(session, outage, team=context.team)
        if row is None:
            raise Unknown(f"there is no outage {outage} of a target")
        problem = contents.body(session, row.problem_id, team=context.team)
        number = waiting_runs.count(session, row.target, team=context.team)
        probe = runs.get(session, row.probe_run, team=context.team) if row.probe_run is not None else None
        trying = probe is not None and probe.state in (RunState.READY, RunState.RUNNING, RunState.DELIVERING)
        return TargetView(
            target=row.target,
            reason=str(json.loads(problem)["message"]) if problem is not None else REMOVED,
            began_at=row.began_at,
            ended_at=row.ended_at,
            # The delivery that probes the target is not among those that wait at that moment.
            waiting=number + trying if row.ended_at is None else row.waited or 0,
            next_at=row.next_at,
        )


def late_view(context: Context, run: int) -> LateView:
    """Return the view of a delivery that keeps failing. Raise `Unknown`."""
    with context.database.read() as session:
        row = runs.get(session, run, team=context.team)
        case = cases.get(session, row.case_id, team=context.team) if row is not None else None
        if row is None or case is None:
            raise Unknown(f"there is no run {run}")
        delivery = delivery_of(session, context, row)
        problem = kept_problem(session, row) or {}
        view = LateView(
            case=case.id,
            key=case.key,
            workflow=teams.workflow_name(session, row.workflow_id, team=context.team),
            target=delivery.target if delivery is not None else None,
            attempts=delivery.attempts if delivery is not None else 0,
            reason=str(problem.get("message", "")),
            not_confirmed=delivery is not None and delivery.not_confirmed,
            waiting_since=delivery.waiting_since if delivery is not None else None,
            next_at=delivery.next_at if delivery is not None else None,
        )
        body = contents.body(session, row.input_id, team=context.team)
    # The author's code is called outside the transaction.
    known = context.registry.get(view.workflow) if view.workflow in context.registry else None
    return replace(view, key=key_in_channel(known, body, view.key))


def targets_down(context: Context) -> list[TargetView]:
    """Return the targets that are down."""
    with context.database.read() as session:
        found = [row.id for row in target_outages.all_open(session, team=context.team)]
    return [target_view(context, outage) for outage in found]


def waiting_deliveries(context: Context) -> list[waiting_runs.Waiting]:
    """Return the numbers of deliveries that wait for a target, by target and workflow."""
    with context.database.read() as session:
        return waiting_runs.by_target(session, team=context.team)
