"""Compares the hashes of a decision, with each other and with the content, and says what follows. Pure."""

from store.states import CLOSING, Resolution, RunState
from workflows.engine.proof.receipts.views import Outcome, Standing
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.text.canonical_json import content_hash
from workflows.engine.text.salted_hash import Of, salted_hash


def standing_of(of: Of, hash: str | None, text: str | None, *, salt: str | None) -> Standing:
    """Return how a hash stands to the text that it is said to be made from. `text`: None: it was removed."""
    if hash is None:
        return Standing.NO_HASH if text is not None else Standing.REMOVED
    if text is None:
        return Standing.REMOVED
    made = set() if salt is None else {salted_hash(of, text, salt=salt)}
    if of is Of.INPUT:
        # An input from before there were salts has a hash without one.
        made.add(content_hash(text))
    if hash in made:
        return Standing.FITS
    # Without its salt, which went with other content, a hash cannot be made again.
    return Standing.DIFFERS if salt is not None else Standing.REMOVED


def outcome_of(
    *,
    resolution: Resolution,
    state: RunState,
    kind: str | None,
    proposed: str | None,
    approved: str | None,
    reason: str | None,
    delivered: str | None,
    was_delivered: bool,
    was_found: bool,
) -> Outcome:
    """Compare the hashes of a decided run.

    `kind`: that of the decision that counts; None where nobody decided. `reason`: hash of a rejection's reason.
    `was_delivered`: something was delivered, be it the news of a rejection. `was_found`: by the word of a person, and
    not of the target.
    """
    closes = resolution in CLOSING
    if not was_delivered:
        return Outcome.CLOSED if closes and state is RunState.CLOSED else Outcome.PENDING
    alone = resolution in (Resolution.ALONE, Resolution.LAPSED)
    decided = reason if closes else proposed if alone else approved
    if delivered is None or decided is None:
        return Outcome.UNKNOWN
    if delivered != decided:
        return Outcome.NOT_APPROVED
    if was_found:
        return Outcome.FOUND
    if closes:
        return Outcome.TOLD
    if alone:
        return Outcome.ALONE if resolution is Resolution.ALONE else Outcome.LAPSED
    if kind == DecisionKind.ANSWERED:
        return Outcome.ANSWERED
    if proposed is None:
        return Outcome.UNKNOWN
    return Outcome.AS_PROPOSED if proposed == approved else Outcome.EDITED
