"""The history of a case, read in one read transaction for each question."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, journal, runs
from store.cases.review import reviews
from store.governance import audit, teams
from store.learning import deployments
from store.model import requests
from store.states import ReviewState
from workflows.engine.case.kept_content import REMOVED, kept_problem
from workflows.engine.case.lookup import cases_meant
from workflows.engine.context import Context
from workflows.engine.declare.steps import ASK
from workflows.engine.deliver.delivery_status import delivery_of, held_of
from workflows.engine.errors import Refused, Unknown
from workflows.engine.propose.views import RequestView
from workflows.engine.read.views import (
    AuditView,
    CaseView,
    OpenReview,
    Part,
    ProposalView,
    ReviewView,
    RunView,
    StepView,
)
from workflows.engine.reasons import Reason, asked_for, from_json, model_said
from workflows.engine.review.blind import HIDDEN, is_open_blind
from workflows.engine.review.cards import decision_view
from workflows.engine.review.corrected.corrected_inputs import corrected_input, moves_of
from workflows.engine.review.past_cases import kept_of
from workflows.engine.review.source import questions
from workflows.engine.review.standing import DECIDABLE

_GONE: Mapping[str, Any] = {  # Any: each part of a proposal has a form of its own
    "output": {},
    "confidence": {},
    "alternatives": {},
    "evidence": {},
    "reasons": [REMOVED],
    "unfamiliar": None,
}
"""A proposal that was removed."""
_TELLS_OF_PROPOSAL = frozenset({"proposed", "lowest"})
"""Details of an audit row that tell of a proposal: its hash, and how sure the model is."""


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


def case_view(context: Context, case: int, *, unseen: bool = False) -> CaseView:
    """Return all that is known of a case. What people decide without seeing is hidden until the case has its answer.

    `unseen`: with that, too, for what no reviewer reads. Raise `Unknown`.
    """
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
        seen = [
            replace(
                _run(session, context, run, newest=None if unseen else all_runs[-1]),
                corrected=corrected_input(session, workflow, trail, all_runs, run.id),
            )
            for run in all_runs
        ]
        unsaid = _TELLS_OF_PROPOSAL if any(run.is_hidden for run in seen) else frozenset()
        return CaseView(
            generation=context.restores.number,
            id=row.id,
            key=row.key,
            workflow=name,
            revision=row.revision,
            source=row.source,
            received_at=row.received_at,
            erased_at=row.erased_at,
            runs=seen,
            audit=[
                AuditView(
                    id=entry.id,
                    at=entry.at,
                    actor=entry.actor,
                    action=entry.action,
                    subject=str(entry.subject),
                    details={name: value for name, value in entry.details.items() if name not in unsaid},
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
    reasons = {line.id: _reasons(why[line.reasons_id]) for line in lines}
    return [
        OpenReview(
            id=line.id,
            case=line.case_id,
            key=line.key,
            workflow=line.workflow,
            version=line.version,
            has_proposal=line.has_proposal,
            blind=line.blind,
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
        blind=review.blind,
        why=review.why,
        model_said=review.model_said,
        claimed_by=review.claimed_by,
        answer_by=review.answer_by,
    )


def _run(session: Session, context: Context, run: schema.Run, *, newest: schema.Run | None) -> RunView:
    """Return a run. `newest`: that of its case; None: what is hidden is shown, too."""
    proposal = reviews.proposal_of(session, run.id, team=context.team)
    review = reviews.of_run(session, run.id, team=context.team)
    delivery = delivery_of(session, context, run)
    input, output = _json(session, run.input_id, run), _json(session, run.output_id, run)
    problem = kept_problem(session, run)
    steps = [_step(line) for line in journal.of_run(session, run.id, team=context.team)]
    asked = [_request(request, body) for request, body in requests.of_run(session, run.id, team=context.team)]
    is_hidden = review is not None and newest is not None and is_open_blind(review, newest, at=context.clock())
    if is_hidden:
        proposal, steps, asked = None, _hidden_steps(steps), [replace(one, said=HIDDEN) for one in asked]
    proposed, reviewed = (
        _proposal(session, proposal, run) if proposal else None,
        _review(session, review) if review else None,
    )
    return RunView(
        id=run.id,
        parent=run.parent_id,
        from_step=run.from_step,
        revision=run.revision,
        correction=run.correction,
        code_version=run.code_version,
        state=run.state,
        resolution=run.resolution,
        problem=problem,
        input=input if isinstance(input, dict) else {},
        output=None if output == REMOVED else output,
        created_at=run.created_at,
        changed_at=run.changed_at,
        steps=steps,
        asked=asked,
        proposal=proposed,
        review=reviewed,
        delivery=delivery,
        held=held_of(session, run, delivery),
        removed=[
            part
            for part, is_removed in (
                (Part.INPUT, input == REMOVED),
                (Part.STEPS, any(step.input == REMOVED for step in steps)),
                (Part.MODEL, any(request.told == REMOVED for request in asked)),
                (Part.PROPOSAL, proposed is not None and REMOVED in proposed.reasons),
                (Part.ERROR, problem is not None and problem["message"] == REMOVED),
                (Part.OUTPUT, output == REMOVED),
                (Part.DECISION, reviewed is not None and any(one.removed for one in reviewed.decisions)),
            )
            if is_removed
        ],
        is_hidden=is_hidden,
    )


def _hidden_steps(steps: Sequence[StepView]) -> list[StepView]:
    """Return steps without what a model answered, and without what steps after it were given and returned."""
    first = next((place for place, step in enumerate(steps) if step.name == ASK), len(steps))
    return [
        step if place < first else replace(step, input=HIDDEN, output=HIDDEN, error=step.error_type)
        for place, step in enumerate(steps)
    ]


def _json(session: Session, content: int | None, run: schema.Run) -> JsonValue:
    """Return what is kept as JSON, a mark where it was removed; None where nothing is kept."""
    body = contents.body(session, content, team=run.team_id) if content is not None else None
    if content is None:
        return None
    read: JsonValue = json.loads(body) if body is not None else REMOVED
    return read


def _reasons(body: str | None) -> Sequence[Reason]:
    """Return reasons as they are kept; none where they were removed."""
    return from_json(body) if body is not None else ()


def _step(line: journal.StepLine) -> StepView:
    gone = {"input": REMOVED, "output": REMOVED, "error": REMOVED}
    content = json.loads(line.body) if line.body is not None else gone
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
    if request.content_id is not None and body is None:
        content = {"why": REMOVED, "told": REMOVED, "said": REMOVED}
    else:
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


def _proposal(session: Session, proposal: schema.Proposal, run: schema.Run) -> ProposalView:
    body = contents.body(session, proposal.content_id, team=proposal.team_id)
    content = json.loads(body) if body is not None else _GONE
    # A source proposed, or a person: what one decided before, or entered to put it right, has no confidences.
    is_others = content.get("source") is not None or run.correction or (body is not None and not content["confidence"])
    used = run.deployment_id if not is_others else None
    deployed = deployments.get(session, used, team=run.team_id) if used is not None else None
    recalled = content.get("recalled", ())
    past = kept_of(session, recalled, team=proposal.team_id)
    return ProposalView(
        output=content["output"],
        confidence=content["confidence"],
        lowest=proposal.confidence,
        weighed=content.get("weighed"),
        alternatives=content["alternatives"],
        evidence=content["evidence"],
        reasons=content["reasons"],
        unfamiliar=content["unfamiliar"],
        doubts=content.get("doubts", []),
        second=content.get("second", {}),
        model=content.get("model", proposal.model),
        source=content.get("source"),
        sample=proposal.sample,
        prompt_version=proposal.prompt_version,
        past={past[one["example"]].key: one["similarity"] for one in recalled if one["example"] in past},
        version=deployed.number if deployed is not None else None,
    )


def _review(session: Session, review: schema.Review) -> ReviewView:
    reasons = _reasons(contents.body(session, review.reasons_id, team=review.team_id))
    return ReviewView(
        id=review.id,
        state=review.state,
        version=review.version,
        has_proposal=review.proposal_id is not None,
        blind=review.blind,
        why=asked_for(reasons),
        model_said=model_said(reasons),
        claimed_by=review.claimed_by,
        opened_at=review.opened_at,
        answer_by=review.answer_by,
        decisions=[
            decision_view(session, decision) for decision in reviews.decisions(session, review.id, team=review.team_id)
        ],
    )
