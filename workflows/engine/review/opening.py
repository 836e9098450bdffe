"""The opening of a review, for a run that waits for a person."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents, runs
from store.cases.review import reviews
from store.governance import audit
from store.states import Level
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.proposer import KeptProposal
from workflows.engine.propose.proven_facts import facts_of
from workflows.engine.propose.standing import Standing
from workflows.engine.reasons import Code, Reason, to_json
from workflows.engine.review.own_cases import barred

_NOT_MADE_FOR = (Code.OUT_OF_SCOPE, Code.OUTSIDE_SHARE)
REVIEW_OPENED = "review.opened"
"""The audit's word for the opening of a review."""


def open_review(
    session: Session,
    context: Context,
    run: schema.Run,
    workflow: AnyWorkflow,
    *,
    proposal: KeptProposal | None,
    reasons: Sequence[Reason],
    salt: str | None,
    alike: str | None = None,
    standing: Standing | None = None,
) -> int:
    """Open the review of a run that waits for a person, and return its id.

    `proposal`: None: an empty form. `salt`: the case's. `alike`: mark of the reviews that are like it.
    `standing`: that of the version that proposed, where its autonomy is earned. In the shadow people decide without
    seeing the proposal. Whoever was to decide the review in whose place it comes, and whoever was asked to, is to
    decide this one.
    """
    at, before = context.clock(), _before(session, run)
    # What the source of the case proposed is no evidence of the workflow, and the source knows it.
    in_shadow = standing is not None and standing.level is Level.SHADOW
    is_blind = in_shadow and proposal is not None and proposal.handed_id is None
    if is_blind:
        # The other reasons tell of the proposal: how sure the model is, the rules that it breaks.
        reasons, alike = (Reason(code=Code.SHADOW),), None
    elif in_shadow:
        reasons = [reason for reason in reasons if reason.code != Code.SHADOW] or reasons
    assignee = before.assignee if before is not None else None
    if assignee is not None and assignee in barred(session, workflow, run.id, team=run.team_id):
        assignee = None
    why = to_json(reasons)
    opened = reviews.add(
        session,
        team=run.team_id,
        run=run.id,
        case=run.case_id,
        workflow=run.workflow_id,
        proposal=proposal.id if proposal is not None and not is_blind else None,
        blind=is_blind,
        out_of_scope=proposal is None and any(reason.code in _NOT_MADE_FOR for reason in reasons),
        reasons_id=contents.keep(session, team=run.team_id, case=run.case_id, kind="reasons", body=why),
        answer_by=workflow.answer_by(at),
        remind_at=workflow.remind_at(at),
        at=at,
        # Something wrong is live until a correction is decided.
        is_first=run.correction > 0,
        alike=alike,
        assign_at=at if workflow.review.assign is not None and assignee is None else None,
        assignee=assignee,
        before=before,
    )
    proven = facts_of(
        proposal,
        workflow.autonomy,
        reasons=why,
        salt=salt,
        code_version=context.registry.code_version(workflow),
        standing=standing,
        is_shown=not is_blind,
    )
    audit.record(
        session,
        team=run.team_id,
        at=at,
        actor=SYSTEM,
        action=REVIEW_OPENED,
        subject=SubjectKind.REVIEW.of(opened),
        case=run.case_id,
        details={
            "run": run.id,
            "why": ",".join(reason.code for reason in reasons),
            **_terms(context, run, workflow),
            **proven,
        },
    )
    review = reviews.get(session, opened, team=context.team)
    assert review is not None
    notices.card(session, review, workflow.review, at=at)
    if workflow.has_documents:
        notices.pages(session, review, workflow.review, at=at)
    return opened


def _terms(context: Context, run: schema.Run, workflow: AnyWorkflow) -> dict[str, str]:
    """Return the version of the terms by which a person is asked, where there is one."""
    terms = context.terms_of(workflow, run.deployment_id)
    return {"terms": terms} if terms is not None else {}


def _before(session: Session, run: schema.Run) -> schema.Review | None:
    """Return the review in whose place that of a run comes: the case is run again with the same content."""
    parent = runs.get(session, run.parent_id, team=run.team_id) if run.parent_id is not None else None
    if parent is None or parent.revision != run.revision or parent.correction != run.correction:
        return None
    return reviews.of_run(session, parent.id, team=run.team_id)
