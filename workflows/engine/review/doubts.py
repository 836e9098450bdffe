"""Doubts: it is unknown whether a delivery happened, until a person has looked."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, deliveries, runs
from store.governance import audit, teams
from store.states import CLOSING, DeliveryState, RunState
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.kept_content import kept_body, kept_problem
from workflows.engine.case.lookup import case_text, kept_json, known_workflow, one_line_of
from workflows.engine.case.source import follow_ups
from workflows.engine.case.transitions import NOTHING, Details, move_delivery, move_run
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.delivery import REJECTION, SETTLED, show_review
from workflows.engine.errors import Refused, Unknown
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.hiding import hidden_of
from workflows.engine.review.views import DoubtView
from workflows.engine.text.form_fields import form_of
from workflows.engine.text.salted_hash import Of, hash_to_keep


def settle(context: Context, case: int, *, happened: bool, by: str, key: str | None = None) -> RunState:
    """Record a person's finding whether a delivery happened, and return the run's new state. If not, it can be run
    again.

    `happened=False` is also possible for a failed delivery that may have happened; from then on other values may be
    sent under its key. `key`: names the delivery, needed where several are in doubt. Raise `Unknown`, or `Refused`
    where it is not in doubt.
    """
    with context.database.write(urgent=True) as session:
        cases.hold(session, case, team=context.team)
        newest = runs.newest(session, case, team=context.team)
        if newest is None:
            raise Unknown(f"there is no case {case}")
        open_ones = [row for row in deliveries.of_case(session, case, team=context.team) if _is_open(session, row)]
        if key is None and len(open_ones) > 1:
            keys = ", ".join(row.key for row in open_ones)
            raise Refused(f"several of its deliveries are in doubt; say which by its key: {keys}")
        delivery = next((row for row in open_ones if key in (None, row.key)), None)
        run = runs.get(session, delivery.run_id, team=context.team) if delivery is not None else None
        if delivery is None or run is None:
            raise Refused(f"its delivery is not in doubt; the case is {newest.state}")
        if delivery.state == DeliveryState.DOUBTFUL:
            to = _settle(session, run, delivery, happened=happened, by=by, context=context)
        elif happened:
            raise Refused("its target knows the key; run it again from deliver, and it is applied only once")
        else:
            deliveries.mark_maybe(session, team=context.team, delivery=delivery.id, state=delivery.state, maybe=False)
            to = RunState.FAILED
        audit.record(
            session,
            team=run.team_id,
            at=context.clock(),
            actor=by,
            action=SETTLED,
            subject=SubjectKind.DELIVERY.of(delivery.id),
            case=case,
            details={"happened": "yes" if happened else "no"},
        )
        workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id, team=context.team))
        if to is RunState.DELIVERED:
            follow_ups.note(session, run, workflow, at=context.clock())
        notices.doubt(session, delivery, workflow.review, at=context.clock())
        show_review(session, run, workflow, context=context)
        return to


def _is_open(session: Session, delivery: schema.Delivery) -> bool:
    """Tell whether it is unknown if a delivery happened."""
    if delivery.state == DeliveryState.DOUBTFUL:
        return True
    run = runs.get(session, delivery.run_id, team=delivery.team_id)
    return delivery.maybe_applied and run is not None and run.state == RunState.FAILED


def _settle(
    session: Session, run: schema.Run, delivery: schema.Delivery, *, happened: bool, by: str, context: Context
) -> RunState:
    at = context.clock()
    ended = RunState.CLOSED if run.resolution in CLOSING else RunState.DELIVERED
    to = ended if happened else RunState.FAILED
    found = DeliveryState.APPLIED if happened else DeliveryState.FAILED
    details = _proof(session, delivery) if happened else NOTHING
    moved = move_run(session, run, to, at=at, actor=by)
    if not moved or not move_delivery(session, delivery, found, at=at, actor=by, details=details, maybe_applied=False):
        raise Refused("somebody else has just settled it")
    return to


def _proof(session: Session, delivery: schema.Delivery) -> Details:
    """Return the hash of what was to be delivered: nobody knows what the target took, and there is no receipt."""
    body = contents.body(session, delivery.output_id, team=delivery.team_id)
    if body is None:
        return NOTHING
    of = Of.REASON if delivery.kind == REJECTION else Of.OUTPUT
    hashed = hash_to_keep(of, body, salt=cases.salt_of(session, delivery.case_id, team=delivery.team_id))
    return NOTHING if hashed is None else {"intended": hashed}


def doubt_view(context: Context, delivery: int) -> DoubtView:
    """Return what is known of a delivery that is or was in doubt. Raise `Unknown` or `ContentRemoved`."""
    with context.database.read() as session:
        row = deliveries.get(session, delivery, team=context.team)
        if row is None:
            raise Unknown(f"there is no delivery {delivery}")
        run, case = runs.get(session, row.run_id, team=context.team), cases.get(session, row.case_id, team=context.team)
        assert run is not None
        assert case is not None
        workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id, team=context.team))
        input, values = kept_body(session, run.input_id, team=context.team), _values(session, workflow, row)
        receipt = _receipt(session, row)
        problem = kept_problem(session, run)
        subject = SubjectKind.DELIVERY.of(row.id)
        settled = audit.last(session, team=context.team, subject=subject, action=SETTLED)
        newest = runs.newest(session, row.case_id, team=context.team)
    # The author's code is called outside the transaction.
    text = case_text(workflow, input)
    return DoubtView(
        generation=context.restores.number,
        delivery=row.id,
        attempt=row.attempts,
        key=row.key,
        state=row.state,
        case=case.id,
        case_key=case.key,
        workflow=workflow.name,
        subject=one_line_of(text, case.key),
        text=text,
        values=values,
        rejection=row.kind == REJECTION,
        why=str(problem["message"]) if problem is not None else None,
        since=row.changed_at,
        settled_by=settled.actor if settled is not None else None,
        settled_at=settled.at if settled is not None else None,
        run_state=run.state,
        can_be_delivered=row.state == DeliveryState.FAILED
        and run.state == RunState.FAILED
        and newest is not None
        and newest.id == run.id,
        receipt=receipt,
        hidden=hidden_of(workflow, input),
    )


def _values(session: Session, workflow: AnyWorkflow, row: schema.Delivery) -> Mapping[str, str]:
    body = kept_json(session, row.output_id, team=row.team_id)
    if row.kind == REJECTION:
        return {"Reason": str(body)}
    entries = entries_of(workflow.output, body)
    return {field.label: entries[field.name] for field in form_of(workflow.output) if entries.get(field.name)}


def _receipt(session: Session, row: schema.Delivery) -> str | None:
    receipt = kept_json(session, row.receipt_id, team=row.team_id)
    return str(receipt) if receipt is not None else None
