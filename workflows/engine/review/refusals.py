"""Records of refusals: somebody wanted to do something without the right to it, or too late.

A record holds the person, the time, the act and a code for the reason; never what was typed, and nothing of the case.
Nobody can fill the audit this way: a few refusals of one person are kept in a minute, and the last one says that
further ones are not.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import structlog
from pydantic import JsonValue
from sqlalchemy.orm import Session

from store.cases import cases, workflow_pauses
from store.cases.review import reviews
from store.db.database import Unavailable
from store.governance import audit
from store.subjects import Subject, SubjectKind
from workflows.engine.case.lookup import cases_meant
from workflows.engine.context import Context
from workflows.engine.errors import (
    AlreadyDelivered,
    BadReason,
    FormChanged,
    InvalidInput,
    InvalidOutput,
    NeverBroken,
    NotBlind,
    OwnCase,
    Refused,
    Repeated,
    SamePerson,
    Stale,
    Unknown,
)
from workflows.engine.review.views import RefusalView, WhyRefused

log = structlog.get_logger()

MOST = 10
"""Refusals of one person that are kept in a minute."""
_WHILE = timedelta(minutes=1)
_MISTYPED = (Repeated, InvalidInput, InvalidOutput, BadReason)
"""Errors that are no refusal: the act was done before, or the entry does not fit."""


def refusal_of(details: Mapping[str, JsonValue]) -> RefusalView | None:
    """Return the refusal in the details of an entry of the audit; None where it is about something else."""
    wanted, why = details.get("wanted"), details.get("why")
    if not isinstance(wanted, str) or not isinstance(why, str):
        return None
    return RefusalView(wanted=wanted, why=why, last=bool(details.get("last")))


@contextmanager
def told_of_review(context: Context, review: int, *, by: str, wanted: str) -> Iterator[None]:
    """Record it where the block refuses a person's act on a review. `wanted`: the act, as a verb."""
    try:
        yield
    except Refused as error:
        if _counts(error):
            note_of_review(context, review, by=by, wanted=wanted, why=why_of(error))
        raise


@contextmanager
def told_of_case(context: Context, case: int, *, by: str, wanted: str) -> Iterator[None]:
    """Record it where the block refuses a person's act on a case. `wanted`: the act, as a verb."""
    try:
        yield
    except Refused as error:
        if _counts(error) and not isinstance(error, Unknown):
            note(context, case, by=by, wanted=wanted, why=why_of(error))
        raise


def note(context: Context, case: int, *, by: str, wanted: str, why: WhyRefused = WhyRefused.NO_RIGHT) -> None:
    """Record a refusal about a case. `wanted`: the act, as a verb. Raise `Unknown`."""
    with context.database.write(urgent=True) as session:
        row = cases.get(session, case, team=context.team)
        if row is None:
            raise Unknown(f"there is no case {case}")
        _record(session, context, by=by, wanted=wanted, why=why, subject=SubjectKind.CASE.of(case), case=case)


def note_of_review(context: Context, review: int, *, by: str, wanted: str, why: WhyRefused) -> None:
    """Record a refusal about a review, which may not exist."""
    try:
        with context.database.write(urgent=True) as session:
            row = reviews.get(session, review, team=context.team)
            case = row.case_id if row is not None else None
            _record(session, context, by=by, wanted=wanted, why=why, subject=SubjectKind.REVIEW.of(review), case=case)
    except Unavailable as error:  # the person is still told why nothing was done
        log.warning("refusal.not_kept", wanted=wanted, why=why, error=str(error))


def note_stray(context: Context, subject: Subject, *, by: str, wanted: str, why: WhyRefused) -> None:
    """Record a refusal that is about nothing that is there. `subject`: what was named."""
    with context.database.write(urgent=True) as session:
        _record(session, context, by=by, wanted=wanted, why=why, subject=subject, case=None)


def note_unseen(context: Context, reference: str, *, by: str, wanted: str) -> None:
    """Record that somebody asked for a case that does not exist or that they may not see. `wanted`: as for `note`.

    Both take the same steps, so that the time of the answer does not show which one it was.
    """
    meant = cases_meant(context, reference)
    with context.database.write(urgent=True) as session:
        case = meant[0] if meant else None
        subject = SubjectKind.CASE.of(case) if case is not None else SubjectKind.CASE.unnumbered
        _record(session, context, by=by, wanted=wanted, why=WhyRefused.NO_RIGHT, subject=subject, case=case)


def note_of_workflow(
    context: Context, workflow: str, *, by: str, wanted: str, why: WhyRefused = WhyRefused.NO_RIGHT
) -> None:
    """Record a refusal about a workflow as a whole. `wanted`: as for `note`."""
    with context.database.write(urgent=True) as session:
        row = workflow_pauses.row_of(session, team=context.team, name=workflow, at=context.clock())
        _record(
            session,
            context,
            by=by,
            wanted=wanted,
            why=why,
            subject=SubjectKind.WORKFLOW.of(row),
            case=None,
        )


def why_of(error: Refused) -> WhyRefused:
    """Return the reason of a refusal."""
    match error:
        case Stale():
            return WhyRefused.TOO_LATE
        case NeverBroken():
            return WhyRefused.BARRED if error.barred else WhyRefused.TO_BE_CONFIRMED
        case SamePerson():
            return WhyRefused.SAME_PERSON
        case OwnCase():
            return WhyRefused.OWN_CASE
        case NotBlind():
            return WhyRefused.NOT_BLIND
        case FormChanged():
            return WhyRefused.FORM_CHANGED
        case AlreadyDelivered():
            return WhyRefused.DELIVERED
        case Unknown():
            return WhyRefused.UNKNOWN
        case _:
            return WhyRefused.NOT_POSSIBLE


def _counts(error: Refused) -> bool:
    return not isinstance(error, _MISTYPED)


def _record(
    session: Session, context: Context, *, by: str, wanted: str, why: WhyRefused, subject: Subject, case: int | None
) -> None:
    at, action = context.clock(), f"{wanted}.refused"
    before = audit.refused(session, team=context.team, actor=by, since=at - _WHILE, at_most=MOST)
    if before >= MOST:
        log.warning("refusal.too_many", by=by, wanted=wanted, why=why)
        return
    last = {"last": True} if before == MOST - 1 else {}
    audit.record(
        session,
        team=context.team,
        at=at,
        actor=by,
        action=action,
        subject=subject,
        case=case,
        details={"wanted": wanted, "why": why, **last},
    )
