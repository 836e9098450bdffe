"""Lateness: a person acts on a review that is no longer open, or is at another version than they saw."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases
from store.cases.review import reviews
from store.states import ReviewState
from workflows.engine.errors import Repeated, Stale, Unknown
from workflows.engine.review.decisions import DecisionKind

_LAPSED = {DecisionKind.LAPSED: "taken as proposed", DecisionKind.EXPIRED: "closed"}
"""Words for the outcome of a review that nobody answered in time."""


def still_open(
    session: Session,
    review: int,
    shown: int | None = None,
    interaction_id: str | None = None,
    *,
    team: int,
    case: int | None = None,
    states: Collection[ReviewState] = (ReviewState.OPEN,),
) -> schema.Review:
    """Return the review, if it is open and, where given, at the version that was shown. Raise `Repeated` or `Stale`.

    `case`: the review's case, where it is known already. `states`: those that it may be in.
    """
    if case is None:
        known = reviews.get(session, review, team=team)
        if known is None:
            raise Unknown(f"there is no review {review}")
        case = known.case_id
    cases.hold(session, case, team=team)
    # The row may have changed before its case was held.
    row = reviews.get(session, review, team=team, anew=True)
    assert row is not None
    refuse_late(session, row, shown, interaction_id, states)
    return row


def refuse_late(
    session: Session,
    row: schema.Review,
    shown: int | None,
    interaction_id: str | None,
    states: Collection[ReviewState],
) -> None:
    """Raise `Stale`, or `Repeated` for the same press, where a review is not as it was shown."""
    if row.state not in states or (shown is not None and row.version != shown):
        if interaction_id is not None and any(
            made.interaction_id == interaction_id for made in reviews.decisions(session, row.id, team=row.team_id)
        ):
            raise Repeated("this arrived before, and is done")
        raise Stale(what_happened(session, row))


def what_happened(session: Session, row: schema.Review) -> str:
    """Return why a decision comes too late, in words for the person who made it."""
    if row.state in (ReviewState.SUPERSEDED, ReviewState.EXPIRED):
        return f"this review is {row.state}: a rerun or a newer revision of the case took its place"
    last = next(reversed(reviews.decisions(session, row.id, team=row.team_id)), None)
    if last is None:
        return f"the review is now {row.state} at version {row.version}; look at it again"
    if last.revoked_at is not None:
        taken_back = f"{last.revoked_by} took the decision back at {last.revoked_at:%Y-%m-%d %H:%M} UTC"
        return f"{taken_back}; it is now at version {row.version}"
    if last.kind in _LAPSED:
        return f"nobody answered in time, so it was {_LAPSED[DecisionKind(last.kind)]} at {last.at:%Y-%m-%d %H:%M} UTC"
    did = "asked its source" if last.kind == DecisionKind.ASKED else f"{last.kind} it"
    decided = f"{last.by} {did} at {last.at:%Y-%m-%d %H:%M} UTC"
    if row.state == ReviewState.AWAITING_SECOND:
        return f"{decided}; it waits for a second person, at version {row.version}"
    is_last = row.state in (ReviewState.DECIDED, ReviewState.ASKED)
    return decided if is_last else f"{decided}; it is now at version {row.version}"
