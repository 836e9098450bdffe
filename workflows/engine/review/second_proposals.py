"""Second proposals: a person refuses one, and the model that is asked again is told what was refused, and why."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents
from store.cases.review import reviews
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import kept_json
from workflows.engine.case.source.heard import Heard, refused_to_json
from workflows.engine.reasons import Code, Reason, from_json
from workflows.engine.review.decisions import DecisionKind
from workflows.model.port import Refusal

SAME_AGAIN = "the model proposed the same again, so it is not asked once more; fill it in by hand, or close the case"
BLIND = "nobody sees the proposal before it is decided; fill in the form, or close the case"
LAST = "the model that proposed it has no other answer to this case; fill it in by hand, or close the case"


def why_none(reasons: Sequence[Reason], proposal: dict[str, Any]) -> str | None:
    """Return why no other proposal can be asked for in a review; None where one can.

    `proposal`: as it is kept, empty where there is none; Any: each part has a form of its own.
    """
    if any(reason.code == Code.SAME_AGAIN for reason in reasons):
        return SAME_AGAIN
    return LAST if proposal.get("last", False) else None


def why_none_in(session: Session, review: schema.Review) -> str | None:
    """Return why no other proposal can be asked for in a review; None where one can."""
    if review.blind:
        return BLIND
    reasons = from_json(kept_body(session, review.reasons_id, team=review.team_id))
    return why_none(reasons, proposed_in(session, review))


def proposed_in(session: Session, review: schema.Review) -> dict[str, Any]:
    """Return the proposal that a review began with, as it is kept; empty where it had none."""
    proposal = reviews.proposal_of(session, review.run_id, team=review.team_id)
    found: dict[str, Any] = {}
    if proposal is not None:
        found = kept_json(session, proposal.content_id, team=review.team_id)
    return found


def keep_refused(session: Session, review: schema.Review, run: schema.Run, *, reason: str) -> int | None:
    """Keep what people refused of a case so far, with this rejection, and return the id of the content.

    `reason`: of the rejection that is just being made. None where the review had no proposal: nothing was refused.
    """
    values = proposed_in(session, review).get("output")
    if values is None:
        return None
    before = kept_body(session, run.refused_id, team=run.team_id) if run.refused_id is not None else None
    said = [
        kept_json(session, made.reason_id, team=review.team_id)
        for made in reviews.decisions(session, review.id, team=review.team_id)
        if made.kind == DecisionKind.REJECTED and made.version < review.version
    ]
    refusal = Refusal(values=values, reason="\n".join([*said, reason]))
    body = refused_to_json([*Heard.read(refused=before, answers=None).refused, refusal])
    return contents.keep(session, team=run.team_id, case=run.case_id, kind="refused", body=body)
