"""Records that somebody wanted to do what they may not, or came too late with it: nothing changes, and it can be found.

What is kept is who, when, what and a word for why; never what was typed, and nothing of the case. Nobody fills the
audit with it: of one person a few are kept in a minute, and the last of them says that there were more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from store.cases import cases, reviews, workflow_pauses
from store.db.database import Unavailable
from store.governance import audit
from store.subjects import Subject, SubjectKind
from workflows.engine.case.lookup import cases_meant
from workflows.engine.context import Context
from workflows.engine.errors import (
    AlreadyDelivered,
    BadReason,
    FormChanged,
    InvalidOutput,
    NeverBroken,
    Refused,
    Repeated,
    Stale,
    Unknown,
)

log = structlog.get_logger()

TOO_LATE = "too_late"
"""The word for a press that came after the review had moved on."""
MOST = 10
"""Refusals of one person that are kept in a minute."""
_WHILE = timedelta(minutes=1)
_MISTYPED = (Repeated, InvalidOutput, BadReason)
"""What is no refusal: it was done before, or something was typed that does not fit."""


@contextmanager
def told_of_review(context: Context, review: int, *, by: str, wanted: str) -> Iterator[None]:
    """Have it recorded where the block refuses somebody who decides about a review. `wanted`: what, as a verb."""
    try:
        yield
    except Refused as error:
        if _counts(error):
            note_of_review(context, review, by=by, wanted=wanted, why=why_of(error))
        raise


@contextmanager
def told_of_case(context: Context, case: int, *, by: str, wanted: str) -> Iterator[None]:
    """The same for what is about a case."""
    try:
        yield
    except Refused as error:
        if _counts(error) and not isinstance(error, Unknown):
            note(context, case, by=by, wanted=wanted, why=why_of(error))
        raise


def note(context: Context, case: int, *, by: str, wanted: str, why: str = "no_right") -> None:
    """Record a refusal. `wanted`: what the person wanted to do, as a verb. `why`: a word for it. Raise `Unknown`."""
    with context.database.write(urgent=True) as session:
        row = cases.get(session, case, team=context.team)
        if row is None:
            raise Unknown(f"there is no case {case}")
        _record(session, context, by=by, wanted=wanted, why=why, subject=SubjectKind.CASE.of(case), case=case)


def note_of_review(context: Context, review: int, *, by: str, wanted: str, why: str) -> None:
    """Record a refusal that is about a review, which may be one that is not there."""
    try:
        with context.database.write(urgent=True) as session:
            row = reviews.get(session, review, team=context.team)
            case = row.case_id if row is not None else None
            _record(session, context, by=by, wanted=wanted, why=why, subject=SubjectKind.REVIEW.of(review), case=case)
    except Unavailable as error:  # the person is told all the same why nothing was done
        log.warning("refusal.not_kept", wanted=wanted, why=why, error=str(error))


def note_stray(context: Context, subject: Subject, *, by: str, wanted: str, why: str) -> None:
    """Record a refusal that is about nothing that is there. `subject`: what was named."""
    with context.database.write(urgent=True) as session:
        _record(session, context, by=by, wanted=wanted, why=why, subject=subject, case=None)


def note_unseen(context: Context, reference: str, *, by: str, wanted: str) -> None:
    """Record that somebody asked for a case that they may not know of, or that is not there. `wanted`: as for `note`.

    The same is done for both: by the time that it takes they are not told apart either.
    """
    meant = cases_meant(context, reference)
    with context.database.write(urgent=True) as session:
        case = meant[0] if meant else None
        subject = SubjectKind.CASE.of(case) if case is not None else SubjectKind.CASE.unnumbered
        _record(session, context, by=by, wanted=wanted, why="no_right", subject=subject, case=case)


def note_of_workflow(context: Context, workflow: str, *, by: str, wanted: str) -> None:
    """Record a refusal that is about a workflow and no case of it. `wanted`: as for `note`."""
    with context.database.write(urgent=True) as session:
        row = workflow_pauses.row_of(session, team=context.team, name=workflow, at=context.clock())
        _record(session, context, by=by, wanted=wanted, why="no_right", subject=SubjectKind.WORKFLOW.of(row), case=None)


def why_of(error: Refused) -> str:
    """A word for a refusal."""
    match error:
        case Stale():
            return TOO_LATE
        case NeverBroken():
            return "barred" if error.barred else "to_be_confirmed"
        case FormChanged():
            return "form_changed"
        case AlreadyDelivered():
            return "delivered"
        case Unknown():
            return "unknown"
        case _:
            return "not_possible"


def _counts(error: Refused) -> bool:
    return not isinstance(error, _MISTYPED)


def _record(
    session: Session, context: Context, *, by: str, wanted: str, why: str, subject: Subject, case: int | None
) -> None:
    at, action = context.clock(), f"{wanted}.refused"
    before = audit.refused(session, team=context.team, actor=by, since=at - _WHILE, at_most=MOST)
    if before >= MOST:
        log.warning("refusal.too_many", by=by, wanted=wanted, why=why)
        return
    more = {"more": "are not kept for a minute"} if before == MOST - 1 else {}
    audit.record(
        session,
        team=context.team,
        at=at,
        actor=by,
        action=action,
        subject=subject,
        case=case,
        details={"why": why, **more},
    )
