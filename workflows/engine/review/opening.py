"""The opening of a review, for a run that waits for a person."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents, reviews
from store.governance import audit
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.reasons import Reason, to_json


def open_review(
    session: Session,
    context: Context,
    run: schema.Run,
    workflow: AnyWorkflow,
    *,
    proposal: int | None,
    reasons: Sequence[Reason],
    alike: str | None = None,
) -> int:
    """Open the review of a run that waits for a person, and return its id.

    `proposal`: its row; None: an empty form. `alike`: mark of the reviews that are like it.
    """
    at = context.clock()
    opened = reviews.add(
        session,
        team=run.team_id,
        run=run.id,
        case=run.case_id,
        workflow=run.workflow_id,
        proposal=proposal,
        reasons_id=contents.keep(session, team=run.team_id, case=run.case_id, kind="reasons", body=to_json(reasons)),
        answer_by=workflow.answer_by(at),
        remind_at=workflow.remind_at(at),
        at=at,
        # Something wrong is live until a correction is decided.
        is_first=run.correction > 0,
        alike=alike,
        assign_at=at if workflow.review.assign is not None else None,
    )
    audit.record(
        session,
        team=run.team_id,
        at=at,
        actor=SYSTEM,
        action="review.opened",
        subject=SubjectKind.REVIEW.of(opened),
        case=run.case_id,
        details={"run": run.id, "why": ",".join(reason.code for reason in reasons)},
    )
    review = reviews.get(session, opened, team=context.team)
    assert review is not None
    notices.card(session, review, workflow.review, at=at)
    return opened
