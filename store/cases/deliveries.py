"""Deliveries: one row for each idempotency key."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store.cases.samples import has_sample
from store.db import rows
from store.schema import Delivery, Run
from store.states import DeliveryState


def get(session: Session, delivery: int, *, team: int) -> Delivery | None:
    """Return the delivery with this id."""
    return rows.get(session, Delivery, delivery, team=team)


def with_key(session: Session, *, team: int, key: str) -> Delivery | None:
    """Return the delivery under this key."""
    return session.scalar(select(Delivery).where(Delivery.team_id == team, Delivery.key == key))


def of_run(session: Session, run: int, *, team: int) -> Delivery | None:
    """Return the delivery that a run last attempted."""
    query = select(Delivery).where(Delivery.run_id == run, Delivery.team_id == team)
    return session.scalar(query.order_by(Delivery.id.desc()).limit(1))


def of_case(session: Session, case: int, *, team: int) -> list[Delivery]:
    """Return all deliveries of a case, oldest first."""
    query = select(Delivery).where(Delivery.case_id == case, Delivery.team_id == team)
    return list(session.scalars(query.order_by(Delivery.id)))


def add(
    session: Session,
    *,
    team: int,
    case: int,
    run: int,
    key: str,
    kind: str,
    state: DeliveryState,
    output_id: int,
    at: datetime,
    attempts: int = 0,
) -> Delivery | None:
    """Add a delivery; None where one with its key exists. The returned object belongs to no session."""
    values: dict[str, Any] = {
        "team_id": team,
        "case_id": case,
        "run_id": run,
        "key": key,
        "kind": kind,
        "state": state,
        "attempts": attempts,
        "maybe_applied": False,
        "output_id": output_id,
        "receipt_id": None,
        "created_at": at,
        "changed_at": at,
    }
    added = rows.add_new(session, Delivery, ("team_id", "key"), **values)
    return None if added is None else Delivery(id=added, rounds=0, **values)


def move(
    session: Session,
    *,
    team: int,
    delivery: int,
    frm: DeliveryState,
    to: DeliveryState,
    at: datetime,
    otherwise: Exception | None = None,
    **changes: Any,
) -> bool:
    """Move a delivery from one state to another, or change it within its state; False where it is not in `frm`.

    `otherwise`: an error to raise instead, at the latest at the commit.
    """
    where, values = {"team_id": team, "state": frm}, {"state": to, "changed_at": at, **changes}
    if otherwise is None:
        return rows.change(session, Delivery, delivery, where=where, to=values)
    rows.change_or_fail(session, Delivery, delivery, where=where, to=values, otherwise=otherwise)
    return True


def withdraw(session: Session, run: int, *, team: int, parent: int | None) -> None:
    """Take back the intention of a run's delivery, which that run did not attempt.

    What an earlier run of the case attempted is given back to it. `parent`: the run before.
    """
    of_it = (Delivery.run_id == run, Delivery.team_id == team, Delivery.state == DeliveryState.INTENDED)
    given_back = update(Delivery).where(*of_it, Delivery.attempts > 0).values(run_id=parent)
    if parent is not None:
        session.execute(given_back, execution_options={"synchronize_session": False})
    gone = delete(Delivery).where(*of_it, Delivery.attempts == 0)
    session.execute(gone, execution_options={"synchronize_session": False})


def mark_maybe(session: Session, *, team: int, delivery: int, state: DeliveryState, maybe: bool) -> None:
    """Note that a delivery in this state may have been applied, or certainly was not."""
    rows.change(session, Delivery, delivery, where={"team_id": team, "state": state}, to={"maybe_applied": maybe})


def is_applied(session: Session, *, team: int, case: int, revision: int, kind: str) -> bool:
    """Was a delivery of this kind applied for a revision of a case?"""
    query = (
        select(Delivery.id)
        .join(Run, Run.id == Delivery.run_id)
        .where(
            Delivery.case_id == case,
            Delivery.team_id == team,
            Delivery.kind == kind,
            Delivery.state == DeliveryState.APPLIED,
            Run.revision == revision,
        )
        .limit(1)
    )
    return session.scalar(query) is not None


def count_applied(session: Session, *, team: int) -> int:
    """Count the deliveries that were applied, those of cases with sample answers left out."""
    query = select(func.count()).where(
        Delivery.team_id == team, Delivery.state == DeliveryState.APPLIED, ~has_sample(Delivery.case_id)
    )
    return session.scalar(query) or 0
