"""Legal holds: orders to keep the content of a case, or of all cases of a workflow, whoever asks for its removal."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store.cases import cases
from store.governance import audit, legal_holds, teams
from store.subjects import Subject, SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import BadReason, ContentRemoved, Refused, Unknown
from workflows.engine.privacy.views import LegalHoldView
from workflows.engine.text.canonical_json import unstorable

MAX_REASON = 500
"""Characters of a hold's reason."""
_LISTED = 1_000
"""Most holds of a list."""


def place(context: Context, *, case: int | None = None, workflow: str | None = None, reason: str, by: str) -> int:
    """Place a legal hold on a case or on a workflow, and return its id.

    Raise `Unknown`, `BadReason`, or `ContentRemoved` where the content of the case is gone already.
    """
    said = reason.strip()
    problem = unstorable({"the reason": said})
    if not said or len(said) > MAX_REASON or problem is not None:
        raise BadReason(problem or f"a legal hold needs a reason of 1 to {MAX_REASON} characters")
    with context.database.write(urgent=True) as session:
        at = context.clock()
        if case is not None:
            # What is being removed at this moment comes first, or not at all.
            cases.hold(session, case, team=context.team)
        subject = _subject(session, context, case=case, workflow=workflow)
        row = cases.get(session, case, team=context.team) if case is not None else None
        if row is not None and row.erased_at is not None:
            said = f"the content of case {row.id} was removed on {row.erased_at:%Y-%m-%d}: none is left"
            raise ContentRemoved(said, case=row.id, at=row.erased_at)
        placed = legal_holds.place(session, team=context.team, subject=subject, reason=said, by=by, at=at)
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action="legal_hold.placed",
            subject=subject,
            case=case,
            details={"hold": placed},
        )
        return placed


def lift(context: Context, *, case: int | None = None, workflow: str | None = None, by: str) -> int:
    """Lift all legal holds on a case or on a workflow, and return their number.

    Raise `Unknown`, or `Refused` where there is none.
    """
    with context.database.write(urgent=True) as session:
        at = context.clock()
        subject = _subject(session, context, case=case, workflow=workflow)
        lifted = legal_holds.lift(session, team=context.team, subject=subject, by=by, at=at)
        if not lifted:
            raise Refused(f"there is no legal hold on {_named(case, workflow)}")
        for hold in lifted:
            audit.record(
                session,
                team=context.team,
                at=at,
                actor=by,
                action="legal_hold.lifted",
                subject=subject,
                case=case,
                details={"hold": hold},
            )
        return len(lifted)


def active(context: Context) -> Sequence[LegalHoldView]:
    """Return the legal holds that are not lifted, the newest first."""
    with context.database.read() as session:
        lines = legal_holds.active(session, team=context.team, limit=_LISTED)
    return [
        LegalHoldView(
            id=line.id,
            case=line.subject.id if line.subject.kind is SubjectKind.CASE else None,
            key=line.case,
            workflow=line.workflow,
            reason=line.reason,
            placed_by=line.placed_by,
            placed_at=line.placed_at,
        )
        for line in lines
    ]


def _subject(session: Session, context: Context, *, case: int | None, workflow: str | None) -> Subject:
    if (case is None) == (workflow is None):
        raise Refused("name one case, or one workflow with --workflow")
    if case is not None:
        if cases.get(session, case, team=context.team) is None:
            raise Unknown(f"there is no case {case}")
        return SubjectKind.CASE.of(case)
    assert workflow is not None
    row = teams.find_workflow(session, team=context.team, name=workflow)
    if row is None:
        raise Unknown(f"there is no workflow {workflow} that took in a case")
    return SubjectKind.WORKFLOW.of(row)


def _named(case: int | None, workflow: str | None) -> str:
    return f"case {case}" if case is not None else f"the workflow {workflow}"
