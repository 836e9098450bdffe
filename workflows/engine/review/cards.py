"""The read models of cards: a review, its case, the proposal, the decision and its delivery."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, runs
from store.cases.review import alike, assignments, reviews
from store.cases.review.reviews import ReviewLine
from store.cases.turns import Turns, count
from store.cases.turns import lines as lines_of
from store.governance import teams
from store.states import Resolution, ReviewState, RunState
from workflows.engine.case.doubtful_fields import doubtful
from workflows.engine.case.kept_content import REMOVED, kept_body, kept_problem, shown_text
from workflows.engine.case.lookup import case_text, kept_json, key_in_channel, known_workflow, one_line_of
from workflows.engine.case.source.answers import answers_body
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.sameness import differing
from workflows.engine.deliver.delivery_status import delivery_of, held_of
from workflows.engine.errors import ContentRemoved, Unknown
from workflows.engine.reasons import Code, asked_for, floor_missed, from_json, model_said, rules_in
from workflows.engine.review import claims
from workflows.engine.review.assignment.absences import away_now
from workflows.engine.review.assignment.assignments import assignee_of
from workflows.engine.review.blind import hides
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.hiding import hidden_of, pages_in_channel, waiting_in_channel
from workflows.engine.review.made_from import made_from
from workflows.engine.review.pages.documents import documents_of
from workflows.engine.review.past_cases import kept_of, past_views
from workflows.engine.review.second_proposals import why_none
from workflows.engine.review.seconds import second_view
from workflows.engine.review.source import questions
from workflows.engine.review.standing import DECIDABLE, standing
from workflows.engine.review.views import (
    CardView,
    DecisionView,
    FailureView,
    PlaceView,
    Unseen,
    ValueView,
    WaitingReview,
    WaitingView,
)
from workflows.engine.review.waiting.escalations import escalation_view
from workflows.engine.review.wrong.report_views import report_views
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import Field, Kind, form_of


def card_view(context: Context, review: int, *, decided_at: int | None = None) -> CardView:
    """Return the present contents of a review's card. Raise `Unknown` for an unknown review or workflow, or
    `ContentRemoved`.

    `decided_at`: the version whose decision is shown; None: the last one.
    """
    with context.database.read() as session:
        row = reviews.get(session, review, team=context.team)
        if row is None:
            raise Unknown(f"there is no review {review}")
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        case, run = cases.get(session, row.case_id, team=context.team), runs.get(session, row.run_id, team=context.team)
        assert case is not None
        assert run is not None
        input = kept_body(session, run.input_id, team=context.team)
        answers = answers_body(session, run)
        reasons = from_json(kept_body(session, row.reasons_id, team=context.team))
        at = context.clock()
        proposal = _proposal(session, row, run, at=at)
        decided = _decisions(session, row, decided_at)
        decision = decided[0] if decided else None
        if any(one.removed for one in decided):
            raise ContentRemoved(case=case.id, at=case.erased_at)
        carrying = _carrying_out(session, row)
        problem = kept_problem(session, carrying)
        delivery = delivery_of(session, context, carrying)
        held = held_of(session, carrying, delivery)
        reports = report_views(session, run.id, team=context.team)
        delivered = _delivered(session, run)
        asked = questions.of_case(session, case.id, team=context.team)
        corrected = runs.was_corrected(session, case.id, team=context.team, revision=run.revision, after=run.correction)
        can_ask = not run.correction and (workflow.source_effect is not None or _has_source(session, run))
        like = alike.count(session, team=context.team, workflow=row.workflow_id, alike=row.alike) if row.alike else None
        is_in_hand = claims.is_in_hand(row.claimed_at, at=at)
        assignee = assignee_of(row)
        past = kept_of(session, proposal.get("recalled", ()), team=context.team)
        origin = made_from(session, context, run) if run.origin_id is not None else None
        absence = away_now(session, team=context.team, at=at, among=[assignee]).get(assignee) if assignee else None
    # The author's code is called outside the transaction.
    text = case_text(workflow, input)
    # What is deployed never changes, so that a process reads it once.
    used = context.version_of(workflow, run.deployment_id) if run.deployment_id is not None else None
    # It is still hidden where it is not in the proposal that was read.
    unseen, answer = proposal.get("unseen"), decision.output if decision is not None else None
    # What a person decided before, or entered to put it right, has no confidences.
    is_its = bool(proposal.get("confidence")) and "source" not in proposal and not run.correction
    return CardView(
        generation=context.restores.number,
        review=row.id,
        version=row.version,
        state=row.state,
        case=case.id,
        key=case.key,
        workflow=workflow.name,
        question=workflow.decision,
        may=workflow.may_in_words,
        subject=one_line_of(text, case.key),
        text=text,
        values=_values(workflow, proposal, decision, delivered, missed=floor_missed(reasons)),
        has_proposal=row.proposal_id is not None,
        same_again=any(reason.code == Code.SAME_AGAIN for reason in reasons),
        has_another=not row.blind and why_none(reasons, proposal) is None,
        left_over=_left_over(workflow, proposal.get("output", {})),
        model=proposal.get("model"),
        source=proposal.get("source"),
        sample=proposal.get("sample", False),
        deployed=used.number if used is not None and is_its else None,
        model_says=proposal.get("reasons", []),
        why=asked_for(reasons),
        model_said=model_said(reasons),
        nevers=rules_in(reasons),
        claimed_by=row.claimed_by if is_in_hand else None,
        claimed_at=row.claimed_at if is_in_hand else None,
        opened_at=row.opened_at,
        answer_by=row.answer_by,
        decision=decision,
        can_ask=can_ask,
        questions=asked,
        run=carrying.id,
        run_state=carrying.state,
        problem=str(problem["message"]) if problem is not None else None,
        delivery=delivery,
        held=held,
        correction=run.correction > 0,
        revised=case.revision > run.revision,
        corrected=corrected,
        hidden=hidden_of(workflow, input),
        held_until=run.held_until,
        seconds=decided[1:],
        second=second_view(workflow, row.second, row.second_error),
        reports=reports,
        alike=like,
        reported=any(reason.code == Code.REPORTED for reason in reasons),
        overdue=row.state in DECIDABLE and row.answer_by is not None and row.answer_by <= at,
        escalation=escalation_view(row),
        assignee=assignee,
        assignee_away_until=absence.until if absence is not None else None,
        assignments=row.assignments,
        made_from=origin.in_channel(context) if origin is not None else None,
        can_escalate=bool(workflow.review.escalate_to) and row.state == ReviewState.OPEN and row.escalated_at is None,
        documents=documents_of(workflow, input, answers=answers),
        keeps_pages=not pages_in_channel(workflow),
        past=past_views(workflow, proposal.get("recalled", ()), past),
        blind=row.blind,
        unseen=Unseen(differs=tuple(differing(workflow, unseen, answer)) if answer is not None else None)
        if unseen is not None
        else None,
    )


def place_of(context: Context, review: int) -> PlaceView:
    """Return the case and the workflow of a review. Raise `Unknown` for an unknown review or workflow."""
    with context.database.read() as session:
        place = reviews.place_of(session, review, team=context.team)
    if place is None:
        raise Unknown(f"there is no review {review}")
    known_workflow(context, place.workflow)
    return PlaceView(case=place.case, workflow=place.workflow, second=place.second)


def place_of_case(context: Context, case: int) -> PlaceView:
    """Return the place of a case: the case and its workflow. Raise `Unknown` for an unknown case or workflow."""
    with context.database.read() as session:
        row = cases.get(session, case, team=context.team)
        if row is None:
            raise Unknown(f"there is no case {case}")
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
    known_workflow(context, name)
    return PlaceView(case=case, workflow=name)


def waiting_in(context: Context, turns: Turns, *, first: int, limit: int) -> WaitingView:
    """Return a page of the reviews in which it is a person's turn, the earliest deadline first.

    What is assigned to that person comes before the others.
    """
    with context.database.read() as session:
        team = context.team
        total = count(session, turns, team=team)
        own_first = assignments.has_any(session, turns.by, team=team)
        lines = lines_of(session, turns, team=team, limit=limit, first=first, own_first=own_first)
        why = contents.bodies(session, [line.reasons_id for line in lines], team=team)
        inputs = {line.id: _input(session, line.run_id, team=team) for line in lines}
    # The author's code is called outside the transaction.
    return WaitingView(
        reviews=[_waiting(context, line, inputs[line.id], why[line.reasons_id], by=turns.by) for line in lines],
        first=first,
        total=total,
    )


def _waiting(context: Context, line: ReviewLine, input: str | None, reasons: str | None, *, by: str) -> WaitingReview:
    workflow = context.registry.get(line.workflow)
    view = WaitingReview(
        generation=context.restores.number,
        review=line.id,
        version=line.version,
        workflow=line.workflow,
        key=line.key,
        subject=_subject(workflow, input, line.key),
        why=next(iter(from_json(reasons)), None) if reasons is not None else None,
        answer_by=line.answer_by,
        is_theirs=line.assignee == by,
        awaits_second=line.state == ReviewState.AWAITING_SECOND,
    )
    return waiting_in_channel(view, workflow, input) if input is not None else view


def failure_view(context: Context, run: int) -> FailureView:
    """Return why a run stopped. Raise `Unknown`."""
    with context.database.read() as session:
        row = runs.get(session, run, team=context.team)
        case = cases.get(session, row.case_id, team=context.team) if row is not None else None
        if row is None or case is None:
            raise Unknown(f"there is no run {run}")
        problem, delivery = kept_problem(session, row) or {}, delivery_of(session, context, row)
        view = FailureView(
            run=row.id,
            case=case.id,
            key=case.key,
            workflow=teams.workflow_name(session, row.workflow_id, team=context.team),
            state=row.state,
            step=str(problem["step"]) if problem.get("step") else None,
            error=str(problem.get("type", "WorkerLost")),
            message=str(problem.get("message", "Countersign ended in the middle of the delivery")),
            not_confirmed=delivery is not None and delivery.not_confirmed,
            at=row.changed_at,
        )
        body = kept_body(session, row.input_id, team=context.team)
    # The author's code is called outside the transaction.
    known = context.registry.get(view.workflow) if view.workflow in context.registry else None
    return replace(view, key=key_in_channel(known, body, view.key))


def _has_source(session: Session, run: schema.Run) -> bool:
    """Tell whether the source of a run's case can be asked without an author's code."""
    return run.origin_id is not None and questions.askable(session, run.case_id, team=run.team_id) is not None


def _carrying_out(session: Session, review: schema.Review) -> schema.Run:
    """Return the run that carries out a review's decision: its own, or the newest that took the decision over."""
    for run in reversed(runs.of_case(session, review.case_id, team=review.team_id)):
        if run.id == review.run_id:
            return run
        if run.resolution not in (None, Resolution.ALONE):
            decided = reviews.decided_for(session, run.id, team=review.team_id)
            if decided is not None and decided.id == review.id:
                return run
    raise AssertionError(f"review {review.id} has no run")


def _proposal(
    session: Session, review: schema.Review, run: schema.Run, *, at: datetime
) -> dict[str, Any]:  # Any: each part has a form of its own
    if hides(review, run, at=at):
        return {}
    proposal = reviews.proposal_of(session, review.run_id, team=review.team_id)
    if proposal is None:
        return {}
    found: dict[str, Any] = kept_json(session, proposal.content_id, team=review.team_id)
    whose = {"model": found.get("model", proposal.model), "sample": proposal.sample}
    if review.proposal_id is not None:
        return found | whose
    if review.blind:
        return {"unseen": found["output"], "sample": proposal.sample}
    return {"rejected": found["output"], "sample": proposal.sample, "last": found.get("last", False)}


def decision_view(session: Session, decision: schema.Decision) -> DecisionView:
    """Return a decision with its values or its reason, as far as these were not removed."""
    output = contents.body(session, decision.output_id, team=decision.team_id) if decision.output_id else None
    reason = shown_text(session, decision.reason_id, team=decision.team_id)
    return DecisionView(
        kind=decision.kind,
        by=decision.by,
        at=decision.at,
        version=decision.version,
        interaction_id=decision.interaction_id,
        follows=decision.follows,
        reason=reason,
        output=json.loads(output) if output is not None else None,
        confirmed=decision.confirmed,
        confirms=decision.confirms,
        revoked_at=decision.revoked_at,
        revoked_by=decision.revoked_by,
        seconds=decision.seconds,
        unopened=decision.unopened,
        removed=reason == REMOVED or (decision.output_id is not None and output is None),
    )


def _decisions(session: Session, review: schema.Review, version: int | None) -> list[DecisionView]:
    """Return the last decision that stands, and those that confirm it; of a version, whatever became of it."""
    made = reviews.decisions(session, review.id, team=review.team_id)
    found = standing(made) if version is None else [one for one in made if one.version == version]
    return [decision_view(session, decision) for decision in found]


def _delivered(session: Session, run: schema.Run) -> Mapping[str, JsonValue] | None:
    """Return the delivered values that a correction would replace; None where it is no correction."""
    parent = (
        runs.get(session, run.parent_id, team=run.team_id) if run.correction and run.parent_id is not None else None
    )
    while parent is not None and parent.state != RunState.DELIVERED:
        parent = runs.get(session, parent.parent_id, team=run.team_id) if parent.parent_id is not None else None
    found: Mapping[str, JsonValue] | None = (
        kept_json(session, parent.output_id, team=run.team_id) if parent is not None else None
    )
    return found


def _values(
    workflow: AnyWorkflow,
    proposal: Mapping[str, Any],
    decision: DecisionView | None,
    delivered: Mapping[str, JsonValue] | None,
    *,
    missed: float | None,
) -> Sequence[ValueView]:
    proposed = _entries(
        workflow, next((proposal[one] for one in ("output", "rejected", "unseen") if one in proposal), None)
    )
    decided = _entries(workflow, decision.output if decision is not None else None)
    before = _entries(workflow, delivered)
    confidence = proposal.get("confidence", {})
    look_at = doubtful(confidence, second=proposal.get("second", {}), autonomy=workflow.autonomy, missed=missed)
    return [
        ValueView(
            name=field.name,
            label=field.label,
            proposed=proposed.get(field.name),
            decided=decided.get(field.name),
            delivered=before.get(field.name),
            confidence=confidence.get(field.name),
            alternatives={
                other["value"]: other["probability"] for other in proposal.get("alternatives", {}).get(field.name, [])
            },
            evidence=proposal.get("evidence", {}).get(field.name),
            doubtful=field.name in look_at,
            columns=field.columns if field.kind is Kind.ROWS else (),
            is_nothing=_is_nothing(workflow, field, proposal.get("output", {})),
        )
        for field in form_of(workflow.output)
    ]


def _is_nothing(workflow: AnyWorkflow, field: Field, proposed: Mapping[str, JsonValue]) -> bool:
    """Tell whether a number is proposed as zero that is zero where nothing is said of it."""
    info = workflow.output.model_fields[field.name]
    if field.kind not in (Kind.AMOUNT, Kind.NUMBER, Kind.WHOLE) or info.is_required() or info.default_factory:
        return False
    try:
        return info.default == 0 and Decimal(str(proposed[field.name])) == 0
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return False


def _entries(workflow: AnyWorkflow, values: Mapping[str, JsonValue] | None) -> dict[str, str]:
    """Return the form's entries for these values, without the fields that are newer than the values."""
    if values is None:
        return {}
    return {name: entry for name, entry in entries_of(workflow.output, values).items() if name in values}


def _left_over(workflow: AnyWorkflow, values: Mapping[str, JsonValue]) -> dict[str, str]:
    known = workflow.output.model_fields
    left = {name: value for name, value in values.items() if name not in known}
    return {name: value if isinstance(value, str) else canonical(value) for name, value in left.items()}


def _input(session: Session, run: int, *, team: int) -> str | None:
    found = runs.get(session, run, team=team)
    assert found is not None
    return contents.body(session, found.input_id, team=team)


def _subject(workflow: AnyWorkflow, input: str | None, key: str) -> str:
    return one_line_of(case_text(workflow, input), key) if input is not None else REMOVED
