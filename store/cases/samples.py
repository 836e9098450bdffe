"""Which cases are part of a demonstration only: something was proposed for them that was written by hand.

No figure counts such a case: not how many there were, not how often a proposal was right, not what was saved.
"""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from store.schema import Proposal, Run


def has_sample(case: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Was a sample answer ever proposed for this case? To be used in a query."""
    proposing = aliased(Run)
    return (
        select(Proposal.id)
        .join(proposing, proposing.id == Proposal.run_id)
        .where(proposing.case_id == case, Proposal.sample)
        .exists()
    )
