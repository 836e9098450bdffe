"""Batches of questions at a vendor: a row before anything is sent, and one for each question until it is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import BatchQuestion, ModelBatch, ModelRequest
from store.states import BatchState


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """A question of which nothing came back yet."""

    id: int
    case: int
    """The case of its volume test."""
    question: str
    name: str
    request: int
    """Its row among the requests."""
    reserved: Decimal
    """US dollars that it may cost at most."""


def begin(
    session: Session,
    *,
    team: int,
    test: int,
    mark: str,
    model: str,
    reserved: Decimal,
    at: datetime,
    questions: Sequence[Mapping[str, Any]],
) -> int:
    """Add a batch that is about to be sent, with its questions; returns its id.

    Raise `sqlalchemy.exc.IntegrityError`, now or at the commit, where one of them is asked already.
    """
    batch = rows.add(
        session,
        ModelBatch,
        team_id=team,
        volume_test_id=test,
        mark=mark,
        name=None,
        state=BatchState.SENDING,
        model=model,
        questions=len(questions),
        reserved=reserved,
        sent_at=at,
        ended_at=None,
    )
    same = {"team_id": team, "batch_id": batch, "ended": None}
    rows.add_all(session, BatchQuestion, [dict(one) for one in questions], same)
    return batch


def sent(session: Session, batch: int, *, team: int, name: str) -> bool:
    """Note the vendor's name for a batch; False where that is done already."""
    return rows.change(
        session,
        ModelBatch,
        batch,
        where={"team_id": team, "state": BatchState.SENDING},
        to={"state": BatchState.SENT, "name": name},
    )


def end(session: Session, batch: int, *, team: int, state: BatchState, at: datetime) -> bool:
    """Note that a batch is over; False where that is done already."""
    query = update(ModelBatch).where(ModelBatch.id == batch, ModelBatch.team_id == team, ModelBatch.ended_at.is_(None))
    return session.execute(query.values(state=state, ended_at=at).returning(ModelBatch.id)).first() is not None


def under_way(session: Session, test: int, *, team: int) -> Sequence[ModelBatch]:
    """Return the batches of a volume test that are not over, oldest first."""
    query = select(ModelBatch).where(ModelBatch.team_id == team, ModelBatch.volume_test_id == test)
    query = query.where(ModelBatch.ended_at.is_(None)).order_by(ModelBatch.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def names(session: Session, *, team: int, since: datetime) -> set[str]:
    """Return the vendor's names for the batches that were sent since a time."""
    query = select(ModelBatch.name).where(ModelBatch.team_id == team, ModelBatch.sent_at >= since)
    return {name for name in session.scalars(query) if name is not None}


def open_questions(
    session: Session, batch: int, *, team: int, names: Sequence[str] | None = None, limit: int | None = None
) -> Sequence[OpenQuestion]:
    """Return the questions of a batch of which nothing came back yet. `names`: only those, by their names in it."""
    query = (
        select(
            BatchQuestion.id,
            BatchQuestion.volume_case_id,
            BatchQuestion.question,
            BatchQuestion.name,
            BatchQuestion.model_request_id,
            ModelRequest.reserved,
        )
        .join(ModelRequest, ModelRequest.id == BatchQuestion.model_request_id)
        .where(BatchQuestion.team_id == team, BatchQuestion.batch_id == batch, BatchQuestion.ended.is_(None))
        .order_by(BatchQuestion.id)
    )
    if names is not None:
        query = query.where(BatchQuestion.name.in_(names))
    return [
        OpenQuestion(id=id, case=case, question=question, name=name, request=request, reserved=reserved)
        for id, case, question, name, request, reserved in session.execute(query.limit(limit))
    ]


def answered(session: Session, question: int, *, team: int, ended: str) -> bool:
    """Note how a question ended; False where that is done already."""
    query = update(BatchQuestion).where(
        BatchQuestion.id == question, BatchQuestion.team_id == team, BatchQuestion.ended.is_(None)
    )
    # No object of a question is in use, so none has to be kept equal.
    changed = query.values(ended=ended).returning(BatchQuestion.id).execution_options(synchronize_session=False)
    return session.execute(changed).first() is not None


def free(session: Session, question: int, *, team: int) -> bool:
    """Remove a question of which nothing came back, so that it may be asked anew; False where it is none."""
    query = delete(BatchQuestion).where(
        BatchQuestion.id == question, BatchQuestion.team_id == team, BatchQuestion.ended.is_(None)
    )
    return session.execute(query.returning(BatchQuestion.id)).first() is not None


def free_all(session: Session, batch: int, *, team: int) -> int:
    """Remove the questions of a batch of which nothing came back; returns how many."""
    query = delete(BatchQuestion).where(
        BatchQuestion.batch_id == batch, BatchQuestion.team_id == team, BatchQuestion.ended.is_(None)
    )
    return len(session.execute(query.returning(BatchQuestion.id)).all())
