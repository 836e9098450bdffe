"""The next review for a person who goes through what waits, and their claim on it.

Such a claim is over within seconds, so it is kept without drawing the card anew: Slack takes 50 updates a minute.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from store import schema
from store.cases import turns
from store.cases.review import assignments, openings, reviews
from store.cases.turns import Turns
from store.governance import audit, teams
from store.subjects import SubjectKind
from workflows.engine.case.lookup import known_workflow
from workflows.engine.context import Context
from workflows.engine.review.claims import CLAIM_LASTS
from workflows.engine.review.own_cases import barred

GoOn = Callable[[Session], None]
"""Function that does something more in the transaction of a decision."""
_JUST_NOW = timedelta(seconds=10)
_AT_ONCE = 10
"""Reviews that are looked at in one query."""


@dataclass(frozen=True, kw_only=True)
class Queue(Turns):
    """The reviews that a person goes through: those in which it is their turn, but for some."""

    without: Collection[int] = ()
    """Reviews that are not shown again."""


@dataclass(frozen=True, kw_only=True)
class Next:
    """The review that comes next."""

    review: int
    waiting: int
    """Number of the reviews in which it is the person's turn."""
    is_taken: bool
    """True if the decision before it noted just now that the person has it open."""


def first_of(context: Context, queue: Queue) -> Next | None:
    """Return the first review of a queue; None where none waits.

    A correction comes first, since something wrong is live; then what is assigned to the person; then the earliest
    deadline. What a colleague has claimed comes last, and what the person handed in themselves does not come at all
    where their workflow says so.
    """
    with context.database.read() as session:
        row = _first(session, context, queue)
        if row is None:
            return None
        waiting = turns.count(session, queue, team=context.team)
        opened = openings.opened_at(session, team=context.team, review=row.id, by=queue.by)
        is_taken = opened is not None and abs(context.clock() - opened) < _JUST_NOW
        return Next(review=row.id, waiting=waiting, is_taken=is_taken)


def going_on(context: Context, queue: Queue) -> GoOn:
    """Return the function that claims the first review of a queue in the transaction that decides another one."""

    def claim_first(session: Session) -> None:
        # Nobody waits here for what another transaction holds: two people who go on at once would wait for each other.
        row = _first(session, context, queue, held=True)
        if row is not None:
            _take(session, context, row, by=queue.by)

    return claim_first


def take(context: Context, review: int, *, by: str) -> None:
    """Note that a person has a review open in their session: they claim it, unless a colleague has."""
    with context.database.write(urgent=True) as session:
        row = reviews.get(session, review, team=context.team)
        if row is not None:
            _take(session, context, row, by=by)


def leave(context: Context, review: int, *, by: str) -> None:
    """End a person's claim on a review that they have open no longer."""
    with context.database.write(urgent=True) as session:
        row = reviews.get(session, review, team=context.team)
        openings.forget(session, team=context.team, review=review, by=by)
        if row is not None and reviews.unclaim(session, team=context.team, review=review, by=by):
            _note(session, context, row, "review.released", by=by)


def _first(session: Session, context: Context, queue: Queue, *, held: bool = False) -> schema.Review | None:
    without = set(queue.without)
    own_first = assignments.has_any(session, queue.by, team=context.team)
    for free in (True, False):
        while True:
            found = turns.following(
                session,
                queue,
                team=context.team,
                without=without,
                at=context.clock(),
                lasts=CLAIM_LASTS,
                limit=_AT_ONCE,
                free=free,
                held=held,
                own_first=own_first,
            )
            for row in found:
                if _may_be_decided(session, context, row, by=queue.by):
                    return row
                without.add(row.id)
            if len(found) < _AT_ONCE:
                break
    return None


def _may_be_decided(session: Session, context: Context, row: schema.Review, *, by: str) -> bool:
    """Tell whether a workflow lets a person decide a review, although they may have handed its case in."""
    declared = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
    return by not in barred(session, declared, row.run_id, team=context.team)


def _take(session: Session, context: Context, row: schema.Review, *, by: str) -> None:
    at, held_by = context.clock(), row.claimed_by
    openings.note(session, team=context.team, review=row.id, by=by, at=at)
    is_claimed = reviews.claim(session, team=context.team, review=row.id, by=by, at=at, lasts=CLAIM_LASTS)
    if is_claimed and held_by != by:
        _note(session, context, row, "review.claimed", by=by)


def _note(session: Session, context: Context, row: schema.Review, action: str, *, by: str) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=action,
        subject=SubjectKind.REVIEW.of(row.id),
        case=row.case_id,
    )
