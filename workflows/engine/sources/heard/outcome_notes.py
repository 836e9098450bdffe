"""The outcome of a case, as the thread of the message that it came from may be told it.

Whoever sees that message need not have a right to the case: personal values are masked as in a channel, and nobody's
own words are repeated.
"""

import json
from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.cases import runs
from store.cases.review import reviews
from store.governance import teams
from store.states import CLOSING, Resolution, RunState
from workflows.engine.case.intake import Intake
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import known_workflow
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Unknown
from workflows.engine.review.cards import decision_view
from workflows.engine.review.decisions import AND_MORE
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.hiding import FREE, hidden_of, text_in_channel
from workflows.engine.review.standing import standing
from workflows.engine.review.views import DecisionView
from workflows.engine.sources.heard.views import OutcomeNote, TakenInNote
from workflows.engine.text.form_fields import form_of


def outcome_note(context: Context, run: int, about: Mapping[str, str]) -> OutcomeNote:
    """Return the outcome that a note tells of. `about`: as the note keeps it. Raise `Unknown` or `ContentRemoved`."""
    with context.database.read() as session:
        row = runs.get(session, run, team=context.team)
        if row is None:
            raise Unknown(f"there is no run {run}")
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        input = kept_body(session, row.input_id, team=context.team)
        state = RunState(about["state"])
        output = None
        if state is RunState.DELIVERED and row.output_id is not None and row.resolution not in CLOSING:
            output = kept_body(session, row.output_id, team=context.team)
        decision = _decision(session, row)
    # The author's code is called outside the transaction.
    return OutcomeNote(
        workflow=workflow.name,
        case=row.case_id,
        state=state,
        resolution=row.resolution,
        values=_values(workflow, input, output) if output is not None else {},
        is_by_person=decision is not None and row.resolution in _BY_A_PERSON,
        reason=_declared_reason(workflow, decision) if row.resolution is Resolution.REJECTED else None,
        is_correction=row.correction > 0,
    )


def taken_in_note(case: int, about: Mapping[str, str]) -> TakenInNote:
    """Return the news that a message is a case. `about`: as the note keeps it."""
    return TakenInNote(workflow=about["workflow"], case=case, is_revision=about["intake"] == Intake.REVISED)


_BY_A_PERSON = frozenset({Resolution.BY_PERSON, Resolution.REJECTED})


def _decision(session: Session, run: schema.Run) -> DecisionView | None:
    """Return the decision that stands for a run, of two persons the first one's; None where no person made one."""
    review = reviews.decided_for(session, run.id, team=run.team_id)
    made = standing(reviews.decisions(session, review.id, team=run.team_id)) if review is not None else []
    return decision_view(session, made[0]) if made else None


def _values(workflow: AnyWorkflow, input: str, output: str) -> Mapping[str, str]:
    """Return the delivered values by label, without those that a channel is not shown."""
    hidden = hidden_of(workflow, input, output)
    values: Mapping[str, JsonValue] = json.loads(output)
    texts = entries_of(workflow.output, values)
    return {
        field.label: text_in_channel(texts[field.name], hidden) if field.kind in FREE else texts[field.name]
        for field in form_of(workflow.output)
        if field.name in values and texts.get(field.name) and field.name not in hidden.fields
    }


def _declared_reason(workflow: AnyWorkflow, decision: DecisionView | None) -> str | None:
    """Return the declared reason that was chosen: what a person wrote beside it is not for all."""
    said = (decision.reason or "").split(AND_MORE)[0] if decision is not None else ""
    return said if said in workflow.review.reject_reasons else None
