"""All that a decision on a review rests on, in one query: a person waits for it at every press of a button."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Dialect, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from store.cases import contents
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Case, Content, Proposal, Review, Run, Workflow
from store.states import ReviewState


@dataclass(frozen=True, kw_only=True)
class DecisionBasis:
    """A review, with what is to be decided in it."""

    run: int
    case: int
    workflow: str
    salt: str | None
    """The case's salt; None where it has none."""
    state: ReviewState
    version: int
    input: str
    """JSON."""
    proposal: str | None
    """The proposal that is shown, as JSON; None for an empty form."""
    reasons: str
    """Reasons for which a person is asked, as JSON."""
    is_removed: bool
    """True if any of these was removed, so that nothing can be decided."""


def decision_basis(session: Session, review: int, *, team: int) -> DecisionBasis | None:
    """Return what a decision on a review rests on; None where there is no review with this id."""
    found = _query(connection_of(session).dialect).run(session, {"review": review, "team": team}).fetchone()
    if found is None:
        return None
    run, case, workflow, salt, state, version, input, proposal, reasons = found
    return DecisionBasis(
        run=run,
        case=case,
        workflow=workflow,
        salt=salt,
        state=ReviewState(state),
        version=version,
        input=input,
        proposal=proposal,
        reasons=reasons,
        is_removed=any(contents.is_removed(one) for one in (input, proposal, reasons) if one is not None),
    )


@lru_cache(maxsize=MOST)
def _query(dialect: Dialect) -> Statement:
    input, shown, reasons = (aliased(Content, name=name) for name in ("input", "shown", "reasons"))
    query = (
        select(
            Review.run_id,
            Review.case_id,
            Workflow.name,
            Case.salt,
            Review.state,
            Review.version,
            input.body,
            shown.body,
            reasons.body,
        )
        .join(Workflow, Workflow.id == Review.workflow_id)
        .join(Case, Case.id == Review.case_id)
        .join(Run, Run.id == Review.run_id)
        .join(input, input.id == Run.input_id)
        .join(reasons, reasons.id == Review.reasons_id)
        # A review without a proposal shows none, whatever its run has.
        .outerjoin(Proposal, and_(Proposal.run_id == Run.id, Review.proposal_id.is_not(None)))
        .outerjoin(shown, shown.id == Proposal.content_id)
        .where(Review.id == bindparam("review"), Review.team_id == bindparam("team"))
    )
    return compiled(query, dialect)
