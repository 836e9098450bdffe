"""Reads what a person is asked about a delivery of which nobody knows whether it happened."""

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from store import audit, cases, contents, deliveries, runs, schema, teams
from workflows.engine.cards import case_text, known_workflow, one_line_of
from workflows.engine.context import Context
from workflows.engine.delivering import REJECTION, SETTLED
from workflows.engine.errors import Unknown
from workflows.engine.form_fields import form_of
from workflows.engine.forms import entries_of
from workflows.engine.registry import AnyWorkflow
from workflows.engine.states import DeliveryState, RunState
from workflows.engine.views import DoubtView


def doubt_view(context: Context, delivery: int) -> DoubtView:
    """What is known of a delivery that was in doubt. Raise `Unknown`."""
    with context.database.read() as session:
        row = deliveries.get(session, delivery)
        if row is None or row.team_id != context.team:
            raise Unknown(f"there is no delivery {delivery}")
        run, case = runs.get(session, row.run_id), cases.get(session, row.case_id)
        assert run is not None
        assert case is not None
        workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id))
        input, values = contents.body(session, run.input_id), _values(session, workflow, row)
        receipt = _receipt(session, row)
        problem = _json(session, run.problem_id)
        settled = audit.last(session, subject=f"delivery:{row.id}", action=SETTLED)
        newest = runs.newest(session, row.case_id)
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
        why=str(problem["message"]) if isinstance(problem, dict) else None,
        since=row.changed_at,
        settled_by=settled.actor if settled is not None else None,
        settled_at=settled.at if settled is not None else None,
        run_state=run.state,
        can_be_delivered=row.state == DeliveryState.FAILED
        and run.state == RunState.FAILED
        and newest is not None
        and newest.id == run.id,
        receipt=receipt,
    )


def _values(session: Session, workflow: AnyWorkflow, row: schema.Delivery) -> Mapping[str, str]:
    body = json.loads(contents.body(session, row.output_id))
    if row.kind == REJECTION:
        return {"Reason": str(body)}
    entries = entries_of(workflow.output, body)
    return {field.label: entries[field.name] for field in form_of(workflow.output) if entries.get(field.name)}


def _receipt(session: Session, row: schema.Delivery) -> str | None:
    receipt = _json(session, row.receipt_id)
    return str(receipt) if receipt is not None else None


def _json(session: Session, content: int | None) -> object:
    return None if content is None else json.loads(contents.body(session, content))
