"""The decisions of a review that stand: the last one, and those of further persons who confirmed its values."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reviews
from store.states import ReviewState
from workflows.engine.case.kept_content import kept_body

DECIDABLE = (ReviewState.OPEN, ReviewState.AWAITING_SECOND)
"""States of a review in which somebody may decide it."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Values that a first person decided, and that wait for another one."""

    output_id: int
    output: str
    """JSON."""
    people: tuple[str, ...]
    """Those who decided for these values so far."""
    confirmed: frozenset[str]
    """Sentences of the nevers that they confirmed."""


def standing(made: Sequence[schema.Decision]) -> list[schema.Decision]:
    """Return the decisions that stand, of all that were made about a review: the one that says what is to be done
    first.
    """
    found: list[schema.Decision] = []
    for decision in reversed([one for one in made if one.revoked_at is None]):
        found.insert(0, decision)
        if not decision.confirms:
            break
    return found


def awaited(session: Session, review: int, *, team: int) -> Standing | None:
    """Return the values that wait for a second person in a review; None where none are."""
    found = standing(reviews.decisions(session, review, team=team))
    if not found or found[0].output_id is None:
        return None
    return Standing(
        output_id=found[0].output_id,
        output=kept_body(session, found[0].output_id, team=team),
        people=tuple(decision.by for decision in found),
        confirmed=frozenset(rule for decision in found for rule in decision.confirmed),
    )
