"""Cases of a demonstration: those for which an answer written by hand was proposed.

Figures leave out such a case: the number of cases, the share of right proposals, the time and money saved.
"""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from store.schema import Proposal, Run


def has_sample(case: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return a condition for queries: a sample answer was proposed for the case."""
    # Samples are few, so they are found first, once for all cases. As aliases, since a query may ask for a run too.
    proposing, proposal = aliased(Run), aliased(Proposal)
    return case.in_(select(proposing.case_id).join(proposal, proposal.run_id == proposing.id).where(proposal.sample))
