"""Cases of a demonstration: those for which an answer written by hand was proposed.

Figures leave out such a case: the number of cases, the share of right proposals, the time and money saved.
"""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from store.schema import Proposal, Run


def has_sample(case: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return a condition for queries: a sample answer was proposed for the case."""
    proposing = aliased(Run)
    return (
        select(Proposal.id)
        .join(proposing, proposing.id == Proposal.run_id)
        .where(proposing.case_id == case, Proposal.sample)
        .exists()
    )
