"""Cases of a demonstration: those for which an answer written by hand was proposed.

Figures leave out such a case: the number of cases, the share of right proposals, the time and money saved.
"""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from store.schema import Proposal, Run

_proposing, _proposal = aliased(Run), aliased(Proposal)
"""As aliases, since a query may ask for a run too. Made once, here as elsewhere: to make one takes longer than most
queries do."""


def has_sample(case: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return a condition for queries: a sample answer was proposed for the case."""
    # Samples are few, so they are found first, once for all cases.
    return case.in_(
        select(_proposing.case_id).join(_proposal, _proposal.run_id == _proposing.id).where(_proposal.sample)
    )
