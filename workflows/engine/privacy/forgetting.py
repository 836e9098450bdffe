"""Forgetting of cases: their content is removed at somebody's wish, whatever state they are in, if that is possible.

A case that waits for a person, that failed, or that waits for a worker ends by it. One that is worked on, or whose
delivery is still to come or in doubt, is left as it is: what people decided is carried out first.
"""

from collections.abc import Sequence
from dataclasses import replace
from secrets import token_hex

from sqlalchemy.orm import Session
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from store import schema
from store.cases import cases, deliveries, removals, retained, runs
from store.cases.review import questions, reports, reviews, spot_checks
from store.documents import uses
from store.governance import audit, legal_holds, teams
from store.sources import follow_ups
from store.states import NOT_ENDED, STOPPED, UNDECIDED, FollowUpState, QuestionState, ReviewState, RunState
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.case.transitions import move_question, move_review, move_run
from workflows.engine.causes.counting import close_where_through
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.review import Review
from workflows.engine.documents.removing import remove_unheld
from workflows.engine.errors import Stale, Unknown
from workflows.engine.privacy.erasing import remove
from workflows.engine.privacy.kinds import counts_by_class
from workflows.engine.privacy.subjects import Words
from workflows.engine.privacy.views import Bar, CaseToForget, Forgotten, LeftOver, Why
from workflows.engine.read.explained.chains import made_from
from workflows.engine.review.spot_checks.standing import supersede as end_spot_check
from workflows.engine.review.spot_checks.views import Became, End
from workflows.engine.review.wrong.reports import Outcome

FORGOTTEN = "case.forgotten"
"""The audit's word for a case whose content was removed at somebody's wish."""
_BARS = {
    RunState.RUNNING: Bar.RUNNING,
    RunState.DELIVERING: Bar.DELIVERING,
    RunState.HOLDING: Bar.DECIDED,
    RunState.DOUBTFUL: Bar.DOUBTFUL,
}
_TO_DECIDE = (ReviewState.OPEN, ReviewState.AWAITING_SECOND, ReviewState.ASKED)


def case_to_forget(context: Context, case: int, *, words: Words | None = None) -> CaseToForget:
    """Return what forgetting a case would remove, and whether that is possible. Raise `Unknown`."""
    with context.database.read() as session:
        row, newest = cases.get(session, case, team=context.team), runs.newest(session, case, team=context.team)
        if row is None or newest is None:
            raise Unknown(f"there is no case {case}")
        hold = legal_holds.on(session, team=context.team, case=case, workflow=row.workflow_id)
        standing = retained.standing(session, case, team=context.team)
        held = uses.of_case(session, case, team=context.team)
        return CaseToForget(
            case=case,
            key=row.key,
            workflow=teams.workflow_name(session, row.workflow_id, team=context.team),
            state=newest.state,
            content=counts_by_class(removals.counts(session, [case], team=context.team)),
            is_open=standing is not None and standing.ended_at is None,
            key_has_words=words is not None and words.stand_in(row.key),
            bar=Bar.HELD if hold is not None else _bar(runs.of_case(session, case, team=context.team)),
            hold=hold.reason if hold is not None else None,
            erased_at=row.erased_at,
            follow_ups=[one for one in made_from(session, case, team=context.team) if _has_content(session, one, row)],
            documents=held.alone,
            shared_documents=held.shared,
        )


def forget(context: Context, case: int, *, by: str, why: Why = Why.CASE, words: Words | None = None) -> Forgotten:
    """Remove the content of a case, and end it where it is open. Called twice, it is done once.

    `words`: where they stand in its key, that is replaced. Raise `Unknown`.
    """
    done = _forget(context, case, by=by, why=why, words=words)
    # Files go once it is certain that no case holds them any more.
    return replace(done, files_left=remove_unheld(context).failed) if done.documents else done


@retry(retry=retry_if_exception_type(Stale), stop=stop_after_attempt(5), reraise=True)
def _forget(context: Context, case: int, *, by: str, why: Why, words: Words | None) -> Forgotten:
    with context.database.write() as session:
        cases.hold(session, case, team=context.team)
        row = cases.get(session, case, team=context.team)
        if row is None:
            raise Unknown(f"there is no case {case}")
        hold = legal_holds.on(session, team=context.team, case=case, workflow=row.workflow_id)
        at_work = runs.of_case_in(session, case, NOT_ENDED, team=context.team)
        bar = Bar.HELD if hold is not None else _bar(at_work)
        if bar is not None:
            return Forgotten(case=case, removed={}, ended=False, new_key=None, bar=bar)
        ended = _end(session, context, row, at_work, by=by)
        at, name = context.clock(), teams.workflow_name(session, row.workflow_id, team=context.team)
        held = uses.of_case(session, case, team=context.team)
        removed = remove(session, context, row, workflow=name, at=at)
        new_key = (
            _rename(session, row, name, namespace=context.namespace)
            if words is not None and words.stand_in(row.key)
            else None
        )
        done = Forgotten(
            case=case,
            removed=removed,
            ended=ended,
            new_key=new_key,
            bar=None,
            documents=held.alone,
            shared_documents=held.shared,
        )
        if removed or ended or new_key:
            _record(session, context, done, by=by, why=why)
        return done


def left_over(context: Context, case: int) -> LeftOver:
    """Look again at every row of a case, and return what is still there of its content. Raise `Unknown`."""
    with context.database.read() as session:
        if cases.get(session, case, team=context.team) is None:
            raise Unknown(f"there is no case {case}")
        content = counts_by_class(removals.counts(session, [case], team=context.team))
        places = removals.hashes_left(session, case, team=context.team)
        return LeftOver(case=case, content=content, places=list(places))


def _bar(at_work: Sequence[schema.Run]) -> Bar | None:
    """Return why a case with these runs, of all or of those that have not ended, is left as it is now."""
    for run in at_work:
        if run.state in _BARS:
            return _BARS[run.state]
        if run.state == RunState.READY and run.resolution is not None:
            return Bar.DECIDED
    return None


def _end(session: Session, context: Context, row: schema.Case, at_work: Sequence[schema.Run], *, by: str) -> bool:
    """End all that somebody, or a worker, has still to do about a case; False where there is nothing.

    Raise `Stale` where it moved meanwhile; nothing is kept then.
    """
    team, at, found = context.team, context.clock(), bool(at_work)
    name = teams.workflow_name(session, row.workflow_id, team=team)
    known = context.registry.get(name) if name in context.registry else None
    for run in at_work:
        had_stopped = run.state in STOPPED
        if not move_run(session, run, RunState.SUPERSEDED, at=at, actor=by):
            raise Stale(f"case {row.id} moved meanwhile")
        if had_stopped and run.cause_id is not None:
            version = context.registry.code_version(known) if known is not None else run.code_version
            close_where_through(session, run.cause_id, team=team, code_version=version, at=at)
    for review in reviews.of_case_in(session, row.id, _TO_DECIDE, team=team):
        found, waited = True, review.state == ReviewState.AWAITING_SECOND
        why: dict[str, str | int | None] = {"why": "forgotten"}
        superseded = ReviewState.SUPERSEDED
        if not move_review(session, review, superseded, at=at, actor=by, action="review.superseded", details=why):
            raise Stale(f"case {row.id} moved meanwhile")
        if waited:
            # What one person decided and no second one confirmed is no decision.
            made = reviews.decisions(session, review.id, team=team)
            pending = [decision.version for decision in made if decision.output_id is not None]
            reviews.revoke(session, review.id, pending, team=team, by=by, at=at)
        notices.card(session, review, known.review if known is not None else Review(), at=at)
    for question in questions.of_case(session, row.id, team=team):
        if question.due_at is None:
            continue
        if question.state is QuestionState.SENT:
            questions.move(session, question, question.state, due_at=None)
        else:
            to = QuestionState.DOUBTFUL if question.maybe_sent else QuestionState.FAILED
            move_question(session, question, to, at=at, actor=by, action=f"question.{to}", due_at=None)
    for check in spot_checks.of_case(session, row.id, team=team):
        if check.state in UNDECIDED:
            found = end_spot_check(session, context, check, End.FORGOTTEN) or found
        elif check.correction == Became.DUE:
            spot_checks.note_correction(session, check.id, team=team, became=Became.OVERTAKEN, review=None)
    for row_of in follow_ups.of_case(session, row.id, team=team):
        found = _end_follow_up(session, context, row_of, known, by=by) or found
    for report in reports.waiting_of(session, row.id, team=team):
        found = reports.take_up(session, report, team=team, outcome=Outcome.FORGOTTEN) or found
    return found


def _end_follow_up(
    session: Session, context: Context, row: schema.FollowUp, known: AnyWorkflow | None, *, by: str
) -> bool:
    """End a follow-up that is to be made, or that somebody was to make again; False where it is neither."""
    at, cause = context.clock(), row.cause_id
    if row.state not in (FollowUpState.DUE, FollowUpState.FAILED):
        return False
    if not follow_ups.move(session, row, FollowUpState.NOTHING, at=at, problem_id=None):
        raise Stale(f"case {row.case_id} moved meanwhile")
    audit.record(
        session,
        team=row.team_id,
        at=at,
        actor=by,
        action="follow_up.removed",
        subject=SubjectKind.CASE.of(row.case_id),
        case=row.case_id,
        details={"follow_up": row.id, "run": row.run_id, "then": row.workflow},
    )
    if cause is not None:
        version = context.registry.code_version(known) if known is not None else None
        close_where_through(session, cause, team=row.team_id, code_version=version, at=at)
    return True


def _has_content(session: Session, case: int, of: schema.Case) -> bool:
    row = cases.get(session, case, team=of.team_id)
    return row is not None and row.erased_at is None


def _rename(session: Session, row: schema.Case, workflow: str, *, namespace: str | None) -> str:
    """Put random digits in the place of a case's key, and in the keys of its deliveries. Return the new key."""
    old, new = row.key, f"forgotten-{token_hex(16)}"
    before, after = (delivery_key(workflow=workflow, case=key, revision=1, namespace=namespace) for key in (old, new))
    made = deliveries.of_case(session, row.id, team=row.team_id)
    renamed = {one.key: after + one.key.removeprefix(before) for one in made if one.key.startswith(before)}
    removals.rename(session, row.id, team=row.team_id, key=new, deliveries=renamed)
    return new


def _record(session: Session, context: Context, done: Forgotten, *, by: str, why: Why) -> None:
    details: dict[str, str | int | None] = {"why": why, **{of.value: number for of, number in done.removed.items()}}
    if done.documents:
        details["documents"] = done.documents
    if done.ended:
        details["ended"] = "open"
    if done.new_key is not None:
        details["renamed"] = "yes"
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=FORGOTTEN,
        subject=SubjectKind.CASE.of(done.case),
        case=done.case,
        details=details,
    )
