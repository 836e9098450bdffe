"""Reports that something was wrong: kept first, whatever they are about, and then taken up.

A report of a delivered case opens a review of what was delivered, which a person decides: changed, or right as it was.
Others are shown where the case is looked at. Whoever reports is told the same in any case.
"""

from enum import StrEnum

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, deliveries, runs
from store.cases.review import reports, reviews
from store.governance import audit, teams
from store.slack import messages
from store.states import ReviewState, RunState
from store.subjects import Subject, SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.removed import has_content
from workflows.engine.case.transitions import begin_after
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import BadReason
from workflows.engine.propose import proposer
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.decisions import MAX_REPORT
from workflows.engine.review.opening import open_review
from workflows.engine.text.canonical_json import unstorable

AT_ONCE = 100
"""Reports that are taken up in one look."""
_UNDER_WAY = (RunState.READY, RunState.RUNNING, RunState.DELIVERING)
_MAY_BE_DELIVERED = (RunState.HOLDING, RunState.DOUBTFUL, RunState.FAILED, RunState.PARKED)
"""States in which what a person decided is not delivered, and may be without another person."""
_ABOUT = 300


class Outcome(StrEnum):
    """The outcome of a report."""

    OPENED = "opened"
    """A review of what was delivered was opened for it."""
    JOINED = "joined"
    """It was added to a correction that waits already."""
    SHOWN = "shown"
    """It stands on the card of its case, which nobody delivered yet. Where a person had decided it, it is taken up once
    that is delivered.
    """
    TOLD = "told"
    """The workflow's owner was told: nobody has to decide anything about the case."""
    FORGOTTEN = "forgotten"
    """The content of the case was removed before anybody took the report up."""
    UNSEEN = "unseen"
    """There is no such case, or the person may not read it."""


def note(
    context: Context, *, about: str, case: int | None, by: str, said: str, interaction_id: str | None = None
) -> int | None:
    """Keep a person's report, and return its id; None where this very interaction was kept before.

    `about`: what the person named. `case`: the case that it means; None where there is none, or they may not read it.
    Both take the same steps. Raise `BadReason` for words that are missing, too long, or cannot be kept.
    """
    if not said.strip() or len(said) > MAX_REPORT:
        raise BadReason(f"a report has 1 to {MAX_REPORT:,} characters")
    problem = unstorable({"the report": said})
    if problem is not None:
        raise BadReason(problem)
    with context.database.write(urgent=True) as session:
        at = context.clock()
        kept = reports.add(
            session,
            team=context.team,
            about=about[:_ABOUT],
            case=case,
            by=by,
            said=said.strip(),
            interaction_id=interaction_id,
            outcome=None if case is not None else Outcome.UNSEEN,
            at=at,
        )
        if kept is not None:
            subject = SubjectKind.CASE.of(case) if case is not None else SubjectKind.CASE.unnumbered
            _record(session, context, by=by, action="report.made", subject=subject, case=case, report=kept)
        return kept


def note_by_itself(session: Session, context: Context, case: int, *, said: str, occasion: str) -> int | None:
    """Keep a report that Countersign makes itself, and return its id; None where it was made on this occasion before.

    It is taken up like a person's.
    """
    at, by = context.clock(), reports.BY_ITSELF
    kept = reports.add(
        session,
        team=context.team,
        about=f"case {case}",
        case=case,
        by=by,
        said=said,
        interaction_id=occasion,
        outcome=None,
        at=at,
    )
    if kept is not None:
        subject = SubjectKind.CASE.of(case)
        _record(session, context, by=by, action="report.made", subject=subject, case=case, report=kept)
    return kept


def case_of_message(context: Context, *, channel: str, ts: str, thread: str | None) -> int | None:
    """Return the case that a message in a channel is about; None where it is about none, or is none of ours.

    `thread`: the message that it answers, if it is in a thread.
    """
    with context.database.read() as session:
        for name in dict.fromkeys((ts, thread)):
            subject = messages.subject_at(session, team=context.team, channel=channel, ts=name) if name else None
            if subject is not None:
                return _case_of(session, subject, team=context.team)
    return None


def _case_of(session: Session, subject: Subject, *, team: int) -> int | None:
    found: schema.Review | schema.Run | schema.Delivery | None = None
    match subject.kind:
        case SubjectKind.CASE:
            return subject.id
        case SubjectKind.REVIEW:
            found = reviews.get(session, subject.id, team=team)
        case SubjectKind.RUN:
            found = runs.get(session, subject.id, team=team)
        case SubjectKind.DELIVERY:
            found = deliveries.get(session, subject.id, team=team)
    return found.case_id if found is not None else None


def take_up_all(context: Context) -> int:
    """Take up the reports that wait, because their case was being worked on or a process ended; return their number."""
    with context.database.read() as session:
        waiting = reports.waiting(session, team=context.team, limit=AT_ONCE)
    return sum(take_up(context, report) is not None for report in waiting)


def take_up(context: Context, report: int) -> Outcome | None:
    """Do what follows from a report; None where it has to wait, or was taken up before."""
    with context.database.write() as session:
        row = reports.get(session, report, team=context.team)
        if row is None or row.case_id is None or row.outcome is not None:
            return None
        case = cases.get(session, row.case_id, team=context.team)
        assert case is not None
        name = teams.workflow_name(session, case.workflow_id, team=context.team)
        if name not in context.registry:
            return None  # a process that knows its workflow takes it up
        cases.hold(session, case.id, team=context.team)
        run = runs.newest(session, case.id, team=context.team)
        if run is None or run.state in _UNDER_WAY:
            return None  # it is over in a moment; then it is known what was delivered
        workflow = context.registry.get(name)
        if run.state in _MAY_BE_DELIVERED:
            decided = reviews.decided_for(session, run.id, team=context.team)
            if decided is not None and decided.state == ReviewState.DECIDED:
                return _show(session, context, row, run, decided, workflow)
        if _is_of_older_content(session, row, run):
            # What was wrong with it is not known of the newer content, and the older one is not delivered any more.
            outcome, review = Outcome.SHOWN, row.review_id
        else:
            outcome, review = _follow(session, context, row, run, workflow)
        if not reports.take_up(session, report, team=context.team, outcome=outcome, run=run.id, review=review):
            return None
        _record(
            session,
            context,
            by=row.by,
            action=f"report.{outcome}",
            subject=SubjectKind.CASE.of(case.id) if review is None else SubjectKind.REVIEW.of(review),
            case=case.id,
            report=report,
        )
        if review is not None:
            shown = reviews.get(session, review, team=context.team)
            assert shown is not None
            notices.card(session, shown, workflow.review, at=context.clock())
        return outcome


def _show(
    session: Session,
    context: Context,
    report: schema.Report,
    run: schema.Run,
    review: schema.Review,
    workflow: AnyWorkflow,
) -> Outcome | None:
    """Show a report on the card of a decision that is not delivered; None where it stands there already.

    It is taken up once it is known whether that was delivered: nobody is asked about the decision before.
    """
    if not reports.show(session, report.id, team=context.team, run=run.id, review=review.id):
        return None
    subject = SubjectKind.REVIEW.of(review.id)
    _record(
        session, context, by=report.by, action="report.shown", subject=subject, case=report.case_id, report=report.id
    )
    notices.card(session, review, workflow.review, at=context.clock())
    return Outcome.SHOWN


def _is_of_older_content(session: Session, report: schema.Report, newest: schema.Run) -> bool:
    """Tell whether the case got newer content since a report was shown on a card of it."""
    shown_of = runs.get(session, report.run_id, team=newest.team_id) if report.run_id is not None else None
    return shown_of is not None and shown_of.revision < newest.revision


def _follow(
    session: Session, context: Context, report: schema.Report, run: schema.Run, workflow: AnyWorkflow
) -> tuple[Outcome, int | None]:
    """Return what comes of a report, and the review on whose card it stands."""
    if run.state == RunState.DELIVERED or (run.state == RunState.CLOSED and run.correction):
        delivered = runs.last_delivered(session, run.case_id, team=context.team)
        if delivered is not None and delivered.output_id is not None:
            if not has_content(session, delivered):
                # Without its content nobody can decide anything: its owner is told.
                notices.reported(session, report, run.case_id, workflow.review, at=context.clock())
                return Outcome.TOLD, None
            return Outcome.OPENED, _open(session, context, report, delivered, workflow)
    review = reviews.decided_for(session, run.id, team=context.team)
    if run.state == RunState.CLOSED or review is None or review.state == ReviewState.SUPERSEDED:
        notices.reported(session, report, run.case_id, workflow.review, at=context.clock())
        return Outcome.TOLD, None
    waits = run.state == RunState.WAITING and run.correction > 0
    return Outcome.JOINED if waits else Outcome.SHOWN, review.id


def _open(
    session: Session, context: Context, report: schema.Report, delivered: schema.Run, workflow: AnyWorkflow
) -> int:
    """Open a review of what was delivered, to be changed or left, and return its id.

    The values were delivered, so no rule of the author's is asked about them now. A decision has them checked.
    """
    assert delivered.output_id is not None
    run = begin_after(
        session,
        delivered,
        RunState.WAITING,
        at=context.clock(),
        actor=SYSTEM,
        action="correction.proposed",
        details={"delivered": delivered.id, "report": report.id},
        code_version=context.registry.code_version(workflow),
        correction=runs.last_correction(session, delivered.case_id, team=context.team, revision=delivered.revision) + 1,
    )
    values = kept_body(session, delivered.output_id, team=context.team)
    kept = proposer.keep_decided(session, context, run, values, said="It was delivered so.", by="what was delivered")
    salt = cases.salt_of(session, run.case_id, team=context.team)
    return open_review(session, context, run, workflow, proposal=kept, reasons=[Reason(code=Code.REPORTED)], salt=salt)


def _record(
    session: Session, context: Context, *, by: str, action: str, subject: Subject, case: int | None, report: int
) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=action,
        subject=subject,
        case=case,
        details={"report": report},
    )
