"""The only moves of runs, reviews, deliveries, questions, spot checks and announcements: along the table,
compare-and-set, audited.

A run that takes the place of another begins here too, with its audit row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.cases import causes, deliveries, queue, runs
from store.cases.review import questions, reviews, spot_checks
from store.governance import audit
from store.learning import announcements
from store.states import (
    UNDECIDED,
    AnnouncementState,
    DeliveryState,
    QuestionState,
    Resolution,
    ReviewState,
    RunState,
    SpotCheckState,
)
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.moves import (
    ANNOUNCEMENT_MOVES,
    DELIVERY_MOVES,
    QUESTION_MOVES,
    REVIEW_MOVES,
    RUN_MOVES,
    SPOT_CHECK_MOVES,
)
from workflows.engine.case.source import outcome_news
from workflows.engine.causes import counting
from workflows.engine.causes.counting import Stop
from workflows.engine.context import SYSTEM

FRESH: Mapping[str, Any] = {"target": None, "waiting_since": None, "rounds": 0, "next_at": None}
"""The columns of a delivery that has not waited."""
UNRESOLVED: Mapping[str, Any] = {
    "resolution": None,
    "output_id": None,
    "held_until": None,
    "spot_check_probability": None,
}
"""The columns of a run that was announced, and that a person decides after all."""
Details = Mapping[str, str | int | None]
"""Further facts of an audit row: ids, hashes, codes and numbers."""
NOTHING: Details = {}
_STOPPED = frozenset({RunState.FAILED, RunState.PARKED})
"""Ends of a run after which nothing is delivered until a person acts."""

ANNOUNCED: Mapping[AnnouncementState, str] = {
    AnnouncementState.OPEN: "announcement.made",
    AnnouncementState.LAPSED: "announcement.lapsed",
    AnnouncementState.STOPPED: "announcement.stopped",
    AnnouncementState.WITHDRAWN: "announcement.withdrawn",
}
"""State of an announcement -> the audit's word for its way there."""
_WAITS = frozenset({ReviewState.OPEN, ReviewState.AWAITING_SECOND})
"""States of a review in which somebody may decide it."""


class ImpossibleMove(AssertionError):
    """The code tried a move that the table does not have."""


def move_run(
    session: Session,
    run: schema.Run,
    to: RunState,
    *,
    at: datetime,
    actor: str,
    held_at: int | None = None,
    otherwise: Exception | None = None,
    details: Details = NOTHING,
    **changes: Any,
) -> bool:
    """Move a run from the state in which it was read.

    False where it is no longer in that state or, if given, held at that lease. `otherwise`: an error to raise instead,
    at the latest at the commit; the database is not asked at once then. `details`: what the audit's row says besides.
    `changes`: columns that change with it. Where the run stops or is superseded, its delivery waits no longer. Raise
    `ImpossibleMove` for a move that the table does not have.
    """
    frm = run.state
    if to not in RUN_MOVES[frm]:
        raise ImpossibleMove(f"run {run.id}: {frm} > {to}")
    moved = runs.move(
        session, team=run.team_id, run=run.id, frm=frm, to=to, at=at, held_at=held_at, otherwise=otherwise, **changes
    )
    if not moved:
        return False
    audit.record(
        session,
        team=run.team_id,
        at=at,
        actor=actor,
        action=f"run.{to}",
        subject=SubjectKind.RUN.of(run.id),
        case=run.case_id,
        details={"from": frm, **details},
    )
    if to is RunState.READY:
        queue.enqueue(session, team=run.team_id, run=run.id, case=run.case_id)
    if run.resolution is not None and (to in _STOPPED or to is RunState.SUPERSEDED):
        _settle_delivery(session, run, to, at=at, actor=actor)
    counting.follow(session, run, frm=frm, to=to, at=at)
    if run.origin_id is not None:
        outcome_news.tell(session, run, to, at=at)
    return True


def stop_run(
    session: Session, run: schema.Run, to: RunState, stop: Stop, *, at: datetime, problem_id: int | None
) -> bool:
    """Move a run to a state in which somebody has to repair something, and count it with its cause.

    False where it is no longer in the state in which it was read.
    """
    began, before = run.changed_at, run.cause_id
    cause = counting.cause_of(session, run, stop.failure, at=at)
    if not move_run(session, run, to, at=at, actor=SYSTEM, problem_id=problem_id, cause_id=cause):
        return False
    if before is not None and before != cause:
        # What it was run again for did not come back. Two such runs lock both causes in the same order.
        for one in sorted((before, cause)):
            causes.hold(session, one, team=run.team_id)
        counting.close_where_through(session, before, team=run.team_id, code_version=stop.code_version, at=at)
    if before == cause and run.parent_id is not None:
        version = stop.code_version
        causes.note_rerun(session, cause, team=run.team_id, code_version=version, is_through=False)
    counting.count(session, cause, stop, team=run.team_id, began=began, at=at)
    return True


def _settle_delivery(session: Session, run: schema.Run, to: RunState, *, at: datetime, actor: str) -> None:
    """Note that a delivery is not attempted again by itself, because its run stopped or was superseded."""
    delivery = deliveries.of_run(session, run.id, team=run.team_id)
    if delivery is None or delivery.state not in (DeliveryState.WAITING, DeliveryState.ATTEMPTING):
        return
    # An attempt that was cut off may have been applied.
    maybe = delivery.maybe_applied or delivery.state == DeliveryState.ATTEMPTING
    if to in _STOPPED or maybe:
        move_delivery(session, delivery, DeliveryState.FAILED, at=at, actor=actor, next_at=None, maybe_applied=maybe)
    else:
        move_delivery(session, delivery, DeliveryState.INTENDED, at=at, actor=actor, **FRESH)


def begin_after(
    session: Session,
    before: schema.Run,
    state: RunState,
    *,
    at: datetime,
    actor: str,
    action: str,
    details: Mapping[str, str | int | None],
    code_version: str,
    correction: int | None = None,
    from_step: str | None = None,
    resolution: Resolution | None = None,
    output_id: int | None = None,
    refused_id: int | None = None,
    answers_id: int | None = None,
    asked_by: str | None = None,
    cause_id: int | None = None,
    bulk_id: int | None = None,
) -> schema.Run:
    """Begin a run of the same case, revision and input after another, and return it.

    `action`: the audit's word for it. `correction`: None for the number that the run before has. `refused_id`,
    `answers_id`: what people said of the case before. `asked_by`: the person who wants it; None where nobody asked.
    `cause_id`: the cause for which the run before stopped. `bulk_id`: the bulk rerun that begins it.
    """
    added = runs.add(
        session,
        team=before.team_id,
        case=before.case_id,
        workflow=before.workflow_id,
        revision=before.revision,
        input_id=before.input_id,
        state=state,
        code_version=code_version,
        parent=before.id,
        from_step=from_step,
        correction=before.correction if correction is None else correction,
        resolution=resolution,
        output_id=output_id,
        refused_id=refused_id,
        answers_id=answers_id,
        asked_by=asked_by,
        cause_id=cause_id,
        bulk_id=bulk_id,
        origin_id=before.origin_id,
        handed_id=before.handed_id,
        at=at,
    )
    audit.record(
        session,
        team=before.team_id,
        at=at,
        actor=actor,
        action=action,
        subject=SubjectKind.RUN.of(added),
        case=before.case_id,
        details=dict(details),
    )
    if state is RunState.READY:
        queue.enqueue(session, team=before.team_id, run=added, case=before.case_id)
    run = runs.get(session, added, team=before.team_id)
    assert run is not None
    return run


def move_review(
    session: Session,
    review: schema.Review,
    to: ReviewState,
    *,
    at: datetime,
    actor: str,
    action: str,
    shown: int | None = None,
    details: dict[str, str | int | None] | None = None,
    **changes: Any,
) -> bool:
    """Move a review from the state in which it was read, or change its contents without a move.

    False where it is no longer in that state or, if given, at the version that was shown. `action`: the audit's word
    for it. Where nobody decides it any more, nothing is due about it. Raise `ImpossibleMove` for a move that the table
    does not have.
    """
    frm = review.state
    if to != frm and to not in REVIEW_MOVES[frm]:
        raise ImpossibleMove(f"review {review.id}: {frm} > {to}")
    if to not in _WAITS:
        changes["due_at"] = changes["remind_at"] = changes["assign_at"] = None
    if not reviews.move(session, team=review.team_id, review=review.id, frm=frm, to=to, shown=shown, **changes):
        return False
    audit.record(
        session,
        team=review.team_id,
        at=at,
        actor=actor,
        action=action,
        subject=SubjectKind.REVIEW.of(review.id),
        case=review.case_id,
        details={"from": frm, "version": shown, **(details or {})},
    )
    return True


def move_delivery(
    session: Session,
    delivery: schema.Delivery,
    to: DeliveryState,
    *,
    at: datetime,
    actor: str,
    otherwise: Exception | None = None,
    details: Details = NOTHING,
    **changes: Any,
) -> bool:
    """Move a delivery from the state in which it was read. The beginning of an attempt at it is counted.

    False where it is no longer in that state. `otherwise`, `details`: as for `move_run`. Raise `ImpossibleMove` for a
    move that the table does not have.
    """
    frm = delivery.state
    if to not in DELIVERY_MOVES[frm]:
        raise ImpossibleMove(f"delivery {delivery.id}: {frm} > {to}")
    if to is DeliveryState.ATTEMPTING:
        changes["attempts"] = delivery.attempts + 1
    moved = deliveries.move(
        session,
        team=delivery.team_id,
        delivery=delivery.id,
        frm=frm,
        to=to,
        at=at,
        otherwise=otherwise,
        **changes,
    )
    if moved:
        _record(session, delivery, to, frm=frm, at=at, actor=actor, details=details)
    return moved


def move_question(
    session: Session,
    question: schema.Question,
    to: QuestionState,
    *,
    at: datetime,
    actor: str,
    action: str,
    **changes: Any,
) -> bool:
    """Move a question from the state in which it was read. The beginning of an attempt at sending it is counted.

    False where it is no longer in that state. `action`: the audit's word for it. Raise `ImpossibleMove` for a move that
    the table does not have.
    """
    frm = question.state
    if to not in QUESTION_MOVES[frm]:
        raise ImpossibleMove(f"question {question.id}: {frm} > {to}")
    if to is QuestionState.ATTEMPTING:
        changes["attempts"] = question.attempts + 1
    if not questions.move(session, question, to, **changes):
        return False
    audit.record(
        session,
        team=question.team_id,
        at=at,
        actor=actor,
        action=action,
        subject=SubjectKind.QUESTION.of(question.id),
        case=question.case_id,
        details={"from": frm, "number": question.number, "run": question.run_id},
    )
    return True


def move_spot_check(
    session: Session,
    check: schema.SpotCheck,
    to: SpotCheckState,
    *,
    at: datetime,
    actor: str,
    action: str,
    shown: int,
    details: Mapping[str, str | int | None] | None = None,
    **changes: Any,
) -> bool:
    """Move a spot check from the state in which it was read, at the version that was shown.

    False where it is no longer in that state, or at that version. `action`: the audit's word for it. Raise
    `ImpossibleMove` for a move that the table does not have.
    """
    frm = check.state
    if to not in SPOT_CHECK_MOVES[frm]:
        raise ImpossibleMove(f"spot check {check.id}: {frm} > {to}")
    if not spot_checks.move(session, check, to, shown=shown, **changes):
        return False
    audit.record(
        session,
        team=check.team_id,
        at=at,
        actor=actor,
        action=action,
        subject=SubjectKind.SPOT_CHECK.of(check.id),
        case=check.case_id,
        details={"from": frm, "version": shown, "run": check.run_id, **(details or {})},
    )
    if to not in UNDECIDED:
        notices.pages_of_check_gone(session, check, at=at)
    return True


def announce(session: Session, run: schema.Run, *, until: datetime, at: datetime, actor: str) -> int:
    """Announce a run that is resolved alone now and holds its delivery, and return the id of that."""
    added = announcements.add(
        session, team=run.team_id, run=run.id, case=run.case_id, workflow=run.workflow_id, at=at, until=until
    )
    _record_announcement(session, run, added, AnnouncementState.OPEN, at=at, actor=actor)
    return added


def move_announcement(
    session: Session, run: schema.Run, to: AnnouncementState, *, at: datetime, actor: str
) -> int | None:
    """End the announcement of a run, and return its id; None where it has none, or it ended before.

    `actor`: where it is stopped, the person who did. Raise `ImpossibleMove` for a move that the table does not have.
    """
    if to not in ANNOUNCEMENT_MOVES[AnnouncementState.OPEN]:
        raise ImpossibleMove(f"announcement of run {run.id}: {to}")
    row = announcements.of_run(session, run.id, team=run.team_id)
    by = actor if to is AnnouncementState.STOPPED else None
    if row is None or not announcements.end(session, row, to, at=at, by=by):
        return None
    _record_announcement(session, run, row.id, to, at=at, actor=actor)
    return row.id


def _record_announcement(
    session: Session, run: schema.Run, announcement: int, to: AnnouncementState, *, at: datetime, actor: str
) -> None:
    audit.record(
        session,
        team=run.team_id,
        at=at,
        actor=actor,
        action=ANNOUNCED[to],
        subject=SubjectKind.ANNOUNCEMENT.of(announcement),
        case=run.case_id,
        details={"run": run.id},
    )


def begin_new_delivery(
    session: Session, run: schema.Run, *, key: str, kind: str, output_id: int, at: datetime, actor: str
) -> schema.Delivery | None:
    """Record a delivery and begin the first attempt at it, in one; return None where its key is in use."""
    to = DeliveryState.ATTEMPTING
    begun = deliveries.add(
        session,
        team=run.team_id,
        case=run.case_id,
        run=run.id,
        key=key,
        kind=kind,
        state=to,
        output_id=output_id,
        at=at,
        attempts=1,
    )
    if begun is not None:
        _record(session, begun, to, frm=DeliveryState.INTENDED, at=at, actor=actor)
    return begun


def _record(
    session: Session,
    delivery: schema.Delivery,
    to: DeliveryState,
    *,
    frm: DeliveryState,
    at: datetime,
    actor: str,
    details: Details = NOTHING,
) -> None:
    # Not its key, in which there may be content: the subject names the delivery.
    audit.record(
        session,
        team=delivery.team_id,
        at=at,
        actor=actor,
        action=f"delivery.{to}",
        subject=SubjectKind.DELIVERY.of(delivery.id),
        case=delivery.case_id,
        details={"from": frm, **details},
    )
