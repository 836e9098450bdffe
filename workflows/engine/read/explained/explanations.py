"""The explanation of a case: its whole way, from the input to the delivery, with what each turn rests on."""

import json
from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, JsonValue

from store.cases import contents, runs
from workflows.engine.case.lookup import case_text, one_line_of
from workflows.engine.case.source.answers import answers_body
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.read.explained.chains import chain_view
from workflows.engine.read.explained.document_lines import document_lines
from workflows.engine.read.explained.explanation_views import ExplanationView, ValueLine
from workflows.engine.read.history import case_view
from workflows.engine.read.views import ProposalView, ReviewView
from workflows.engine.review.form.forms import entries_of
from workflows.engine.text.canonical_json import canonical
from workflows.labels import label_of


def explanation_view(context: Context, case: int) -> ExplanationView:
    """Return the explanation of a case. Raise `Unknown`."""
    view = case_view(context, case)
    name, newest = view.workflow, view.newest
    workflow: AnyWorkflow | None = context.registry.get(name) if name in context.registry else None
    proposal = next((run.proposal for run in reversed(view.runs) if run.proposal is not None), None)
    review = next((run.review for run in reversed(view.runs) if run.review is not None), None)
    body: str | None = json.dumps(newest.input)
    answers: str | None = None
    if workflow is not None:
        with context.database.read() as session:
            kept = runs.get(session, newest.id, team=context.team)
            if kept is not None:
                body, answers = contents.body(session, kept.input_id, team=context.team), answers_body(session, kept)
    documents = document_lines(workflow, body, answers=answers) if workflow is not None and body is not None else []
    # The author's code is called outside the transaction.
    text = case_text(workflow, body) if workflow is not None and body is not None else ""
    steps = [step for run in view.runs for step in run.steps if not step.recalled]
    return ExplanationView(
        case=view,
        decision=workflow.decision if workflow is not None else "",
        about=one_line_of(text, view.key),
        input={
            label_of(workflow.input, name) if workflow is not None else name: value
            for name, value in _written(workflow.input if workflow is not None else None, newest.input).items()
        },
        proposal=proposal,
        review=review,
        values=_values(workflow.output if workflow is not None else None, proposal, _decided(review)),
        cost=sum((step.cost for step in steps), Decimal(0)),
        milliseconds=sum(step.milliseconds for step in steps),
        chain=chain_view(context, case),
        documents=documents,
    )


def _decided(review: ReviewView | None) -> Mapping[str, JsonValue]:
    """Return the values of the decision that stands; none where nobody decided."""
    made = review.decisions if review is not None else []
    stands = [one.output for one in made if one.output is not None and one.revoked_at is None and not one.confirms]
    return stands[-1] if stands else {}


def _values(
    form: type[BaseModel] | None, proposal: ProposalView | None, decided: Mapping[str, JsonValue]
) -> list[ValueLine]:
    if proposal is None:
        return []
    proposed, kept = _written(form, proposal.output), _written(form, decided)
    return [
        ValueLine(
            label=label_of(form, name) if form is not None else name,
            proposed=value,
            confidence=proposal.confidence.get(name),
            decided=kept[name] if name in kept and kept[name] != value else None,
        )
        for name, value in proposed.items()
    ]


def _written(form: type[BaseModel] | None, values: Mapping[str, JsonValue]) -> Mapping[str, str]:
    """Return values by the names of their fields, as people write them where their form is known."""
    if form is None:
        return {name: value if isinstance(value, str) else canonical(value) for name, value in values.items()}
    return {name: text for name, text in entries_of(form, values).items() if name in values}
