"""Proposals, reviews and the decisions of people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from store.cases.samples import has_sample
from store.db import rows
from store.schema import Case, Decision, Proposal, Review, Run, Workflow
from store.states import ReviewState

UNDECIDED = (ReviewState.OPEN, ReviewState.AWAITING_SECOND)
"""States of a review that waits for people."""
FIRST, BY_DEADLINE = 0, 1
"""Precedence of a review that stands before all others, and of any other."""


@dataclass(frozen=True, kw_only=True)
class ReviewLine:
    """A review in a list."""

    id: int
    case_id: int
    key: str
    workflow: str
    version: int
    run_id: int
    has_proposal: bool
    blind: bool
    """True if nobody sees the proposal of its run before it is decided."""
    reasons_id: int
    state: ReviewState
    claimed_by: str | None
    opened_at: datetime
    answer_by: datetime | None
    assignee: str | None


def add_proposal(
    session: Session,
    *,
    team: int,
    run: int,
    content_id: int,
    confidence: float | None,
    model: str,
    prompt_version: str | None,
    sample: bool,
    at: datetime,
) -> int:
    """Add the proposal of a run; returns its id."""
    return rows.add_numbered(
        session,
        Proposal,
        team_id=team,
        run_id=run,
        content_id=content_id,
        confidence=confidence,
        model=model,
        prompt_version=prompt_version,
        sample=sample,
        created_at=at,
    )


def proposal_of(session: Session, run: int, *, team: int) -> Proposal | None:
    """Return the proposal of a run."""
    return session.scalar(select(Proposal).where(Proposal.run_id == run, Proposal.team_id == team))


def add(
    session: Session,
    *,
    team: int,
    run: int,
    case: int,
    workflow: int,
    proposal: int | None,
    reasons_id: int,
    answer_by: datetime | None,
    remind_at: datetime | None = None,
    at: datetime,
    is_first: bool = False,
    alike: str | None = None,
    assign_at: datetime | None = None,
    assignee: str | None = None,
    before: Review | None = None,
    blind: bool = False,
    out_of_scope: bool = False,
) -> int:
    """Open a review at version 1, about which something is due at its deadline; returns its id.

    `remind_at`: time of the first reminder; None: there is none. `is_first`: it stands before all others. `alike`: mark
    of the reviews that are like it. `assign_at`: time at which somebody is to be assigned; None: nobody is. `before`:
    the review in whose place it comes, with its escalation, and with its `assignee` where that is given. `blind`: its
    run has a proposal that nobody sees before it is decided. `out_of_scope`: the workflow was not to look at the case.
    """
    return rows.add(
        session,
        Review,
        team_id=team,
        run_id=run,
        case_id=case,
        workflow_id=workflow,
        version=1,
        state=ReviewState.OPEN,
        proposal_id=proposal,
        blind=blind,
        out_of_scope=out_of_scope,
        reasons_id=reasons_id,
        claimed_by=None,
        claimed_at=None,
        precedence=FIRST if is_first else BY_DEADLINE,
        alike=alike,
        opened_at=at,
        answer_by=answer_by,
        due_at=answer_by,
        remind_at=remind_at,
        reminders=0,
        assignments=0,
        assign_at=assign_at,
        assignee=assignee,
        assigned_by=before.assigned_by if before is not None and assignee is not None else None,
        escalated_to=before.escalated_to if before is not None else None,
        escalated_by=before.escalated_by if before is not None else None,
        escalated_at=before.escalated_at if before is not None else None,
        decided_at=None,
    )


def get(session: Session, review: int, *, team: int, anew: bool = False) -> Review | None:
    """The review with this id. `anew`: as it is kept now, whatever the session read of it before."""
    return rows.get(session, Review, review, team=team, anew=anew)


@dataclass(frozen=True, kw_only=True)
class ReviewPlace:
    """The team, case and workflow of a review."""

    case: int
    workflow: str
    second: int | None
    """Place of the declared second person that it waits for; None where it waits for none."""


def place_of(session: Session, review: int, *, team: int) -> ReviewPlace | None:
    """Return the team, case and workflow of a review; None where there is no review with this id."""
    found = session.execute(_PLACE, {"review": review, "team": team}).one_or_none()
    return ReviewPlace(case=found[0], workflow=found[1], second=found[2]) if found is not None else None


# Every press of a button needs this query: it is built once.
_PLACE = (
    select(Review.case_id, Workflow.name, Review.second)
    .join(Workflow, Workflow.id == Review.workflow_id)
    .where(Review.id == bindparam("review"), Review.team_id == bindparam("team"))
)


def of_run(session: Session, run: int, *, team: int) -> Review | None:
    """Return the review of a run."""
    return session.scalar(select(Review).where(Review.run_id == run, Review.team_id == team))


def of_case_in(session: Session, case: int, states: Collection[ReviewState], *, team: int) -> list[Review]:
    """Return the reviews of a case that are in one of these states, oldest first."""
    query = select(Review).where(Review.case_id == case, Review.team_id == team, Review.state.in_(states))
    return list(session.scalars(query.order_by(Review.id)))


def open_lines(
    session: Session,
    *,
    team: int,
    workflows: Collection[str] | None,
    limit: int,
    first: int = 0,
    state: ReviewState = ReviewState.OPEN,
) -> list[ReviewLine]:
    """Reviews in a state, corrections first, then by their deadlines; `workflows`: only these; `first`: from this place
    on.
    """
    query = (
        select(Review, Case.key, Workflow.name)
        .join(Case, Case.id == Review.case_id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(Review.team_id == team, Review.state == state)
        .order_by(Review.precedence, Review.answer_by, Review.id)
        .offset(first)
        .limit(limit)
    )
    if workflows is not None:
        query = query.where(Workflow.name.in_(workflows))
    return [line_of(review, key, name) for review, key, name in session.execute(query)]


def line_of(review: Review, key: str, workflow: str) -> ReviewLine:
    """Return a review as it stands in a list."""
    return ReviewLine(
        id=review.id,
        case_id=review.case_id,
        key=key,
        workflow=workflow,
        version=review.version,
        run_id=review.run_id,
        has_proposal=review.proposal_id is not None,
        blind=review.blind,
        reasons_id=review.reasons_id,
        state=review.state,
        claimed_by=review.claimed_by,
        opened_at=review.opened_at,
        answer_by=review.answer_by,
        assignee=review.assignee,
    )


def move(
    session: Session,
    *,
    team: int,
    review: int,
    frm: ReviewState,
    to: ReviewState,
    shown: int | None = None,
    **changes: Any,
) -> bool:
    """Move a review, or change it within its state; False where its state or, if given, its version is another."""
    where = {"team_id": team, "state": frm} if shown is None else {"team_id": team, "state": frm, "version": shown}
    return rows.change(session, Review, review, where=where, to={"state": to, **changes})


def claim(session: Session, *, team: int, review: int, by: str, at: datetime, lasts: timedelta | None) -> bool:
    """Claim a review for a person; False where somebody else holds it or nobody may decide it.

    `lasts`: how long a claim counts; one that is further from now was made long ago, or by a wrong clock. None: it is
    taken from whoever holds it.
    """
    unclaimed = list[ColumnElement[bool]]()
    if lasts is not None:
        unclaimed.append(is_free(by=by, at=at, lasts=lasts))
    claimed = (
        update(Review)
        .where(Review.id == review, Review.team_id == team, Review.state.in_(UNDECIDED), *unclaimed)
        .values(claimed_by=by, claimed_at=at)
        .returning(Review.id)
    )
    return session.scalar(claimed) is not None


def is_free(*, by: str, at: datetime, lasts: timedelta) -> ColumnElement[bool]:
    """Return the condition that nobody but this person has claimed a review within a time."""
    is_over = or_(Review.claimed_at < at - lasts, Review.claimed_at > at + lasts)
    return or_(Review.claimed_by.is_(None), Review.claimed_by == by, is_over)


def unclaim(session: Session, *, team: int, review: int, by: str) -> bool:
    """End a person's claim on a review that nobody has decided; False where they have none."""
    to = {"claimed_by": None, "claimed_at": None}
    return any(
        rows.change(session, Review, review, where={"team_id": team, "state": state, "claimed_by": by}, to=to)
        for state in UNDECIDED
    )


def touch_claim(session: Session, *, team: int, review: int, at: datetime) -> None:
    """Note that a review that somebody claimed, and nobody has decided, is in somebody's hands still."""
    for state in UNDECIDED:
        rows.change(session, Review, review, where={"team_id": team, "state": state}, to={"claimed_at": at})


def add_decision(
    session: Session,
    *,
    team: int,
    review: int,
    version: int,
    kind: str,
    follows: str | None,
    by: str,
    interaction_id: str | None,
    output_id: int | None,
    reason_id: int | None,
    confirmed: list[str],
    at: datetime,
    confirms: bool = False,
    seconds: float | None = None,
    unopened: bool = False,
) -> None:
    """Add the decision about a version of a review.

    Raise `sqlalchemy.exc.IntegrityError` for a second one, now or at the commit.
    """
    rows.append(
        session,
        Decision,
        team_id=team,
        review_id=review,
        version=version,
        kind=kind,
        follows=follows,
        by=by,
        interaction_id=interaction_id,
        output_id=output_id,
        reason_id=reason_id,
        confirmed=confirmed,
        confirms=confirms,
        at=at,
        seconds=seconds,
        unopened=unopened,
    )


def revoke(session: Session, review: int, versions: Collection[int], *, team: int, by: str, at: datetime) -> None:
    """Note that the decisions about these versions of a review no longer stand."""
    revoked = update(Decision).where(
        Decision.review_id == review,
        Decision.team_id == team,
        Decision.version.in_(versions),
        Decision.revoked_at.is_(None),
    )
    session.execute(revoked.values(revoked_at=at, revoked_by=by))


def decisions(session: Session, review: int, *, team: int) -> list[Decision]:
    """Return the decisions about a review, oldest first."""
    query = select(Decision).where(Decision.review_id == review, Decision.team_id == team)
    return list(session.scalars(query.order_by(Decision.version)))


def decision_counts(session: Session, *, team: int) -> dict[str, int]:
    """Count the decisions by kind, without those about cases with sample answers.

    Where two persons decide it is one decision, and none before the last of them.
    """
    query = (
        select(Decision.kind, func.count())
        .join(Review, Review.id == Decision.review_id)
        .where(
            Decision.team_id == team,
            Decision.revoked_at.is_(None),
            Decision.confirms.is_(False),
            or_(Review.state != ReviewState.AWAITING_SECOND, Decision.follows.is_not(None)),
            ~has_sample(Review.case_id),
        )
        .group_by(Decision.kind)
    )
    return dict(session.execute(query).all())


def seconds_since(session: Session, *, team: int, since: datetime) -> list[tuple[str, str, float]]:
    """Return workflow, kind and seconds of each decision since a time of which they are known.

    Left out are those that no longer stand, and cases with sample answers.
    """
    query = (
        select(Workflow.name, Decision.kind, Decision.seconds)
        .join(Review, Review.id == Decision.review_id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Decision.team_id == team,
            Decision.at >= since,
            Decision.seconds.is_not(None),
            Decision.revoked_at.is_(None),
            ~has_sample(Review.case_id),
        )
    )
    return [(workflow, kind, seconds) for workflow, kind, seconds in session.execute(query) if seconds is not None]


def decided_for(session: Session, run: int, *, team: int) -> Review | None:
    """Return the review of a run, or of the run whose decision it took over; None where no person was asked."""
    while True:
        review = of_run(session, run, team=team)
        parent = session.scalar(select(Run.parent_id).where(Run.id == run, Run.team_id == team))
        if review is not None or parent is None:
            return review
        run = parent
