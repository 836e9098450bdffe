"""The delivery of a resolved run: recorded first, attempted outside any transaction, then noted as applied or not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, deliveries, runs
from store.cases.review import reviews
from store.governance import audit
from store.slack import messages
from store.states import CLOSING, DeliveryState, Resolution, ReviewState, RunState
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.case.leases import Lease
from workflows.engine.case.source import follow_ups
from workflows.engine.case.transitions import FRESH, begin_new_delivery, move_delivery, move_run, stop_run
from workflows.engine.causes.counting import Stop
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.calls.author_code import called
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import DELIVER
from workflows.engine.declare.workflow import Effect, Rejection, Run, SubjectT
from workflows.engine.deliver import announcements, waiting_deliveries
from workflows.engine.deliver.targets import effect_of
from workflows.engine.errors import AuthorFailed, Fenced, NotDone, OutcomeUnknown, Refused
from workflows.engine.text.canonical_json import MAX_MESSAGE, canonical, to_body
from workflows.engine.text.salted_hash import Of, hash_to_keep

ANSWER, REJECTION = "answer", "rejection"
"""The kinds of a delivery."""
SETTLED = "delivery.settled"
"""The audit's word for the finding of a person who looked into a delivery in doubt."""
SCOPE = f"{DELIVER}/"
TRIES = 3
"""Attempts at a delivery of unknown outcome before it waits, where the target knows the key."""


@dataclass(frozen=True, kw_only=True)
class Delivering:
    """A delivery that was begun: its effect, and the value for it."""

    effect: Effect[Any, BaseModel] | None
    """The effect. It is never None, because the registry takes no workflow without one."""
    subject: BaseModel | Rejection
    again: Callable[[], BaseModel | Rejection]
    """Reads the value anew for a further attempt: the author's code may have changed the one that it was given."""
    row: schema.Delivery

    @property
    def key(self) -> str:
        """The idempotency key."""
        return self.row.key

    @property
    def idempotent(self) -> bool:
        """True if the target applies repeated attempts at the delivery under one key only once."""
        return self.effect is not None and self.effect.idempotent


@dataclass(frozen=True, kw_only=True)
class Done:
    """An effect that was applied."""

    receipt: str
    """The target's receipt, cut to the length that is kept."""
    of: Of
    given: str
    """JSON of what the effect was given, written when it was: values, or the reason of a rejection."""


def done_by(effect: Effect[SubjectT, BaseModel], subject: SubjectT, run: Run[BaseModel]) -> Done:
    """Call an effect. Raise `NotDone` where what it is to be given cannot be written down."""
    of = Of.OUTPUT if isinstance(subject, BaseModel) else Of.REASON
    given = _written(subject)
    receipt = str(effect.apply(subject, run))
    return Done(receipt=receipt if len(receipt) <= MAX_MESSAGE else f"{receipt[:MAX_MESSAGE]}…", of=of, given=given)


def _written(subject: object) -> str:
    if isinstance(subject, BaseModel):
        try:
            return called(lambda: to_body(subject))
        except AuthorFailed as error:
            raise NotDone(f"what was to be delivered cannot be written down: {error}") from error
    return canonical(subject.reason if isinstance(subject, Rejection) else subject)


def intend(session: Session, context: Context, run: schema.Run, workflow: str, *, output_id: int) -> None:
    """Record that an answer will be delivered, under its key.

    A rerun finds the delivery of the earlier run and takes it over. Raise `Refused` where that delivery is made, is
    being attempted, or is in doubt.
    """
    delivery = _intend(session, context, run, workflow, output_id, rejection=False)
    if delivery is not None:
        raise Refused(f"the delivery {delivery.key} is already {delivery.state}")


def intend_and_begin(
    session: Session, context: Context, run: schema.Run, workflow: str, *, case_key: str, output_id: int
) -> schema.Delivery:
    """Record an answer's delivery and the beginning of the first attempt at it. Raise `Refused` as `intend` does."""
    key = delivery_key(
        workflow=workflow,
        case=case_key,
        revision=run.revision,
        correction=run.correction,
        namespace=context.namespace,
    )
    at = context.clock()
    begun = begin_new_delivery(session, run, key=key, kind=ANSWER, output_id=output_id, at=at, actor=SYSTEM)
    if begun is not None:
        return begun
    # An earlier run of the case left it.
    intend(session, context, run, workflow, output_id=output_id)
    return begin(session, context, run.id)


def intend_rejection(session: Session, context: Context, run: schema.Run, workflow: str, *, reason_id: int) -> None:
    """Record, once, that the system of record will be told of a rejection."""
    _intend(session, context, run, workflow, reason_id, rejection=True)


def _intend(
    session: Session, context: Context, run: schema.Run, workflow: str, output_id: int, *, rejection: bool
) -> schema.Delivery | None:
    """Record a delivery; return an existing one that prevents it, or None."""
    at = context.clock()
    case = cases.get(session, run.case_id, team=context.team)
    assert case is not None
    key = delivery_key(
        workflow=workflow,
        case=case.key,
        revision=run.revision,
        correction=run.correction,
        rejection=rejection,
        namespace=context.namespace,
    )
    added = deliveries.add(
        session,
        team=run.team_id,
        case=run.case_id,
        run=run.id,
        key=key,
        kind=REJECTION if rejection else ANSWER,
        state=DeliveryState.INTENDED,
        output_id=output_id,
        at=at,
    )
    if added is not None:
        return None
    known = deliveries.with_key(session, team=run.team_id, key=key)
    assert known is not None
    if known.state == DeliveryState.FAILED:
        changes = {"run_id": run.id, "output_id": output_id, **FRESH}
        move_delivery(session, known, DeliveryState.INTENDED, at=at, actor=SYSTEM, **changes)
    elif known.state == DeliveryState.INTENDED:
        frm = to = known.state
        deliveries.move(
            session, team=context.team, delivery=known.id, frm=frm, to=to, at=at, run_id=run.id, output_id=output_id
        )
    else:
        return known
    return None


def is_intended(session: Session, run: int, *, team: int) -> bool:
    """Tell whether a run has something to deliver."""
    return deliveries.of_run(session, run, team=team) is not None


def was_attempted(session: Session, run: int, *, team: int) -> bool:
    """Tell whether a run's delivery may have been applied by an attempt that ended without an answer."""
    delivery = deliveries.of_run(session, run, team=team)
    return delivery is not None and (delivery.maybe_applied or delivery.state == DeliveryState.ATTEMPTING)


def begin(session: Session, context: Context, run: int) -> schema.Delivery:
    """Note that an attempt at a run's delivery begins, and return its row. Raise `Fenced` where another worker does."""
    delivery = deliveries.of_run(session, run, team=context.team)
    if delivery is None:
        raise Fenced(f"run {run} has nothing to deliver")
    # An earlier attempt that was cut off may have been applied, whatever the result of this one.
    maybe = delivery.maybe_applied or delivery.state == DeliveryState.ATTEMPTING
    changes: dict[str, Any] = {"maybe_applied": maybe, "next_at": None}
    if not move_delivery(session, delivery, DeliveryState.ATTEMPTING, at=context.clock(), actor=SYSTEM, **changes):
        raise Fenced(f"the delivery of run {run} was taken over")
    return delivery


def begin_another(context: Context, run: int) -> schema.Delivery:
    """Note that an attempt at a delivery ended without an answer, and that another begins; return its row.

    The first attempt may have been applied. Raise `Fenced` where the delivery is no longer the caller's.
    """
    with context.database.write() as session:
        delivery = deliveries.of_run(session, run, team=context.team)
        if delivery is None or delivery.state != DeliveryState.ATTEMPTING:
            raise Fenced(f"the delivery of run {run} was taken over")
        move_delivery(session, delivery, DeliveryState.ATTEMPTING, at=context.clock(), actor=SYSTEM, maybe_applied=True)
        return delivery


def applied(
    context: Context,
    lease: Lease,
    run: schema.Run,
    delivery: schema.Delivery,
    workflow: AnyWorkflow,
    done: Done,
    *,
    salt: str | None,
) -> None:
    """Note that the delivery was applied. Raise `Fenced` where the run is no longer the caller's.

    `run` and `delivery`: as they were when the attempt began. A change since then raises `Fenced`. `salt`: the case's.
    """
    end = RunState.CLOSED if run.resolution in CLOSING else RunState.DELIVERED
    with context.database.write() as session:
        at = context.clock()
        # The problem for which it waited is solved.
        solved: dict[str, Any] = {} if delivery.target is None else {"problem_id": None}
        lost = Fenced(f"run {run.id} was taken over")
        move_run(session, run, end, at=at, actor=SYSTEM, held_at=lease.number, otherwise=lost, **solved)
        receipt = canonical(done.receipt)
        changes = {
            "receipt_id": contents.keep(session, team=run.team_id, case=run.case_id, kind="receipt", body=receipt),
            "maybe_applied": False,
        }
        proof: dict[str, str | int | None] = {
            "delivered": hash_to_keep(done.of, done.given, salt=salt),
            "receipt": hash_to_keep(Of.RECEIPT, receipt, salt=salt),
        }
        version = context.registry.code_version(workflow)
        if version != run.code_version:
            # The run's own stands where it was proposed.
            proof |= {"code": version}
        lost = Fenced(f"the delivery of run {run.id} was taken over")
        applied = DeliveryState.APPLIED
        move_delivery(session, delivery, applied, at=at, actor=SYSTEM, otherwise=lost, details=proof, **changes)
        if end is RunState.DELIVERED:
            follow_ups.note(session, run, workflow, at=at)
        if delivery.target is not None:
            waiting_deliveries.note_answered(session, context, run)
        if delivery.attempts > 1:
            show_doubt(session, delivery, workflow, at=at)
        show_review(session, run, workflow, context=context)
        if run.correction:
            for other in reviews.of_case_in(session, run.case_id, (ReviewState.DECIDED,), team=context.team):
                notices.card(session, other, workflow.review, at=at)


def refuse_what_waited_under_a_key(delivery: schema.Delivery) -> None:
    """Raise `OutcomeUnknown` where a delivery waited after an attempt that may have been applied.

    Such a delivery waits only where its target knows the key, and the workflow's code no longer says so.
    """
    if delivery.maybe_applied and delivery.target is not None:
        raise OutcomeUnknown("an earlier attempt may have been applied, and the target no longer knows its key")


def refuse_what_a_backup_forgot(context: Context, run: schema.Run) -> None:
    """Raise `OutcomeUnknown` where a run's delivery may have been made after the database's backup.

    It may where the revision of the case, or the correction, first ran before the restore. If a person has looked since
    then, that person's finding counts.
    """
    restored_at = context.restores.at
    if restored_at is None:
        return
    with context.database.read() as session:
        first = runs.first_of(session, run.case_id, team=context.team, revision=run.revision, correction=run.correction)
        delivery = deliveries.of_run(session, run.id, team=context.team)
        settled = (
            audit.last(session, team=context.team, subject=SubjectKind.DELIVERY.of(delivery.id), action=SETTLED)
            if delivery
            else None
        )
    if first < restored_at and (settled is None or settled.at < restored_at):
        raise OutcomeUnknown(
            f"the database was restored from a backup at {restored_at:%Y-%m-%d %H:%M} UTC, and this may have been "
            "delivered after the backup was made"
        )


def not_applied(session: Session, run: schema.Run, *, maybe: bool, context: Context) -> None:
    """Note that no receipt came. `maybe`: the effect, or a part of it, may have been applied all the same."""
    delivery = deliveries.of_run(session, run.id, team=context.team)
    if delivery is not None and delivery.state == DeliveryState.ATTEMPTING:
        at, maybe = context.clock(), maybe or delivery.maybe_applied
        move_delivery(session, delivery, DeliveryState.FAILED, at=at, actor=SYSTEM, maybe_applied=maybe)


def put_back(session: Session, run: schema.Run, *, context: Context) -> None:
    """Note that an attempt at a delivery certainly had no effect, and that the delivery is still to be made."""
    delivery = deliveries.of_run(session, run.id, team=context.team)
    if delivery is not None and delivery.state == DeliveryState.ATTEMPTING:
        move_delivery(session, delivery, DeliveryState.INTENDED, at=context.clock(), actor=SYSTEM, **FRESH)


def put_in_doubt(
    session: Session,
    run: schema.Run,
    workflow: AnyWorkflow,
    stop: Stop,
    *,
    context: Context,
    problem_id: int | None = None,
) -> None:
    """Mark a run's delivery as doubtful, count it with its cause, and have a person asked."""
    at = context.clock()
    delivery = deliveries.of_run(session, run.id, team=context.team)
    if delivery is not None and move_delivery(session, delivery, DeliveryState.DOUBTFUL, at=at, actor=SYSTEM):
        notices.doubt(session, delivery, workflow.review, at=at)
    stop_run(session, run, RunState.DOUBTFUL, stop, at=at, problem_id=problem_id)


def show_doubt(session: Session, delivery: schema.Delivery, workflow: AnyWorkflow, *, at: datetime) -> None:
    """Have the question about a delivery redrawn where somebody was asked."""
    if messages.channels_of(session, team=delivery.team_id, subject=SubjectKind.DELIVERY.of(delivery.id)):
        notices.doubt(session, delivery, workflow.review, at=at)


def is_in_doubt(workflow: AnyWorkflow, run: schema.Run, error: Exception | None) -> bool:
    """Tell whether a run's effect may have been applied, although its attempt ended in this error or was cut off
    (None).

    Where the target knows the key there is no doubt: a second attempt is applied only once.
    """
    effect = effect_of(workflow, run)
    return effect is None or (not effect.idempotent and not isinstance(error, NotDone))


def show_review(session: Session, run: schema.Run, workflow: AnyWorkflow, *, context: Context) -> None:
    """Have the card of a run's review redrawn, if it has one, or that of its announcement."""
    if run.resolution == Resolution.ALONE:
        if workflow.autonomy.veto is not None:
            announcements.show(session, run, workflow, at=context.clock())
        return
    review = reviews.decided_for(session, run.id, team=context.team)
    if review is not None:
        notices.card(session, review, workflow.review, at=context.clock())
