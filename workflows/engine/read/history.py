"""The history of a case, read in one read transaction for each question."""

import json
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, journal, runs
from store.cases.review import reviews
from store.governance import audit, teams
from store.model import requests
from store.states import ReviewState
from workflows.engine.case.lookup import cases_meant, kept_json
from workflows.engine.context import Context
from workflows.engine.deliver.delivery_status import delivery_of, held_of
from workflows.engine.errors import Refused, Unknown
from workflows.engine.propose.views import RequestView
from workflows.engine.read.views import AuditView, CaseView, OpenReview, ProposalView, ReviewView, RunView, StepView
from workflows.engine.reasons import asked_for, from_json, model_said
from workflows.engine.review.cards import decision_view
from workflows.engine.review.corrected.corrected_inputs import corrected_input, moves_of
from workflows.engine.review.source import questions
from workflows.engine.review.standing import DECIDABLE


def find_case(context: Context, reference: str, *, workflows: Collection[str] | None = None) -> int:
    """Return the id of the case that a person means: by its number, also as `#7`, or by its key.

    `workflows`: only cases of these workflows; None: of all. Raise `Unknown`, or `Refused` where several cases fit.
    """
    found = cases_meant(context, reference, workflows=workflows)
    if not found:
        raise Unknown(f"there is no case {reference!r}; `countersign cases` lists them")
    if len(found) > 1:
        # In quotes, since a shell takes a bare # for a comment.
        named = " or ".join(f"case {case} ('#{case}')" for case in found)
        raise Refused(f"{reference!r} may mean {named}; name it by its number, with the #")
    return found[0]


def case_view(context: Context, case: int) -> CaseView:
    """Return all that is known of a case. Raise `Unknown`."""
    with context.database.read() as session:
        row = cases.get(session, case, team=context.team)
        if row is None:
            raise Unknown(f"there is no case {case}")
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        workflow = context.registry.get(name) if name in context.registry else None
        trail, all_runs = (
            audit.of_case(session, case, team=context.team),
            runs.of_case(session, case, team=context.team),
        )
        return CaseView(
            generation=context.restores.number,
            id=row.id,
            key=row.key,
            workflow=name,
            revision=row.revision,
            source=row.source,
            received_at=row.received_at,
            runs=[
                replace(
                    _run(session, context, run),
                    corrected=corrected_input(session, workflow, trail, all_runs, run.id),
                )
                for run in all_runs
            ],
            audit=[
                AuditView(
                    id=entry.id,
                    at=entry.at,
                    actor=entry.actor,
                    action=entry.action,
                    subject=str(entry.subject),
                    details=entry.details,
                )
                for entry in trail
            ],
            questions=questions.of_case(session, case, team=context.team),
            moves=moves_of(trail),
            readers=len({entry.actor for entry in trail if entry.action == audit.READ}),
        )


def open_reviews(context: Context, *, workflow: str | None = None, limit: int = 100) -> list[OpenReview]:
    """Return the reviews that wait for people: those that wait for a second one first, then by deadline."""
    with context.database.read() as session:
        only = None if workflow is None else [workflow]
        seconds = reviews.open_lines(
            session, team=context.team, workflows=only, limit=limit, state=ReviewState.AWAITING_SECOND
        )
        lines = [*seconds, *reviews.open_lines(session, team=context.team, workflows=only, limit=limit)][:limit]
        why = contents.bodies(session, [line.reasons_id for line in lines], team=context.team)
    reasons = {line.id: from_json(why[line.reasons_id]) for line in lines}
    return [
        OpenReview(
            id=line.id,
            case=line.case_id,
            key=line.key,
            workflow=line.workflow,
            version=line.version,
            has_proposal=line.has_proposal,
            why=asked_for(reasons[line.id]),
            model_said=model_said(reasons[line.id]),
            claimed_by=line.claimed_by,
            answer_by=line.answer_by,
        )
        for line in lines
    ]


def open_review_of(context: Context, case: int) -> OpenReview:
    """Return the open review of a case. Raise `Refused` with the state of the case where there is none."""
    view = case_view(context, case)
    review = view.newest.review
    if review is None or review.state not in DECIDABLE:
        asked = review is not None and review.state == ReviewState.ASKED
        stands = "waiting for an answer" if asked else view.newest.state
        raise Refused(f"case {case} ({view.key}) has no open review; it is {stands}")
    return OpenReview(
        id=review.id,
        case=case,
        key=view.key,
        workflow=view.workflow,
        version=review.version,
        has_proposal=review.has_proposal,
        why=review.why,
        model_said=review.model_said,
        claimed_by=review.claimed_by,
        answer_by=review.answer_by,
    )


def _run(session: Session, context: Context, run: schema.Run) -> RunView:
    proposal = reviews.proposal_of(session, run.id, team=context.team)
    review = reviews.of_run(session, run.id, team=context.team)
    delivery = delivery_of(session, context, run)
    return RunView(
        id=run.id,
        parent=run.parent_id,
        from_step=run.from_step,
        revision=run.revision,
        correction=run.correction,
        code_version=run.code_version,
        state=run.state,
        resolution=run.resolution,
        problem=kept_json(session, run.problem_id, team=context.team),
        input=kept_json(session, run.input_id, team=context.team),
        output=kept_json(session, run.output_id, team=context.team),
        created_at=run.created_at,
        changed_at=run.changed_at,
        steps=[_step(line) for line in journal.of_run(session, run.id, team=context.team)],
        asked=[_request(request, body) for request, body in requests.of_run(session, run.id, team=context.team)],
        proposal=_proposal(session, proposal) if proposal else None,
        review=_review(session, review) if review else None,
        delivery=delivery,
        held=held_of(session, run, delivery),
    )


def _step(line: journal.StepLine) -> StepView:
    content = json.loads(line.body)
    said = content.get("error")
    return StepView(
        name=line.name,
        nth=line.nth,
        attempt=line.attempt,
        state=line.state,
        recalled=line.recalled_from is not None,
        started_at=line.started_at,
        milliseconds=line.milliseconds,
        cost=line.cost,
        input=content["input"],
        output=content.get("output"),
        error=f"{line.error}: {said}" if line.error else None,
        error_type=line.error,
    )


def _request(request: schema.ModelRequest, body: str | None) -> RequestView:
    content = json.loads(body) if body is not None else {}
    return RequestView(
        model=request.model,
        answered_by=request.answered_by,
        prompt_version=request.prompt_version,
        outcome=request.outcome,
        why=content.get("why", ""),
        input_tokens=request.input_tokens + request.cache_read_tokens + request.cache_write_tokens,
        cache_read_tokens=request.cache_read_tokens,
        cache_write_tokens=request.cache_write_tokens,
        output_tokens=request.output_tokens,
        thinking_tokens=request.thinking_tokens,
        cost=request.cost,
        reserved=request.reserved,
        request_id=request.request_id,
        began_at=request.began_at,
        milliseconds=request.milliseconds,
        told=content.get("told"),
        said=content.get("said"),
    )


def _proposal(session: Session, proposal: schema.Proposal) -> ProposalView:
    content = kept_json(session, proposal.content_id, team=proposal.team_id)
    return ProposalView(
        output=content["output"],
        confidence=content["confidence"],
        lowest=proposal.confidence,
        alternatives=content["alternatives"],
        evidence=content["evidence"],
        reasons=content["reasons"],
        unfamiliar=content["unfamiliar"],
        doubts=content.get("doubts", []),
        second=content.get("second", {}),
        model=proposal.model,
        sample=proposal.sample,
        prompt_version=proposal.prompt_version,
    )


def _review(session: Session, review: schema.Review) -> ReviewView:
    reasons = from_json(contents.body(session, review.reasons_id, team=review.team_id))
    return ReviewView(
        id=review.id,
        state=review.state,
        version=review.version,
        has_proposal=review.proposal_id is not None,
        why=asked_for(reasons),
        model_said=model_said(reasons),
        claimed_by=review.claimed_by,
        opened_at=review.opened_at,
        answer_by=review.answer_by,
        decisions=[
            decision_view(session, decision) for decision in reviews.decisions(session, review.id, team=review.team_id)
        ],
    )
